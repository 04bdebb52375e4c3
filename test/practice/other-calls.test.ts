import assert from 'node:assert/strict';
import { test } from 'node:test';
import { machineConfigSchema } from '../../electron/config/config-sections.ts';
import { anchors } from '../../electron/practice/anchors.ts';
import {
  practiceConfig,
  practiceCredentials,
  practiceOAuth,
  secondPracticeCredentials,
} from '../../electron/practice/practice-config.ts';
import { customFields, extendedFields } from '../../electron/practice/practice-org.ts';
import { ask, at, basic, get, getCustomer, itemCode, itemOf, post, serve, update } from './practice-client.ts';

const { ritaJames, ashaRaman } = anchors;
const code = (json: unknown) => at(json, 'response', 'status', 'code');

test('the practice config is a valid machine config', () => {
  const config = machineConfigSchema.parse(practiceConfig('http://127.0.0.1:8080'));
  assert.equal(config.store.countryCode, 'IN');
  assert.equal(config.sync.settleSeconds, 2);
  assert.deepEqual(config.auth, { method: 'basic', till: practiceCredentials.till });
});

test('customer/get returns one customer, with the parts that were requested', async (t) => {
  const server = await serve(t);
  const bare = itemOf(await get(server, `/v1.1/customer/get?format=json&mobile=${ritaJames.mobile}`));
  assert.equal(at(bare, 'email'), ritaJames.email);
  assert.deepEqual(at(bare, 'registered_till'), { code: 'london.till2', name: 'london.till2' });
  assert.equal(at(bare, 'user_id'), undefined);
  assert.equal(at(bare, 'subscriptions'), undefined);
  assert.deepEqual(at(bare, 'points_summaries'), { points_summary: [] });
  assert.equal(at(bare, 'expiry_schedule'), undefined);
  const whole = await getCustomer(server, `id=${ritaJames.userId}`);
  assert.equal(at(whole, 'user_id'), ritaJames.userId);
  assert.deepEqual(at(whole, 'points_summaries', 'points_summary', 1, 'programId'), '1024');
  assert.deepEqual(at(whole, 'subscriptions', 'subscription', 0), {
    channel: 'SMS',
    priority: 'TRANS',
    scope: 'ALL',
    status: '1',
  });
});

/**
 * Every key of a customer in the vendor's samples of `customer/get`, with every optional part requested.
 */
const documentedKeys = new Set([
  ...[
    'user_id',
    'firstname',
    'lastname',
    'mobile',
    'email',
    'external_id',
    'registered_on',
    'updated_on',
    'type',
    'source',
  ],
  ...[
    'lifetime_points',
    'lifetime_purchases',
    'loyalty_points',
    'current_slab',
    'tier_expiry_date',
    'points_summaries',
  ],
  ...['registered_by', 'registered_store', 'registered_till', 'fraud_details', 'current_nps_status', 'identifiers'],
  ...['subscriptions', 'custom_fields', 'extended_fields', 'coupons', 'transactions', 'expiry_schedule', 'item_status'],
]);
const everything =
  'user_id=true&subscriptions=true&mlp=true&gap_to_upgrade_for=0&gap_to_renew_for=0&expiry_schedule=true&coupon_status=active&coupon_limit=20';

test('customer/get returns nothing undocumented, and leaves out what the real one leaves out', async (t) => {
  const server = await serve(t);
  const returnedKeys = new Set<string>();
  let withoutExpiry = 0;
  for (const { userId, memberships } of server.control.customers) {
    const item = itemOf(await get(server, `/v1.1/customer/get?format=json&id=${userId}&${everything}`));
    assert.ok(typeof item === 'object' && item !== null);
    for (const key of Object.keys(item)) returnedKeys.add(key);
    if (memberships.length > 0 && !('tier_expiry_date' in item)) withoutExpiry += 1;
  }
  assert.deepEqual(
    [...returnedKeys].filter((key) => !documentedKeys.has(key)),
    [],
  );
  assert.deepEqual(
    [...documentedKeys].filter((key) => !returnedKeys.has(key)),
    [],
  );
  assert.ok(withoutExpiry > 5);
});

