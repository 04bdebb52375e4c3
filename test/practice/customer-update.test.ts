import assert from 'node:assert/strict';
import { test } from 'node:test';
import { anchors } from '../../electron/practice/anchors.ts';
import { at, getCustomer, itemCode, itemOf, post, serve, update, warningsOf } from './practice-client.ts';

const { ritaJames, ashaRaman, kabirBose, vikramIyer, snehaIyer, meenaPillai, bjornWeiss } = anchors;
const id = (customer: { readonly userId: number }) => String(customer.userId);

test('an update changes what it sends and leaves the rest', async (t) => {
  const server = await serve(t);
  const answered = await update(server, { id: id(ritaJames), lastname: 'James-Ó Brien' });
  assert.equal(answered.status, 200);
  assert.match(String(answered.headers['x-cap-requestid']), /^[0-9a-f-]{36}$/);
  assert.deepEqual(at(answered.json, 'response', 'status'), {
    success: 'true',
    code: 200,
    message: 'Success',
    total: '1',
    success_count: '1',
  });
  assert.equal(itemCode(answered), '1000');
  assert.equal(at(itemOf(answered), 'lastname'), 'James-Ó Brien');
  assert.equal(at(itemOf(answered), 'updated_on'), '2026-11-24 09:30:00');
  const { lastName: _, memberships: __, updatedOn: ___, updateCount: ____, ...same } = ritaJames;
  const kept = server.control.customer(ritaJames.userId);
  assert.deepEqual({ ...kept, ...same }, kept);
});

test('the customer is found by id, mobile, email and external id', async (t) => {
  const server = await serve(t);
  const ways = [
    { id: ritaJames.userId },
    { mobile: ritaJames.mobile },
    { email: ritaJames.email.toUpperCase() },
    { external_id: ritaJames.externalId },
  ];
  for (const [index, way] of ways.entries()) {
    assert.equal(itemCode(await update(server, { ...way, firstname: `Rita ${index}` })), '1000');
    assert.equal(server.control.customer(ritaJames.userId)?.firstName, `Rita ${index}`);
  }
});

test('every applied call awards points again, to the main program and the totals', async (t) => {
  const server = await serve(t);
  const before = ritaJames.memberships[0].loyaltyPoints;
  const total = before + ritaJames.memberships[1].loyaltyPoints;
  for (const times of [1, 2]) {
    const answered = await update(server, { id: id(ritaJames), firstname: 'Rita' });
    const item = itemOf(answered);
    assert.deepEqual(at(item, 'side_effects', 'effect'), [
      { type: 'points', awarded_points: 50, total_points: total + 50 * times },
    ]);
    assert.equal(at(item, 'loyalty_points'), total + 50 * times);
    assert.equal(at(item, 'points_summaries', 'points_summary', 0, 'loyaltyPoints'), String(before + 50 * times));
  }
  assert.deepEqual(
    server.control.ledger.map(({ order, customerId, pointsAwarded }) => ({ order, customerId, pointsAwarded })),
    [1, 2].map((order) => ({ order, customerId: ritaJames.userId, pointsAwarded: 50 })),
  );
});

test("an update's points can reach a tier", async (t) => {
  const server = await serve(t);
  assert.equal(at(await getCustomer(server, `id=${id(meenaPillai)}`), 'current_slab'), 'Bronze');
  const answered = await update(server, { id: id(meenaPillai), firstname: 'Meena' });
  assert.equal(at(itemOf(answered), 'current_slab'), 'Silver');
  assert.equal(at(itemOf(answered), 'points_summaries', 'points_summary', 0, 'nextSlab'), 'Gold');
});

test('every third update of a customer brings a coupon', async (t) => {
  const server = await serve(t);
  const effects: unknown[] = [];
  for (let call = 1; call <= 6; call += 1) {
    const answered = await update(server, { id: id(ashaRaman), firstname: `Asha ${call}` });
    const all = at(itemOf(answered), 'side_effects', 'effect');
    effects.push(Array.isArray(all) ? all.find((effect) => at(effect, 'type') === 'coupon') : all);
  }
  assert.deepEqual(
    effects.map((effect) => at(effect, 'type')),
    [undefined, undefined, 'coupon', undefined, undefined, 'coupon'],
  );
  assert.equal(at(effects[2], 'valid_till'), '2026-12-24 23:59:59');
  assert.notEqual(at(effects[2], 'coupon_code'), at(effects[5], 'coupon_code'));
});

