import assert from 'node:assert/strict';
import { test } from 'node:test';
import { anchors } from '../../electron/practice/anchors.ts';
import type { PracticeServer } from '../../electron/practice/practice-server.ts';
import { practiceSwitches } from '../../electron/practice/practice-switches.ts';
import { sampleSize } from '../../electron/practice/sample-customers.ts';
import { virtualClock } from '../helpers/virtual-clock.ts';
import {
  type Answered,
  ask,
  at,
  errorCode,
  get,
  getCustomer,
  itemCode,
  itemOf,
  serve,
  update,
} from './practice-client.ts';

const { ritaJames, ashaRaman } = anchors;
const rita = String(ritaJames.userId);
const login = '/v1.1/store/login.json';
const rename = (server: PracticeServer) => update(server, { id: rita, firstname: 'Reeta' });
const isApplied = (server: PracticeServer) => server.control.customer(ritaJames.userId)?.firstName === 'Reeta';

test('drop-reply applies the update, awards points and cuts the connection without an answer', async (t) => {
  const server = await serve(t);
  server.control.setFault('drop-reply');
  assert.equal(await rename(server).catch(errorCode), 'ECONNRESET');
  assert.ok(isApplied(server));
  assert.equal(server.control.ledger.length, 1);
  // The till must be able to read back while updates are lost.
  assert.equal(at(await getCustomer(server, `id=${rita}`), 'firstname'), 'Reeta');
});

test('drop-before cuts the connection and applies nothing', async (t) => {
  const server = await serve(t);
  server.control.setFault('drop-before');
  assert.equal(await rename(server).catch(errorCode), 'ECONNRESET');
  assert.equal(isApplied(server), false);
  assert.equal(server.control.ledger.length, 0);
});

test('busy is 429 with Retry-After, or a code in the body', async (t) => {
  const server = await serve(t);
  server.control.setFault('busy', { retryAfterSeconds: 7 });
  const busy = await rename(server);
  assert.equal(busy.status, 429);
  assert.equal(busy.headers['retry-after'], '7');
  server.control.setFault('busy', { inBody: true, code: 521 });
  const running = await rename(server);
  assert.equal(running.status, 200);
  assert.equal(at(running.json, 'response', 'status', 'code'), 521);
  assert.equal(isApplied(server), false);
});

test('a limit refuses what exceeds it until the minute is over, even in the first minute', async (t) => {
  const clock = virtualClock();
  const server = await serve(t, { callsAMinute: 2, clock });
  const statuses = async (calls: number) => {
    const answers: Answered[] = [];
    for (let call = 0; call < calls; call += 1) answers.push(await ask(`${server.url}${login}`));
    return answers.map(({ status, headers }) => [status === 429, headers['retry-after']]);
  };
  await clock.pass(15_000);
  const within = [false, undefined];
  assert.deepEqual(await statuses(3), [within, within, [true, '45']]);
  await clock.pass(44_000);
  assert.deepEqual(await statuses(1), [[true, '1']]);
  await clock.pass(1000);
  assert.deepEqual(await statuses(3), [within, within, [true, '60']]);
});

test('server-error is 500 with an HTML page', async (t) => {
  const server = await serve(t);
  server.control.setFault('server-error');
  const answered = await rename(server);
  assert.equal(answered.status, 500);
  assert.match(answered.text, /^<!doctype html>/);
  assert.equal(isApplied(server), false);
});

test('captive-portal answers with a page or a redirect instead of the server, without its request id', async (t) => {
  const server = await serve(t);
  server.control.setFault('captive-portal');
  const page = await rename(server);
  assert.equal(page.status, 200);
  assert.match(page.text, /sign in/);
  assert.equal(page.headers['x-cap-requestid'], undefined);
  server.control.setFault('captive-portal', { redirect: true });
  const redirect = await rename(server);
  assert.equal(redirect.status, 302);
  assert.match(String(redirect.headers.location), /^http:\/\/wifi\./);
  assert.equal(redirect.headers['x-cap-requestid'], undefined);
  assert.equal(isApplied(server), false);
});

test('refuse fails every update item with the given code, and leaves reads alone', async (t) => {
  const server = await serve(t);
  server.control.setFault('refuse', { code: 618, message: 'Not allowed - customer is marked as fraud' });
  const answered = await rename(server);
  assert.equal(answered.status, 200);
  assert.equal(itemCode(answered), '618');
  assert.equal(at(itemOf(answered), 'item_status', 'message'), 'Not allowed - customer is marked as fraud');
  assert.equal(isApplied(server), false);
  assert.equal(at(await getCustomer(server, `id=${rita}`), 'item_status', 'code'), '1000');
});