test('programs, gaps, expiring points and coupons come as documented, if requested', async (t) => {
  const server = await serve(t);
  const rita = itemOf(await get(server, `/v1.1/customer/get?format=json&id=${ritaJames.userId}&${everything}`));
  const [rewards, kids] = [0, 1].map((index) => at(rita, 'points_summaries', 'points_summary', index));
  assert.equal(at(rewards, 'program_title'), 'Rewards');
  const gapIn = (summary: unknown) => at(summary, 'gap_to_upgrade', 'upgrade_strategy', 0);
  assert.equal(at(gapIn(rewards), 'customer_upgrade_entity_values', 'gap_to_upgrade'), String(20_000 - 12_400));
  assert.equal(at(gapIn(kids), 'upgrade_based_on'), 'CUMULATIVE_PURCHASES');
  assert.equal(at(rewards, 'gap_to_renew', 'renew_strategy', 0, 'renew_based_on'), 'PURCHASE');
  const dates = at(rita, 'expiry_schedule');
  assert.ok(Array.isArray(dates) && dates.length === 3);
  const list = async (narrowed: string) => {
    const item = itemOf(await get(server, `/v1.1/customer/get?format=json&id=${ritaJames.userId}${narrowed}`));
    const coupons = at(item, 'coupons', 'coupon');
    return Array.isArray(coupons) ? coupons : [];
  };
  const active = await list('&coupon_status=active');
  const ends = active.map((coupon) => String(at(coupon, 'valid_till')));
  assert.deepEqual(ends, ends.toSorted());
  assert.ok(
    active.every((coupon) => at(coupon, 'redeemed') === 'false' && String(at(coupon, 'valid_till')) > '2026-11-24'),
  );
  assert.ok((await list('')).length >= active.length);
  assert.equal((await list('&coupon_status=active&coupon_limit=1')).length, 1);
});

test('customers are found by their cards, and their bills come with amounts', async (t) => {
  const server = await serve(t);
  for (const query of [`card_number=4000000${ashaRaman.userId}`, `card_external_id=card-${ashaRaman.userId}`]) {
    assert.equal(at(await getCustomer(server, query), 'user_id'), ashaRaman.userId);
  }
  assert.equal(itemCode(await get(server, '/v1.1/customer/get?format=json&card_number=1234')), '1011');
  const bills = (await get(server, `/v1.1/customer/transactions?format=json&id=${ritaJames.userId}`)).json;
  const first = at(bills, 'response', 'customer', 'transactions', 'transaction', 0);
  assert.match(String(at(first, 'amount')), /^\d+\.\d\d$/);
  const ofGet = at(await getCustomer(server, `id=${ritaJames.userId}`), 'transactions', 'transaction', 0);
  assert.equal(at(ofGet, 'number'), at(first, 'number'));
  assert.equal(at(ofGet, 'amount'), undefined);
});

test('customer/get accepts several values separated by commas, and says which do not exist', async (t) => {
  const server = await serve(t);
  const answered = await get(
    server,
    `/v1.1/customer/get?format=json&mobile=${ritaJames.mobile},911,${ashaRaman.mobile}`,
  );
  assert.deepEqual(at(answered.json, 'response', 'status'), {
    success: 'true',
    code: 201,
    message: 'Partial success',
    total: '3',
    success_count: '2',
  });
  assert.deepEqual(
    [0, 1, 2].map((index) => at(answered.json, 'response', 'customers', 'customer', index, 'item_status', 'code')),
    ['1000', '1012', '1000'],
  );
  const none = await get(server, '/v1.1/customer/get?format=json&id=5');
  assert.equal(code(none.json), 500);
  assert.equal(itemCode(none), '1011');
  assert.equal(code((await get(server, '/v1.1/customer/get?format=json')).json), 400);
});

