import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readCustomer } from '../../electron/loyalty-api/wire/customer.ts';
import { readBody, readCustomers, readItemStatus } from '../../electron/loyalty-api/wire/reply.ts';
import { isObject } from '../../electron/loyalty-api/wire/scalars.ts';
import { anchors } from '../../electron/practice/anchors.ts';
import { awkwardAnswer } from '../../electron/practice/awkward.ts';
import { wireUpdatedCustomer } from '../../electron/practice/wire-answers.ts';
import { get, serve, update } from './practice-client.ts';

const { ritaJames, kabirBose, ashaRaman, vikramIyer, snehaIyer } = anchors;

test('the same request number always gets the same shapes', () => {
  const answer = { response: { customers: { customer: [wireUpdatedCustomer(ritaJames, [])] } } };
  assert.deepEqual(awkwardAnswer(5, answer), awkwardAnswer(5, answer));
  assert.notDeepEqual(awkwardAnswer(5, answer), awkwardAnswer(6, answer));
});

test('every awkward shape of the samples comes up', async (t) => {
  const server = await serve(t, { awkward: true });
  const texts: string[] = [];
  for (let call = 0; call < 40; call += 1) {
    texts.push((await update(server, { id: String(kabirBose.userId), firstname: `Kabir ${call}` })).text);
    texts.push((await update(server, { id: String(snehaIyer.userId), email: vikramIyer.email })).text);
    texts.push((await get(server, `/v1.1/customer/get?format=json&mobile=${ashaRaman.mobile}`)).text);
  }
  const shapes: readonly RegExp[] = [
    /^\{"response"/,
    /^\{"status"/,
    /"customer":\{/,
    /"customer":\[/,
    /"extended_fields":\[\]/,
    /"field":\[\]/,
    /"field":\{\}/,
    /"field":""/,
    /"field":null/,
    /"code":200/,
    /"code":"200"/,
    /"channel":"sms"/,
    /"channel":"SMS"/,
    /"x_new_release"/,
    /"external_id":""/,
    /"external_id":null/,
    /"warning":"91007 : email/,
    /"warning":\["91007 : email/,
  ];
  for (const shape of shapes)
    assert.ok(
      texts.some((text) => shape.test(text)),
      String(shape),
    );
});

const everything = 'mlp=true&gap_to_upgrade_for=0&gap_to_renew_for=0&expiry_schedule=true';

test('the till reads the same customer out of every shape', async (t) => {
  const server = await serve(t, { customers: [ritaJames, ashaRaman, kabirBose] });
  const path = (id: number) => `/v1.1/customer/get?format=json&id=${id}&user_id=true&subscriptions=true&${everything}`;
  const read = async (id: number) => {
    const body = readBody((await get(server, path(id))).text);
    assert.ok(body.kind === 'object');
    assert.equal(body.status?.code, 200);
    const [item] = readCustomers(body.object);
    assert.ok(isObject(item));
    assert.equal(readItemStatus(item)?.code, 1000);
    const { fields, loyalty, userId, updatedOn } = readCustomer(item);
    return { fields, loyalty, userId, updatedOn };
  };
  for (const { userId } of [ritaJames, ashaRaman, kabirBose]) {
    server.control.setAwkward(false);
    const documented = await read(userId);
    server.control.setAwkward(true);
    for (let call = 0; call < 25; call += 1) assert.deepEqual(await read(userId), documented);
  }
});
