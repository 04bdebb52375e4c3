import assert from 'node:assert/strict';
import { describe, it, test } from 'node:test';
import type { MachineConfig } from '../../electron/config/machine-config.ts';
import { createAuth } from '../../electron/loyalty-api/auth.ts';
import { createLoyaltyApi } from '../../electron/loyalty-api/client.ts';
import { isErased } from '../../electron/loyalty-api/outcomes.ts';
import { keptSecret } from '../../electron/loyalty-api/till-secret.ts';
import type { HttpRequest, HttpResult } from '../../electron/loyalty-api/transport.ts';
import { createFakeClock } from './fake-clock.ts';
import { answer, itemBody, page, requestBody, updateAnswerText, userId } from './samples.ts';

const basic = { method: 'basic', till: 'till1' } as const;
const oauth = { method: 'oauth', key: 'k', attributeTo: { type: 'TILL', code: 'till1' } } as const;

/** A client whose server gives these answers in turn (not counting tokens), then repeats the last one. */
function setUp(results: readonly HttpResult[], config: MachineConfig['auth'] = basic) {
  const requests: HttpRequest[] = [];
  let tokens = 0;
  const { clock } = createFakeClock();
  const transport = async (request: HttpRequest): Promise<HttpResult> => {
    if (request.url.endsWith('/v3/oauth/token/generate')) {
      tokens += 1;
      return answer({ data: { accessToken: `token-${tokens}`, ttlSeconds: 300 } });
    }
    requests.push(request);
    const result = results[Math.min(requests.length, results.length) - 1];
    assert.ok(result);
    return result;
  };
  const shared = { baseUrl: 'https://api.example.com', transport, clock, userAgent: 'Tillside/1', timeoutMs: 9_000 };
  const auth = createAuth({ ...shared, config, secret: keptSecret('basic', '123') });
  return {
    api: createLoyaltyApi({ ...shared, auth, language: 'hi', timeZone: 'Asia/Kolkata' }),
    requests,
    tokens: () => tokens,
  };
}

const update = {
  identifier: { type: 'userId', value: userId },
  changes: { firstName: 'Rita' },
  author: { staffCode: 'asha', till: 'till1' },
} as const;
const who = update.identifier;

test('an update is sent once, with credentials, user agent and audit headers', async () => {
  const { api, requests } = setUp([answer(updateAnswerText)]);
  assert.equal((await api.updateCustomer(update)).kind, 'applied');
  assert.equal(requests.length, 1);
  assert.deepEqual(requests[0]?.headers, {
    Accept: 'application/json',
    'User-Agent': 'Tillside/1',
    'Content-Type': 'application/json',
    'USER-CONTEXT-ENTITY-TYPE': 'STAFF',
    'USER-CONTEXT-ENTITY-ID': 'asha',
    'USER-CONTEXT-ENTITY-SOURCE': 'API',
    'USER-CONTEXT-ENTITY-SOURCE-ID': 'till1',
    Authorization: 'Basic dGlsbDE6MjAyY2I5NjJhYzU5MDc1Yjk2NGIwNzE1MmQyMzRiNzA=',
  });
  assert.equal(requests[0]?.timeoutMs, 9_000);
});

test('the client never repeats an update that may have arrived', async () => {
  for (const result of [
    { kind: 'lost', why: 'timeout', code: 'TIMEOUT' } as const,
    answer(page, { status: 500, headers: {} }),
    answer('{"cut'),
  ]) {
    for (const config of [basic, oauth]) {
      const { api, requests } = setUp([result], config);
      assert.equal((await api.updateCustomer(update)).kind, 'unknown');
      assert.equal(requests.length, 1);
    }
  }
});

test('after a 401 with OAuth, the token is renewed and the call sent once more', async () => {
  for (const refusal of [answer('', { status: 401 }), answer(requestBody(401))]) {
    const { api, requests, tokens } = setUp([refusal, answer(updateAnswerText)], oauth);
    assert.equal((await api.updateCustomer(update)).kind, 'applied');
    assert.deepEqual(
      requests.map(({ headers }) => headers['X-CAP-API-OAUTH-TOKEN']),
      ['token-1', 'token-2'],
    );
    assert.equal(tokens(), 2);
  }
});