test('an update that reaches the next tier says so', async (t) => {
  const server = await serve(t);
  const answered = await update(server, { id: id(meenaPillai), firstname: 'Meena K' });
  assert.deepEqual(at(itemOf(answered), 'side_effects', 'effect', 1), {
    type: 'slab',
    previous_slab_name: 'Bronze',
    previous_slab_number: '1',
    upgraded_slab_name: 'Silver',
    upgraded_slab_number: '2',
  });
});

test('an update of a customer who was merged away is answered by the survivor, with a warning that says so', async (t) => {
  const server = await serve(t, { orgConfig: { whenOccupied: 'merge' } });
  await update(server, { id: id(snehaIyer), email: vikramIyer.email });
  const answered = await update(server, { id: id(vikramIyer), firstname: 'Vikram S' });
  assert.equal(at(itemOf(answered), 'user_id'), snehaIyer.userId);
  assert.deepEqual(warningsOf(answered), ['91009']);
});

test('the ledger names the staff member, the till and what was applied', async (t) => {
  const server = await serve(t);
  const answered = await update(
    server,
    { id: id(ritaJames), firstname: 'Reeta', custom_fields: { field: { name: 'age', value: '47' } } },
    { 'USER-CONTEXT-ENTITY-ID': 'A001', 'USER-CONTEXT-ENTITY-SOURCE-ID': 'practice.till1' },
  );
  const [entry] = server.control.ledger;
  assert.deepEqual(entry, {
    order: 1,
    requestId: answered.headers['x-cap-requestid'],
    endpoint: 'customer/update',
    customerId: ritaJames.userId,
    changes: { firstName: 'Reeta', 'custom.age': '47' },
    warnings: [],
    pointsAwarded: 50,
    staff: 'A001',
    contextTill: 'practice.till1',
    till: 'practice.till1',
    atMs: server.clock.wallMs(),
  });
});

test('an empty identifier is filled in if the organisation allows it', async (t) => {
  const server = await serve(t);
  const filled = await update(server, { id: id(ashaRaman), email: 'asha@example.com' });
  assert.equal(itemCode(filled), '1000');
  assert.deepEqual(warningsOf(filled), []);
  assert.equal(at(await getCustomer(server, 'email=asha@example.com'), 'user_id'), ashaRaman.userId);

  const refused = await update(server, { id: id(ashaRaman), external_id: 'AR-77', firstname: 'Asha' });
  assert.equal(itemCode(refused), '1000');
  assert.deepEqual(warningsOf(refused), ['91006']);
  assert.equal(server.control.customer(ashaRaman.userId)?.externalId, null);

  server.control.setOrgConfig({ allowFill: { mobile: true, email: true, external_id: true } });
  assert.deepEqual(warningsOf(await update(server, { id: id(ashaRaman), external_id: 'AR-77' })), []);
  assert.equal(server.control.customer(ashaRaman.userId)?.externalId, 'AR-77');
});

test('an existing identifier never changes: 91005 for the primary one, 91006 for the others', async (t) => {
  const server = await serve(t);
  const answered = await update(server, { id: id(ritaJames), mobile: '447700900999', email: 'new@example.com' });
  assert.equal(itemCode(answered), '1000');
  assert.deepEqual(warningsOf(answered), ['91005', '91006']);
  assert.equal(server.control.customer(ritaJames.userId)?.mobile, ritaJames.mobile);
  assert.equal(server.control.customer(ritaJames.userId)?.email, ritaJames.email);

  const same = await update(server, { id: id(ritaJames), mobile: ritaJames.mobile, email: ritaJames.email });
  assert.deepEqual(warningsOf(same), []);
});