test('store/login returns the till, and the time with its offset', async (t) => {
  const server = await serve(t);
  const user = at((await get(server, '/v1.1/store/login.json')).json, 'response', 'store', 'user');
  assert.equal(at(user, 'username'), practiceCredentials.till);
  assert.equal(at(user, 'server_time'), '2026-11-24T09:30:00+05:30');
  assert.equal(Date.parse(String(at(user, 'server_time'))), server.clock.wallMs());
});

test('organization/configs follows the configuration', async (t) => {
  const server = await serve(t, { orgConfig: { primaryKey: 'email' } });
  const read = async () => {
    const { json } = await get(server, '/v1.1/organization/configs?format=json');
    const configs = at(json, 'response', 'organization', 'configs', 'config');
    return new Map(Array.isArray(configs) ? configs.map((entry) => [at(entry, 'key'), at(entry, 'value')]) : []);
  };
  assert.equal((await read()).get('CONF_REGISTRATION_PRIMARY_KEY'), 'EMAIL');
  assert.equal((await read()).get('CONF_ALLOW_EMAIL_UPDATE'), '1');
  server.control.setOrgConfig({ allowFill: { mobile: false, email: false, external_id: true } });
  assert.equal((await read()).get('CONF_ALLOW_EMAIL_UPDATE'), '0');
  assert.equal((await read()).get('CONF_LOYALTY_ALLOW_EXTERNAL_ID_UPDATE'), '1');
});

test('custom fields come with every widget, extended fields with every data type and in the requested language', async (t) => {
  const server = await serve(t);
  const custom = at(
    (await get(server, '/v1.1/organization/customfields?format=json&scope=loyalty_registration')).json,
    'response',
    'organization',
    'custom_fields',
    'field',
  );
  assert.ok(Array.isArray(custom));
  assert.equal(custom.length, customFields.length);
  const types = new Set(custom.map((field) => at(field, 'type')));
  assert.deepEqual(types, new Set(['text', 'textarea', 'select', 'checkbox', 'radio', 'datepicker']));
  assert.ok(custom.some((field) => at(field, 'is_mandatory') === 'true'));
  assert.ok(custom.some((field) => at(field, 'is_disabled') === 'true'));
  assert.ok(custom.some((field) => at(field, 'regex') !== '' && at(field, 'error') !== ''));
  assert.ok(custom.some((field) => at(field, 'datatype') === 'Integer'));

  const extended = (await get(server, '/v2/extendedFields', { language: 'es' })).json;
  const fields = at(extended, 'entity', 'CUSTOMER');
  assert.ok(Array.isArray(fields));
  assert.deepEqual(
    new Set(fields.map((field) => at(field, 'dataType'))),
    new Set(extendedFields.map(({ dataType }) => dataType)),
  );
  assert.equal(at(fields, 0, 'label'), 'Género');
});

test('store/staff lists people, by type if one is given', async (t) => {
  const server = await serve(t);
  const users = async (query: string) => {
    const { json } = await get(server, `/v1.1/store/staff?format=json${query}`);
    const list = at(json, 'response', 'store', 'staff', 'user');
    return Array.isArray(list) ? list : [];
  };
  assert.equal((await users('')).length, 8);
  assert.deepEqual(new Set((await users('&type=ASSOCIATE')).map((user) => at(user, 'type'))), new Set(['ASSOCIATE']));
});

test('update_identity is a request: accepted with 1040, and nothing changes yet', async (t) => {
  const server = await serve(t);
  const change = (identifier: string, old_value: string, new_value: string) =>
    post(server, '/v1.1/customer/update_identity?format=json', {
      root: { customer: [{ identifier, old_value, new_value }] },
    });
  assert.equal(itemCode(await change('mobile', ritaJames.mobile, '447400123456')), '1040');
  assert.equal(server.control.customer(ritaJames.userId)?.mobile, ritaJames.mobile);
  assert.deepEqual(server.control.ledger[0]?.changes, { mobile: '447400123456' });
  assert.equal(server.control.ledger[0]?.pointsAwarded, 0);
  assert.equal(itemCode(await change('mobile', '15', '447400123456')), '1012');
  assert.equal(itemCode(await change('mobile', ritaJames.mobile, ashaRaman.mobile)), '1041');
  assert.equal(itemCode(await change('shoe', 'a', 'b')), '1042');
});