test('a second 401 is final', async () => {
  const { api, requests } = setUp([answer('', { status: 401 })], oauth);
  const outcome = await api.updateCustomer(update);
  assert.equal(outcome.kind === 'held' && outcome.why, 'credentials');
  assert.equal(requests.length, 2);
});

/** A server whose answer depends on what the lookup asks for. */
function answering(by: (query: URLSearchParams) => HttpResult) {
  const asked: string[] = [];
  const { clock, pass } = createFakeClock();
  const transport = async ({ url }: HttpRequest): Promise<HttpResult> => {
    const query = new URL(url).searchParams;
    asked.push(
      ['mlp', 'gap_to_upgrade_for', 'expiry_schedule', 'coupon_status'].filter((name) => query.has(name)).join(),
    );
    return by(query);
  };
  const shared = { baseUrl: 'https://api.example.com', transport, clock, userAgent: 'Tillside/1', timeoutMs: 9_000 };
  const auth = createAuth({ ...shared, config: basic, secret: '123' });
  const { getCustomer } = createLoyaltyApi({ ...shared, auth, language: 'en', timeZone: 'Asia/Kolkata' });
  const lookUp = async () => {
    asked.length = 0;
    const { kind } = await getCustomer(who);
    return [kind, ...asked];
  };
  return { lookUp, pass };
}
const all = 'mlp,gap_to_upgrade_for,expiry_schedule,coupon_status';
const dayMs = 24 * 60 * 60_000;

const refusals: readonly (readonly [string, HttpResult])[] = [
  ['a refusal', answer(requestBody(400))],
  ['no permission', answer(requestBody(403))],
  ['HTTP 403', answer('', { status: 403 })],
  ['a crash', answer(page, { status: 500 })],
  ['a time-out', { kind: 'lost', why: 'timeout', code: 'TIMEOUT' }],
  ['an answer that cannot be read', answer('{"cut')],
];
for (const [what, refusal] of refusals) {
  test(`an optional part that brings ${what} is left out for a day, and the others are requested again`, async () => {
    const { lookUp, pass } = answering((query) => (query.has('expiry_schedule') ? refusal : answer(updateAnswerText)));
    assert.deepEqual(await lookUp(), ['found', all, '']);
    assert.deepEqual(await lookUp(), ['found', 'mlp']);
    assert.deepEqual(await lookUp(), ['found', 'mlp,gap_to_upgrade_for']);
    assert.deepEqual(await lookUp(), ['found', 'mlp,gap_to_upgrade_for,expiry_schedule', 'mlp,gap_to_upgrade_for']);
    assert.deepEqual(await lookUp(), ['found', 'mlp,gap_to_upgrade_for,coupon_status']);
    assert.deepEqual(await lookUp(), ['found', 'mlp,gap_to_upgrade_for,coupon_status']);
    pass(dayMs + 1);
    const [kind, asked] = await lookUp();
    assert.deepEqual([kind, asked], ['found', all]);
  });
}

test('without programs, no gaps are requested', async () => {
  const { lookUp } = answering((query) => answer(query.has('mlp') ? requestBody(400) : updateAnswerText));
  assert.deepEqual(await lookUp(), ['found', all, '']);
  assert.deepEqual(await lookUp(), ['found', 'mlp', '']);
  assert.deepEqual(await lookUp(), ['found', 'expiry_schedule']);
  assert.deepEqual(await lookUp(), ['found', 'expiry_schedule,coupon_status']);
  assert.deepEqual(await lookUp(), ['found', 'expiry_schedule,coupon_status']);
});

test('the optional parts are not retried at a server that is in trouble, gone or busy, or that refuses this one customer', async () => {
  const crashed = answering(() => answer(page, { status: 500 }));
  assert.deepEqual(await crashed.lookUp(), ['failed', all, '']);
  assert.deepEqual(await crashed.lookUp(), ['failed', all]);
  crashed.pass(10 * 60_000);
  assert.deepEqual(await crashed.lookUp(), ['failed', all, '']);
  for (const result of [
    { kind: 'not-sent', why: 'no-connection', code: 'ENOTFOUND' } as const,
    answer('', { status: 429 }),
    answer('', { status: 401 }),
    answer(itemBody({ success: false, code: 618 })),
    answer(itemBody({ success: false, code: 1011 })),
  ]) {
    const [, ...asked] = await answering(() => result).lookUp();
    assert.deepEqual(asked, [all]);
  }
});

