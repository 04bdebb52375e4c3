import assert from 'node:assert/strict';
import { Agent, request as httpRequest } from 'node:http';
import { connect, createServer } from 'node:net';
import { test } from 'node:test';
import { systemRandom } from '../../electron/machine/system-clock.ts';
import { anchors } from '../../electron/practice/anchors.ts';
import { startPracticeServer } from '../../electron/practice/practice-server.ts';
import { ask, errorCode, get, handClock, itemCode, serve, update } from './practice-client.ts';

const { ritaJames, ashaRaman } = anchors;
const login = '/v1.1/store/login.json';
const port = (url: string) => Number(new URL(url).port);

test('without a connection the port refuses, and it is the same port afterwards', async (t) => {
  const server = await serve(t);
  for (let round = 1; round <= 3; round += 1) {
    await server.control.setConnection(false);
    assert.equal(server.control.connection, false);
    assert.equal(await get(server, login).catch(errorCode), 'ECONNREFUSED');
    await server.control.setConnection(true);
    assert.equal((await get(server, login)).status, 200);
  }
});

test('open connections are cut, even idle ones', async (t) => {
  const server = await serve(t);
  const agent = new Agent({ keepAlive: true });
  t.after(() => agent.destroy());
  const closed = new Promise<void>((resolve, reject) => {
    const request = httpRequest(`${server.url}${login}`, { agent }, (response) => {
      response.resume();
      response.socket.once('close', () => resolve());
    });
    request.on('error', reject);
    request.on('close', () => void server.control.setConnection(false));
    request.end();
  });
  await closed;
  assert.equal(server.control.connection, false);
});

test('a request in flight when the connection goes is lost to the till, and applied once', async (t) => {
  const server = await serve(t);
  const held = server.control.hold('applied');
  const answered = update(server, { id: String(ritaJames.userId), firstname: 'Reeta' }).catch(errorCode);
  await held.reached;
  await server.control.setConnection(false);
  held.release();
  assert.equal(await answered, 'ECONNRESET');
  assert.equal(server.control.ledger.length, 1);
});

test('switching many times at once ends in the last state, with one listener', async (t) => {
  const server = await serve(t);
  const switches = [false, true, true, false, true, false, false, true];
  await Promise.all(switches.map((connection) => server.control.setConnection(connection)));
  assert.equal(server.control.connection, true);
  assert.equal((await get(server, login)).status, 200);
  await Promise.all([false, true, false].map((connection) => server.control.setConnection(connection)));
  assert.equal(server.control.connection, false);
  assert.equal(await get(server, login).catch(errorCode), 'ECONNREFUSED');
});

test('it waits for its port if another program has taken it meanwhile', async (t) => {
  const server = await serve(t);
  await server.control.setConnection(false);
  const squatter = createServer();
  await new Promise<void>((resolve) => squatter.listen(port(server.url), '127.0.0.1', resolve));
  const back = server.control.setConnection(true);
  await new Promise<void>((resolve, reject) => {
    const socket = connect(port(server.url), '127.0.0.1', () => socket.end(resolve));
    socket.on('error', reject);
    socket.resume();
  });
  await new Promise((resolve) => squatter.close(resolve));
  await back;
  assert.equal((await get(server, login)).status, 200);
});

test('a second server on the same port cannot start', async (t) => {
  const server = await serve(t);
  const second = startPracticeServer({
    customers: [],
    clock: handClock(),
    random: systemRandom,
    port: port(server.url),
    portPatienceMs: 0,
  });
  await assert.rejects(second, { code: 'EADDRINUSE' });
});

test('a hold stops one request at an exact step and lets the others pass', async (t) => {
  const server = await serve(t);
  const received = server.control.hold('received', { customerId: ritaJames.userId });
  assert.equal(itemCode(await update(server, { mobile: ashaRaman.mobile, firstname: 'A' })), '1000');
  const first = update(server, { id: String(ritaJames.userId), firstname: 'Reeta' });
  assert.deepEqual(await received.reached, { endpoint: 'customer/update', customerId: ritaJames.userId });
  assert.equal(server.control.ledger.length, 1);
  assert.equal(itemCode(await update(server, { id: String(ritaJames.userId), firstname: 'Rita' })), '1000');

  const applied = server.control.hold('applied', { customerId: ritaJames.userId });
  received.release();
  await applied.reached;
  assert.deepEqual(
    server.control.ledger.map(({ customerId }) => customerId),
    [ashaRaman.userId, ritaJames.userId, ritaJames.userId],
  );
  applied.release();
  assert.equal(itemCode(await first), '1000');
});

test('a listener sees every step in order, and none after it stopped', async (t) => {
  const server = await serve(t);
  const seen: string[] = [];
  const replied = Promise.withResolvers<void>();
  const stop = server.control.onStep((step, { endpoint }) => {
    seen.push(`${step} ${endpoint}`);
    if (step === 'replied') replied.resolve();
  });
  await get(server, login);
  await replied.promise;
  stop();
  await get(server, login);
  assert.deepEqual(seen, ['received store/login', 'applied store/login', 'replied store/login']);
});

test('a till that leaves in the middle of its request disturbs nobody', async (t) => {
  const server = await serve(t);
  await new Promise<void>((resolve) => {
    const socket = connect(port(server.url), '127.0.0.1', () => {
      socket.write('POST /v1.1/customer/update?format=json HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"root":');
      socket.destroy();
    });
    socket.on('close', () => resolve());
  });
  assert.equal((await get(server, login)).status, 200);
  assert.equal(server.control.ledger.length, 0);
});

test('an absurdly large body is cut off', async (t) => {
  const server = await serve(t);
  const huge = ask(`${server.url}/v1.1/customer/update?format=json`, { method: 'POST', body: 'x'.repeat(5_000_000) });
  assert.match(await huge.then(String, errorCode), /ECONNRESET|EPIPE/);
});