test('a wrong password gets 401, and so does another till with the right one', async (t) => {
  const server = await serve(t);
  const login = `${server.url}/v1.1/store/login.json`;
  const wrong = await ask(login, { headers: basic(practiceCredentials.till, 'guess') });
  assert.equal(wrong.status, 401);
  assert.equal(code(wrong.json), 401);
  assert.ok(wrong.headers['x-cap-requestid']);
  assert.equal((await ask(login)).status, 401);
  const { till, secret } = secondPracticeCredentials;
  const second = await ask(login, { headers: basic(till, secret) });
  assert.equal(at(second.json, 'response', 'store', 'user', 'username'), till);
});

test('an OAuth token works until it expires, for tills of the organisation', async (t) => {
  const server = await serve(t, { tokenSeconds: 300 });
  const tokenFor = (body: unknown) =>
    ask(`${server.url}/v3/oauth/token/generate`, { method: 'POST', body: JSON.stringify(body) });
  assert.equal((await tokenFor({ key: practiceOAuth.key, secret: 'no' })).status, 401);
  const given = (await tokenFor(practiceOAuth)).json;
  assert.equal(at(given, 'data', 'ttlSeconds'), 300);
  const headers = (till: string) => ({
    'X-CAP-API-OAUTH-TOKEN': String(at(given, 'data', 'accessToken')),
    'X-CAP-API-ATTRIBUTION-ENTITY-TYPE': 'TILL',
    'X-CAP-API-ATTRIBUTION-ENTITY-CODE': till,
  });
  const call = (till: string) => ask(`${server.url}/v1.1/organization/configs?format=json`, { headers: headers(till) });
  assert.equal((await call(practiceCredentials.till)).status, 200);
  assert.equal((await call('nowhere')).status, 403);
  server.clock.advance(301_000);
  assert.equal((await call(practiceCredentials.till)).status, 401);
});

test('v1.1 answers in XML unless JSON is requested; unknown paths are 404', async (t) => {
  const server = await serve(t);
  const xml = await get(server, `/v1.1/customer/get?mobile=${ritaJames.mobile}`);
  assert.match(String(xml.headers['content-type']), /xml/);
  assert.match(xml.text, /^<\?xml/);
  assert.equal((await get(server, '/v1.1/customer/dance?format=json')).status, 404);
});

test('a customer changed by somebody else is returned as changed at the next lookup', async (t) => {
  const server = await serve(t);
  server.clock.advance(60_000);
  server.control.changeCustomer(ritaJames.userId, { firstName: 'Margarita', customFields: { age: '50' } });
  const seen = await getCustomer(server, `id=${ritaJames.userId}`);
  assert.equal(at(seen, 'firstname'), 'Margarita');
  assert.equal(at(seen, 'updated_on'), '2026-11-24 09:31:00');
  assert.equal(server.control.customer(ritaJames.userId)?.customFields.hobbies, '["Playing","Singing"]');
  assert.equal(server.control.changeCustomer(1, { firstName: 'Nobody' }), null);

  server.control.changeCustomer(ashaRaman.userId, { email: ritaJames.email });
  server.control.changeCustomer(ritaJames.userId, { email: 'elsewhere@example.com' });
  assert.equal(at(await getCustomer(server, `email=${ritaJames.email}`), 'user_id'), ashaRaman.userId);
});

test('two tills see each other’s changes', async (t) => {
  const server = await serve(t);
  const { till, secret } = secondPracticeCredentials;
  await update(server, { id: String(ritaJames.userId), firstname: 'First' });
  await update(server, { id: String(ritaJames.userId), lastname: 'Second' }, basic(till, secret));
  const seen = await getCustomer(server, `id=${ritaJames.userId}`);
  assert.deepEqual([at(seen, 'firstname'), at(seen, 'lastname')], ['First', 'Second']);
  assert.deepEqual(
    server.control.ledger.map((entry) => entry.till),
    [practiceCredentials.till, till],
  );
});