test("filling in somebody else's identifier is ignored, refused or merges the two, by configuration", async (t) => {
  const server = await serve(t);
  const fill = { id: id(snehaIyer), email: vikramIyer.email };
  assert.deepEqual(warningsOf(await update(server, fill)), ['91007']);
  assert.equal(server.control.customer(snehaIyer.userId)?.email, null);

  server.control.setOrgConfig({ whenOccupied: 'refuse' });
  assert.equal(itemCode(await update(server, fill)), '1016');

  server.control.setOrgConfig({ whenOccupied: 'merge' });
  const count = server.control.customers.length;
  const pointsOf = (userId: number) => server.control.customer(userId)?.memberships[0]?.loyaltyPoints ?? 0;
  const together = pointsOf(snehaIyer.userId) + pointsOf(vikramIyer.userId);
  assert.equal(itemCode(await update(server, fill)), '1000');
  assert.equal(server.control.customers.length, count - 1);
  assert.equal(server.control.customer(snehaIyer.userId)?.email, vikramIyer.email);
  assert.equal(pointsOf(snehaIyer.userId), together + 50);
  const survivor = await getCustomer(server, `id=${id(vikramIyer)}`);
  assert.equal(at(survivor, 'user_id'), snehaIyer.userId);
  assert.deepEqual(at(survivor, 'item_status', 'warnings', 'warning'), ['91009']);
});

test('the account that survives a merge takes over what it lacked', async (t) => {
  const server = await serve(t, {
    orgConfig: { whenOccupied: 'merge', allowFill: { mobile: true, email: true, external_id: true } },
  });
  await update(server, { id: id(ashaRaman), external_id: ritaJames.externalId });
  const survivor = server.control.customer(ashaRaman.userId);
  assert.equal(survivor?.email, ritaJames.email);
  assert.equal(survivor?.mobile, ashaRaman.mobile);
  assert.equal(survivor?.customFields.age, ritaJames.customFields.age);
  assert.equal(survivor?.customFields.preferred_language, ashaRaman.customFields.preferred_language);
  assert.equal(survivor?.memberships.length, 2);
});

test('an impossible value is refused with its own code, and nothing of the update is kept', async (t) => {
  const server = await serve(t);
  const cases: readonly (readonly [string, { readonly [key: string]: unknown }])[] = [
    ['1011', { id: '999' }],
    ['1012', { mobile: '919800000000' }],
    ['1015', { firstname: 'Nobody' }],
    ['1001', { id: id(bjornWeiss), mobile: '12' }],
    ['1002', { id: id(ashaRaman), email: 'asha at example' }],
    ['1046', { id: id(ritaJames), type: 'NON_LOYALTY' }],
    ['91003', { id: id(ritaJames), registered_on: '2026-02-30 10:00:00' }],
    ['1034', { id: id(ritaJames), registered_on: '2031-01-01 10:00:00' }],
    ['91020', { id: id(ritaJames), registered_till: 'nowhere' }],
    ['91021', { id: id(ritaJames), associated_with: 'nowhere' }],
    ['91003', { id: id(ritaJames), fraud_status: { status: 'PERHAPS' } }],
    ['1017', { id: id(ritaJames), custom_fields: { field: [{ name: 'nothing_known', value: '1' }] } }],
    ['91015', { id: id(ritaJames), extended_fields: { field: [{ name: 'nothing_known', value: '1' }] } }],
  ];
  for (const [code, item] of cases) {
    const answered = await update(server, { firstname: 'Changed', ...item });
    const alone = ['1017', '91015'].includes(code) ? await update(server, item) : answered;
    assert.equal(itemCode(alone), code, JSON.stringify(item));
    assert.equal(alone.status, 200);
    assert.equal(at(alone.json, 'response', 'status', 'code'), 500);
    assert.equal(at(alone.json, 'response', 'status', 'success'), 'false');
    assert.equal(at(itemOf(alone), 'item_status', 'success'), 'false');
  }
  assert.equal(server.control.customer(ashaRaman.userId)?.firstName, ashaRaman.firstName);
  assert.equal(server.control.ledger.length, 2, 'the two that had a name beside a refused field');
});