test('purchases come with their amounts from a separate call', async () => {
  const transaction = [
    {
      id: '3739',
      number: 'B-1239',
      type: 'REGULAR',
      amount: '200.00',
      billing_time: '2027-04-05 17:07:23',
      store: 'A',
    },
  ];
  const body = (customer: object) => ({ response: { status: { success: 'true', code: 200 }, customer } });
  const { api, requests } = setUp([answer(body({ user_id: userId, transactions: { transaction } }))]);
  const outcome = await api.purchases(who);
  assert.deepEqual(outcome.kind === 'found' && outcome.value, [
    { number: 'B-1239', kind: 'purchase', on: '2027-04-05 17:07:23', store: 'A', amount: 200 },
  ]);
  assert.equal(requests[0]?.url, 'https://api.example.com/v1.1/customer/transactions?format=json&id=343445382');
  const kindOf = async (result: HttpResult) => (await setUp([result]).api.purchases(who)).kind;
  assert.equal(await kindOf(answer(body({ user_id: 5, transactions: { transaction } }))), 'failed');
  assert.equal(await kindOf(answer(body({ user_id: userId }))), 'failed');
  assert.equal(await kindOf(answer(requestBody(400))), 'refused');
  assert.equal(await kindOf(answer(itemBody({ success: false, code: 1012 }))), 'not-found');
});

test('a customer whose purchases are not found is known to be erased, if the answer says so (F48)', async () => {
  const message = 'Customer deleted after PII deletion request';
  const outcome = await setUp([answer(itemBody({ success: false, code: 1012, message }))]).api.purchases(who);
  assert.ok(outcome.kind === 'not-found' && isErased(outcome.answer));
});

test('a customer whom head office erased is not found, with whatever code it says so (F48)', async () => {
  const message = 'Customer is deleted after PII delete request';
  for (const code of [1012, 1011, 1024, 1044, 500, 9999, '', null]) {
    const asked = [
      itemBody({ success: 'false', code, message }),
      itemBody({ success: 'false', code, message }, failed),
    ];
    for (const body of asked) {
      const outcome = await setUp([answer(body)]).api.getCustomer(who);
      assert.ok(outcome.kind === 'not-found' && isErased(outcome.answer), `${code}: ${outcome.kind}`);
    }
  }
  const request = await setUp([answer(requestBody(500, message))]).api.getCustomer(who);
  assert.ok(request.kind === 'not-found' && isErased(request.answer));
  const saved = await setUp([answer(itemBody({ success: 'true', code: 1000, message }))]).api.getCustomer(who);
  assert.equal(saved.kind, 'found');
});

test('an organisation that reports no custom fields or configs has none; that is no failure', async () => {
  const said = (code: number) => [
    answer(requestBody(code)),
    answer({ response: { status: { code: 500 }, organization: { item_status: { success: 'false', code } } } }),
  ];
  for (const code of [3203, 3204]) {
    for (const result of said(code)) {
      const outcome = await setUp([result]).api.customFields();
      assert.deepEqual(outcome.kind === 'found' && outcome.value, []);
    }
  }
  for (const result of said(3209)) {
    const outcome = await setUp([result]).api.orgPolicy();
    assert.deepEqual(outcome.kind === 'found' && outcome.value, {});
  }
});