test('credentials and permission are 401 and 403, in the status line or in the body', async (t) => {
  const server = await serve(t);
  for (const [kind, code] of [
    ['credentials', 401],
    ['permission', 403],
  ] as const) {
    server.control.setFault(kind);
    assert.equal((await get(server, login)).status, code);
    server.control.setFault(kind, { inBody: true });
    const inBody = await get(server, login);
    assert.equal(inBody.status, 200);
    assert.equal(at(inBody.json, 'response', 'status', 'code'), code);
  }
});

test('truncated applies the update and answers with half the JSON', async (t) => {
  const server = await serve(t);
  server.control.setFault('truncated');
  const answered = await rename(server);
  assert.equal(answered.status, 200);
  assert.ok(answered.text.startsWith('{"response"'));
  assert.equal(answered.json, undefined);
  assert.ok(isApplied(server));
});

test('slow applies at once and answers after its delay', async (t) => {
  const server = await serve(t);
  server.control.setFault('slow', { delayMs: 2_000 });
  const applied = server.control.hold('applied');
  let answers = 0;
  const answered = rename(server).then((answer) => {
    answers += 1;
    return answer;
  });
  await applied.reached;
  applied.release();
  // Another whole request completes while this one waits.
  await get(server, '/v1.1/customer/dance');
  assert.ok(isApplied(server));
  server.clock.advance(1_999);
  await get(server, '/v1.1/customer/dance');
  assert.equal(answers, 0);
  server.clock.advance(1);
  assert.equal(itemCode(await answered), '1000');
});

test('hang never answers, and closing ends it', async (t) => {
  const server = await serve(t);
  server.control.setFault('hang');
  const held = server.control.hold('replied');
  const answered = rename(server).catch(errorCode);
  await held.reached;
  held.release();
  assert.equal(isApplied(server), false);
  await server.close();
  assert.equal(await answered, 'ECONNRESET');
});

test('a fault can end after some requests', async (t) => {
  const server = await serve(t);
  server.control.setFault('busy', { times: 2 });
  const statuses: number[] = [];
  for (let call = 1; call <= 3; call += 1) statuses.push((await rename(server)).status);
  assert.deepEqual(statuses, [429, 429, 200]);
  assert.equal(server.control.fault, 'none');
});

test('a fault can apply to one customer or one endpoint', async (t) => {
  const server = await serve(t);
  server.control.setFault('server-error', { customerId: ashaRaman.userId });
  assert.equal((await rename(server)).status, 200);
  assert.equal((await update(server, { mobile: ashaRaman.mobile, firstname: 'A' })).status, 500);
  server.control.setFault('server-error', { endpoint: 'customer/get' });
  assert.equal((await rename(server)).status, 200);
  assert.equal((await get(server, `/v1.1/customer/get?format=json&id=${rita}`)).status, 500);
});

test('several faults work side by side; setting a single one removes the others', async (t) => {
  const server = await serve(t);
  server.control.addFault('drop-reply', { times: 1 });
  server.control.addFault('busy', { endpoint: 'customer/get' });
  assert.equal(await rename(server).catch(errorCode), 'ECONNRESET');
  assert.equal((await rename(server)).status, 200);
  assert.equal((await get(server, `/v1.1/customer/get?format=json&id=${rita}`)).status, 429);
  server.control.setFault('none');
  assert.equal((await get(server, `/v1.1/customer/get?format=json&id=${rita}`)).status, 200);
});

test('every request that was read is remembered with its fault', async (t) => {
  const server = await serve(t);
  await rename(server);
  server.control.setFault('drop-before', { times: 1 });
  await rename(server).catch(errorCode);
  assert.deepEqual(server.control.requests, [
    { order: 1, endpoint: 'customer/update', customerId: ritaJames.userId, fault: 'none', httpStatus: 200 },
    { order: 2, endpoint: 'customer/update', customerId: ritaJames.userId, fault: 'drop-before', httpStatus: null },
  ]);
  assert.equal(server.control.countOf('customer/update'), 2);
});

test('the practice bar switches connection and fault, and knows the samples', async (t) => {
  const server = await serve(t);
  const bar = practiceSwitches(server.control);
  assert.deepEqual(bar.state(), { connection: true, fault: 'none' });
  assert.deepEqual(await bar.set({ fault: 'busy' }), { connection: true, fault: 'busy' });
  assert.equal((await get(server, login)).status, 429);
  assert.deepEqual(await bar.set({ connection: false, fault: 'none' }), { connection: false, fault: 'none' });
  assert.equal(await get(server, login).catch(errorCode), 'ECONNREFUSED');
  assert.deepEqual(await bar.set({ connection: true }), { connection: true, fault: 'none' });
  assert.equal((await get(server, login)).status, 200);
  assert.equal(bar.sampleCustomers().length, sampleSize);
});