test('a refused field beside a saved one is a warning', async (t) => {
  const server = await serve(t);
  const answered = await update(server, {
    id: id(ritaJames),
    firstname: 'Reeta',
    custom_fields: {
      field: [
        { name: 'age', value: 'old' },
        { name: 'occupation', value: 'Pilot' },
        { name: 'legacy_card', value: 'X' },
        { name: 'postcode', value: '!' },
        { name: 'preferred_language', value: '' },
      ],
    },
    extended_fields: {
      field: [
        { name: 'gender', value: 'male' },
        { name: 'children', value: 'two' },
      ],
    },
  });
  assert.equal(itemCode(answered), '1000');
  assert.deepEqual(warningsOf(answered), ['1017', '1017', '1017', '1017', '91015']);
  const kept = server.control.customer(ritaJames.userId);
  assert.equal(kept?.firstName, 'Reeta');
  assert.equal(kept?.customFields.occupation, 'Pilot');
  assert.equal(kept?.customFields.age, '46');
  assert.equal(kept?.extendedFields.gender, 'Male', 'an enum is kept as it is defined');
});

test('a customer becomes a loyalty member, and earns points from then on', async (t) => {
  const server = await serve(t);
  assert.equal(at(itemOf(await update(server, { id: id(kabirBose), firstname: 'Kabir' })), 'loyalty_points'), 0);
  const answered = await update(server, { id: id(kabirBose), type: 'LOYALTY' });
  assert.equal(at(itemOf(answered), 'type'), 'LOYALTY');
  assert.equal(at(itemOf(answered), 'loyalty_points'), 50);
  assert.equal(at(itemOf(answered), 'current_slab'), 'NONE');
});

test('subscriptions change one by one; one without a number or address behind it is a warning', async (t) => {
  const server = await serve(t);
  const subscription = (channel: string, priority: string, is_subscribed: string) => ({
    channel,
    priority,
    is_subscribed,
    scope: 'all',
  });
  const answered = await update(server, {
    id: id(ashaRaman),
    subscriptions: { subscription: [subscription('sms', 'TRANS', '0'), subscription('email', 'BULK', '1')] },
  });
  assert.deepEqual(warningsOf(answered), ['91022']);
  assert.deepEqual(server.control.ledger[0]?.changes, { 'subscription.sms.TRANS': '0' });
  assert.deepEqual(server.control.customer(ashaRaman.userId)?.subscriptions, [
    { channel: 'SMS', priority: 'BULK', subscribed: false },
    { channel: 'SMS', priority: 'TRANS', subscribed: false },
  ]);
  for (const [code, wrong] of [
    ['1101', subscription('pigeon', 'TRANS', '1')],
    ['1102', subscription('sms', 'LATER', '1')],
    ['1103', { ...subscription('sms', 'TRANS', '1'), scope: 'some' }],
    ['1106', subscription('sms', 'TRANS', 'yes')],
  ] as const) {
    assert.equal(itemCode(await update(server, { id: id(ashaRaman), subscriptions: { subscription: [wrong] } })), code);
  }
});

test('fraud is set and removed', async (t) => {
  const server = await serve(t);
  await update(server, { id: id(ritaJames), fraud_status: { status: 'CONFIRMED' } });
  assert.equal(server.control.customer(ritaJames.userId)?.fraudStatus, 'CONFIRMED');
  await update(server, { id: id(ritaJames), fraud_status: { status: 'NONE' } });
  assert.equal(at(await getCustomer(server, `id=${id(ritaJames)}`), 'fraud_details', 'status'), 'NOT_FRAUD');
});

test('a batch, nonsense and an erased customer are each refused in their own way', async (t) => {
  const server = await serve(t);
  const path = '/v1.1/customer/update?format=json';
  const code = (json: unknown) => at(json, 'response', 'status', 'code');
  const two = await post(server, path, { root: { customer: [{ id: '1' }, { id: '2' }] } });
  assert.equal(code(two.json), 1060);
  assert.equal(code((await post(server, path, '{"root":')).json), 400);
  server.control.eraseCustomer(ritaJames.userId);
  const erased = await update(server, { id: id(ritaJames), firstname: 'R' });
  assert.match(String(at(itemOf(erased), 'item_status', 'message')), /deleted after PII delete request/);
  assert.equal(server.control.ledger.length, 0);
});