describe('trap 10: a customer who was merged away', () => {
  const survivor = (warnings: unknown, over: object = {}) =>
    answer({
      response: {
        status: { success: 'true', code: 200 },
        customers: {
          customer: [
            { user_id: 999, firstname: 'Rita', item_status: { success: 'true', code: 1000, warnings }, ...over },
          ],
        },
      },
    });

  it('is answered for by the survivor, on lookup and on update', async () => {
    for (const warnings of [{ warning: ['91009'] }, '91009', ['91009 : Retrieved survivor account']]) {
      const found = await setUp([survivor(warnings)]).api.getCustomer(who);
      assert.deepEqual(found.kind === 'found' && [found.merged, found.value.userId], [true, '999']);
      const applied = await setUp([survivor(warnings)]).api.updateCustomer(update);
      assert.deepEqual(applied.kind === 'applied' && [applied.merged, applied.record?.userId], [true, '999']);
    }
  });

  it('matches nobody else: any other answer about another customer is refused', async () => {
    for (const warnings of [[], '', { warning: ['91017'] }]) {
      assert.equal((await setUp([survivor(warnings)]).api.getCustomer(who)).kind, 'failed');
      assert.equal((await setUp([survivor(warnings)]).api.updateCustomer(update)).kind, 'unknown');
    }
    const same = await setUp([survivor([], { user_id: userId })]).api.getCustomer(who);
    assert.equal(same.kind === 'found' && same.merged, false);
  });
});

test('an external id returned as a number is the same with its zeros; as text it is another', async () => {
  const echo = (external_id: unknown) =>
    setUp([
      answer({ response: { status: { code: 200 }, customers: { customer: { user_id: 7, external_id } } } }),
    ]).api.getCustomer({ type: 'externalId', value: '00123' });
  const found = await echo(123);
  assert.equal(found.kind === 'found' && found.value.fields.externalId, '00123');
  assert.equal((await echo('123')).kind, 'failed');
  assert.equal((await echo(124)).kind, 'failed');
});

test('with Basic, a 401 is not retried', async () => {
  const { api, requests } = setUp([answer('', { status: 401 })]);
  assert.equal((await api.getCustomer(who)).kind, 'held');
  assert.equal(requests.length, 1);
});

test('a missing permission renews nothing', async () => {
  const { api, requests, tokens } = setUp([answer(requestBody(403))], oauth);
  const outcome = await api.updateCustomer(update);
  assert.equal(outcome.kind === 'held' && outcome.why, 'permission');
  assert.deepEqual([requests.length, tokens()], [1, 1]);
});

test('a request to change an identifier is accepted only with 1040', async () => {
  const change = { type: 'mobile', oldValue: '917713643123', newValue: '917713643124', author: update.author } as const;
  const reply = (code: number, mobile: string) =>
    answer({ status: { code: 200 }, customers: { customer: { mobile, item_status: { success: true, code } } } });
  const kindOf = async (result: HttpResult) => (await setUp([result]).api.requestIdentityChange(change)).kind;
  assert.equal(await kindOf(reply(1040, '917713643123')), 'applied');
  assert.equal(await kindOf(reply(1040, '917713643124')), 'applied');
  assert.equal(await kindOf(reply(1000, '917713643123')), 'unknown');
  assert.equal(await kindOf(reply(1040, '440000000000')), 'unknown');
});

test("a customer is looked up by id in the till's language", async () => {
  const { api, requests } = setUp([answer(updateAnswerText)]);
  const outcome = await api.getCustomer(who);
  assert.equal(outcome.kind === 'found' && outcome.value.fields.firstName, 'Rita');
  assert.equal(requests[0]?.headers.language, 'hi');
  assert.match(requests[0]?.url ?? '', /\/v1\.1\/customer\/get\?format=json&id=343445382&/);
});

const failed = { success: 'false', code: 500, message: 'All failed' };
const lookups: readonly [string, HttpResult, string][] = [
  ['nobody by that id', answer(itemBody({ success: 'false', code: 1011 }, failed)), 'not-found'],
  ['an item that was refused', answer(itemBody({ success: 'false', code: 618 }, failed)), 'refused'],
  ['an item that may not be seen', answer(itemBody({ success: 'false', code: 1044 }, failed)), 'held permission'],
  ['an item that is busy', answer(itemBody({ success: 'false', code: 521 }, failed)), 'failed busy'],
  ['an item that cannot be read', answer(itemBody({})), 'found'],
  ['a customer without an item status', answer({ status: { code: '200' }, customer: { user_id: userId } }), 'found'],
  [
    'a bare name without any status',
    answer({ customers: { customer: { firstname: 'x' } } }),
    'failed unreadable-answer',
  ],
  ['an empty list', answer({ status: { code: 200 }, customers: { customer: [] } }), 'not-found'],
  ['no list', answer({ status: { code: 200 } }), 'failed unreadable-answer'],
  ['a request that was refused', answer(requestBody(400)), 'refused'],
  ['all failed and no item', answer(requestBody(500)), 'refused'],
  ['a code for nobody on the request', answer(requestBody(1012)), 'not-found'],
  ['another customer', answer({ status: { code: 200 }, customer: { user_id: 5 } }), 'failed unreadable-answer'],
  ['a captive portal', answer(page, { headers: {} }), 'failed sign-in-page'],
  ['a lost exchange', { kind: 'lost', why: 'connection-lost', code: 'ECONNRESET' }, 'failed connection-lost'],
  ['no connection', { kind: 'not-sent', why: 'name-not-found', code: 'ENOTFOUND' }, 'failed name-not-found'],
];
for (const [what, result, expected] of lookups) {
  test(`a lookup that brings ${what} is: ${expected}`, async () => {
    const outcome = await setUp([result]).api.getCustomer(who);
    assert.equal('why' in outcome ? `${outcome.kind} ${outcome.why}` : outcome.kind, expected);
  });
}

test('a failed read reports how long a busy server asks to wait', async () => {
  const busy = answer('', { status: 429, headers: { 'retry-after': '4' } });
  const outcome = await setUp([busy]).api.getCustomer(who);
  assert.equal(outcome.kind === 'failed' && outcome.retryAfterMs, 4_000);
});

test('of several customers, those that exist are returned', async () => {
  const customer = [
    { user_id: 1, item_status: { success: true, code: 1000 } },
    { user_id: -1, mobile: '2', item_status: { success: false, code: 1011 } },
    { user_id: 3, item_status: { success: 'true', code: '1000' } },
  ];
  const { api, requests } = setUp([answer({ response: { status: { code: 201 }, customers: { customer } } })]);
  const outcome = await api.getCustomers('userId', ['1', '2', '3']);
  assert.deepEqual(outcome.kind === 'found' && outcome.value.map((record) => record.userId), ['1', '3']);
  assert.match(requests[0]?.url ?? '', /&id=1,2,3&/);
});

test('if none of several customers exists the list is empty, and one that may not be seen is reported', async () => {
  const none = setUp([answer(itemBody({ success: false, code: 1011 }, failed))]);
  const outcome = await none.api.getCustomers('userId', ['1']);
  assert.deepEqual(outcome.kind === 'found' && outcome.value, []);
  const hidden = setUp([answer(itemBody({ success: false, code: 1044 }, failed))]);
  assert.equal((await hidden.api.getCustomers('userId', ['1'])).kind, 'held');
});

test("the organisation's calls go where they should and return what the answers hold", async () => {
  const status = { success: true, code: 200 };
  const wrap = (body: object) => answer({ response: { status, ...body } });
  const login = setUp([wrap({ store: { user: { username: 'till1', org_name: 'Shop' } } })]);
  assert.equal((await login.api.login()).kind, 'found');
  const policy = setUp([wrap({ organization: { configs: { config: [] } } })]);
  assert.deepEqual(await policy.api.orgPolicy().then((it) => it.kind === 'found' && it.value), {});
  const custom = setUp([wrap({ organization: { custom_fields: [] } })]);
  assert.equal((await custom.api.customFields()).kind, 'found');
  const extended = setUp([answer({ entity: { CUSTOMER: [] } })]);
  assert.equal((await extended.api.extendedFields()).kind, 'found');
  const staff = setUp([wrap({ store: { staff: { user: { code: 'a' } } } })]);
  assert.equal((await staff.api.staff()).kind, 'found');
  assert.deepEqual(
    [login, policy, custom, extended, staff].map(({ requests }) => new URL(requests[0]?.url ?? '').pathname),
    [
      '/v1.1/store/login.json',
      '/v1.1/organization/configs',
      '/v1.1/organization/customfields',
      '/v2/extendedFields',
      '/v1.1/store/staff',
    ],
  );
});

test("the organisation's calls report a refusal, and never read a body without the answer as an empty one", async () => {
  assert.equal((await setUp([answer(requestBody(404))]).api.staff()).kind, 'refused');
  assert.equal((await setUp([answer(requestBody(500))]).api.orgPolicy()).kind, 'refused');
  assert.equal((await setUp([answer({ response: { status: { code: 200 } } })]).api.customFields()).kind, 'failed');
  const listed = await setUp([answer({ errors: [{ code: 8015, message: 'no' }] })]).api.extendedFields();
  assert.deepEqual(listed.kind === 'refused' && listed.rejection, { code: 8015, field: null, message: 'no' });
});

test('associates and managers become one list; one of them may not exist, but must not fail', async () => {
  const listed = (...codes: readonly string[]) =>
    answer({ response: { status: { code: 200 }, store: { staff: { user: codes.map((code) => ({ code })) } } } });
  const codesOf = async (results: readonly HttpResult[]) => {
    const outcome = await setUp(results).api.staff();
    return outcome.kind === 'found' ? outcome.value.map(({ code }) => code) : outcome.kind;
  };
  assert.deepEqual(await codesOf([listed('a', 'b'), listed('b', 'm')]), ['a', 'b', 'm']);
  assert.deepEqual(await codesOf([listed('a'), answer(requestBody(404))]), ['a']);
  assert.deepEqual(await codesOf([answer(requestBody(404)), listed('m')]), ['m']);
  assert.deepEqual(await codesOf([listed('a'), { kind: 'lost', why: 'timeout', code: 'TIMEOUT' }]), 'failed');
  assert.deepEqual(await codesOf([answer(requestBody(404)), answer(requestBody(404))]), 'refused');
});

test('with OAuth, logging in requests a token and nothing else', async () => {
  const { api, requests, tokens } = setUp([answer('')], oauth);
  assert.equal((await api.login()).kind, 'found');
  assert.deepEqual([requests.length, tokens()], [0, 1]);
});

test("the registration is told in the store's time, however the server tells it (trap 12)", async () => {
  for (const told of ['2019-09-11 10:12:00', '2019-09-11T04:42:00Z', '2019-09-11T10:12:00+05:30']) {
    const { api } = setUp([answer(updateAnswerText.replace('2012-09-11 11:11:15', told))]);
    const applied = await api.updateCustomer(update);
    const found = await api.getCustomer(who);
    assert.equal(applied.kind === 'applied' && applied.record.fields.registeredOn, '2019-09-11 10:12:00', told);
    assert.equal(found.kind === 'found' && found.value.fields.registeredOn, '2019-09-11 10:12:00', told);
  }
  for (const told of ['2020-01-01T18:30:00Z', '2020-01-02T00:00:00+05:30', '2020-01-02 00:00:00']) {
    const { api } = setUp([answer(updateAnswerText.replace('"Male"', JSON.stringify(told)))]);
    const found = await api.getCustomer(who);
    const field = found.kind === 'found' && found.value.fields['extended.gender'];
    assert.equal(field, '2020-01-02 00:00:00', 'the time of an extended field too');
  }
  const { api } = setUp([answer(updateAnswerText.replace('2012-09-11 11:11:15', ''))]);
  const found = await api.getCustomer(who);
  assert.equal(found.kind === 'found' && found.value.fields.registeredOn, null);
});

test('a card that nobody has, whatever the server says of it, keeps no other card from being looked up', async () => {
  const nobody = {
    response: { status: { success: 'false', code: 500, success_count: '0' }, customers: { customer: [{}] } },
  };
  for (const refusal of [nobody, requestBody(500), itemBody({ success: 'false', code: 1044 }), requestBody(1012)]) {
    const { api } = setUp([answer(refusal), answer(updateAnswerText)]);
    await api.getCustomer({ type: 'cardNumber', value: '1' });
    assert.equal((await api.getCustomer({ type: 'cardNumber', value: '2' })).kind, 'found');
  }
  const { api, requests } = setUp([answer(requestBody(400)), answer(updateAnswerText)]);
  for (const value of ['1', '2']) assert.equal((await api.getCustomer({ type: 'cardNumber', value })).kind, 'refused');
  assert.equal(requests.length, 1, 'a server that does not know the call is not asked again');
});
