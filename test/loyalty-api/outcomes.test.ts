import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type DocumentedCode, documentedCodes, meaningOf } from '../../electron/loyalty-api/codes.ts';
import { longestRetryAfterMs, readRetryAfterMs } from '../../electron/loyalty-api/exchange.ts';
import { type AskedUpdate, isErased, unnamedWarning, updateOutcome } from '../../electron/loyalty-api/outcomes.ts';
import type { FieldKey } from '../../electron/model/customer.ts';
import { answer, itemBody, page, requestBody, updateAnswerText, userId } from './samples.ts';

const nowMs = Date.parse('2026-03-01T10:00:00Z');

function asked(changed: readonly FieldKey[] = ['firstName'], value = userId): AskedUpdate {
  return {
    identifiers: [{ type: 'userId', value }],
    sent: { identifierType: 'userId', changed },
    doneCodes: [1000],
  };
}

function outcomeOf(result: Parameters<typeof updateOutcome>[0], changed?: readonly FieldKey[]) {
  return updateOutcome(result, asked(changed), nowMs);
}

/** Each code as the item's own, with `success` false. Written out on purpose rather than derived. */
const asItem = {
  200: 'rejected',
  201: 'rejected',
  400: 'rejected',
  401: 'held credentials',
  402: 'rejected',
  403: 'held permission',
  404: 'rejected',
  405: 'rejected',
  406: 'rejected',
  407: 'unknown server-error',
  408: 'held permission',
  415: 'rejected',
  425: 'not-sent busy',
  429: 'not-sent busy',
  461: 'not-sent busy',
  500: 'unknown server-error',
  503: 'not-sent busy',
  521: 'not-sent busy',
  618: 'rejected fraudStatus',
  816: 'rejected',
  1000: 'unknown unreadable-answer',
  1001: 'rejected mobile',
  1002: 'rejected email',
  1003: 'rejected externalId',
  1006: 'rejected email',
  1007: 'rejected email',
  1011: 'rejected',
  1012: 'rejected',
  1013: 'rejected type',
  1016: 'rejected email',
  1017: 'rejected custom.age',
  1018: 'rejected custom.age',
  1020: 'rejected type',
  1024: 'rejected',
  1032: 'rejected email',
  1033: 'rejected email',
  1034: 'rejected registeredOn',
  1039: 'rejected email',
  1040: 'unknown unreadable-answer',
  1041: 'rejected email',
  1042: 'rejected email',
  1043: 'rejected email',
  1044: 'rejected',
  1045: 'rejected type',
  1046: 'rejected type',
  1047: 'rejected email',
  1048: 'rejected type',
  1049: 'rejected type',
  1060: 'rejected',
  1061: 'rejected',
  1062: 'rejected',
  1064: 'rejected',
  1101: 'rejected subscription.sms.BULK',
  1102: 'rejected subscription.sms.BULK',
  1103: 'rejected subscription.sms.BULK',
  1104: 'rejected subscription.sms.BULK',
  1105: 'rejected subscription.sms.BULK',
  1106: 'rejected subscription.sms.BULK',
  1110: 'rejected subscription.sms.BULK',
  3203: 'rejected',
  3204: 'rejected',
  3209: 'rejected',
  10002: 'rejected',
  91001: 'unknown server-error',
  91002: 'unknown server-error',
  91003: 'rejected',
  91004: 'unknown server-error',
  91005: 'rejected email',
  91006: 'rejected email',
  91007: 'rejected email',
  91009: 'unknown server-error',
  91010: 'unknown server-error',
  91011: 'unknown server-error',
  91012: 'unknown server-error',
  91013: 'unknown server-error',
  91014: 'unknown server-error',
  91015: 'rejected custom.age',
  91016: 'unknown server-error',
  91017: 'unknown server-error',
  91018: 'unknown server-error',
  91019: 'unknown server-error',
  91020: 'rejected associatedWith',
  91021: 'rejected associatedWith',
  91022: 'rejected subscription.sms.BULK',
} as const satisfies { readonly [code in DocumentedCode]: string };

/** Each code of the whole request, with no customer in the answer. */
const asRequest = {
  200: 'unknown unreadable-answer',
  201: 'unknown unreadable-answer',
  400: 'rejected',
  401: 'held credentials',
  402: 'rejected',
  403: 'held permission',
  404: 'rejected',
  405: 'rejected',
  406: 'rejected',
  407: 'unknown server-error',
  408: 'held permission',
  415: 'rejected',
  425: 'not-sent busy',
  429: 'not-sent busy',
  461: 'not-sent busy',
  500: 'unknown unreadable-answer',
  503: 'not-sent busy',
  521: 'not-sent busy',
  1060: 'rejected',
  1061: 'rejected',
  1062: 'rejected',
  1064: 'rejected',
} as const;

const everything: readonly FieldKey[] = ['email', 'custom.age', 'associatedWith', 'subscription.sms.BULK', 'type'];

function summary(outcome: ReturnType<typeof updateOutcome>): string {
  switch (outcome.kind) {
    case 'applied':
      return ['applied', ...outcome.warnings.map(({ code, field }) => `${code}:${field}`)].join(' ');
    case 'rejected':
      return ['rejected', outcome.rejection.field].filter((part) => part !== null).join(' ');
    default:
      return `${outcome.kind} ${outcome.why}`;
  }
}

for (const code of documentedCodes) {
  test(`an item that failed with ${code} becomes: ${asItem[code]}`, () => {
    const failed = { success: 'false', code: String(code), message: '' };
    const outcome = outcomeOf(answer(itemBody(failed, { success: false, code: 500 })), everything);
    assert.equal(summary(outcome), asItem[code]);
    assert.equal(outcome.answer?.itemCode, code);
    if (outcome.kind === 'rejected') assert.equal(outcome.rejection.code, code);
  });
}

for (const [code, expected] of Object.entries(asRequest)) {
  test(`a whole request with code ${code} and no customer becomes: ${expected}`, () => {
    const outcome = outcomeOf(answer(requestBody(Number(code))), everything);
    assert.equal(summary(outcome), expected);
    assert.equal(outcome.answer?.code, Number(code));
  });
}

test('the list above has every code that can apply to a whole request', () => {
  const inTable = documentedCodes.filter((code) => meaningOf(code).request !== undefined);
  assert.deepEqual(inTable.map(String), Object.keys(asRequest));
});

for (const code of documentedCodes) {
  const { warning } = meaningOf(code);
  const expected = code === 1000 ? 'applied' : warning !== undefined ? 'applied with a warning' : 'unknown';
  test(`an item that says success with code ${code} is ${expected}`, () => {
    const outcome = outcomeOf(answer(itemBody({ success: true, code })), everything);
    assert.equal(outcome.kind, expected.split(' ')[0]);
    if (outcome.kind === 'applied') {
      assert.deepEqual(
        outcome.warnings.map((warning) => warning.code),
        warning === undefined ? [] : [code],
      );
    }
  });
}

test('the known warnings are the documented ones, in their two classes', () => {
  const of = (meaning: string) => documentedCodes.filter((code) => meaningOf(code).warning === meaning);
  assert.deepEqual(of('notSaved'), [1017, 91003, 91005, 91006, 91007, 91015, 91020, 91021, 91022]);
  assert.deepEqual(of('onlyNotRead'), [
    91001,
    91002,
    91004,
    ...Array.from({ length: 6 }, (_, at) => 91009 + at),
    91016,
    91017,
    91018,
    91019,
  ]);
});

test("the vendor's sample of an update is applied with points, coupon, tier and both warnings", () => {
  const outcome = outcomeOf(answer(updateAnswerText), ['custom.age']);
  assert.equal(outcome.kind, 'applied');
  if (outcome.kind !== 'applied') return;
  assert.deepEqual(outcome.effects, [
    { kind: 'points', awarded: 50, total: 2330 },
    {
      kind: 'coupon',
      code: 'IYVS2E6V',
      couponType: null,
      description: 'Welcome',
      validTill: '2020-06-27 23:59:59',
    },
  ]);
  assert.deepEqual(outcome.warnings, [
    { meaning: 'onlyNotRead', code: 91017, field: null, message: null },
    { meaning: 'notSaved', code: 1017, field: 'custom.age', message: null },
  ]);
  assert.deepEqual(outcome.answer, {
    httpStatus: 200,
    requestId: 'req-1',
    code: 200,
    message: 'Success',
    total: 1,
    successCount: 1,
    itemCode: 1000,
    itemMessage: 'Customer successfully updated',
  });
});

test("HTTP 200 with a failed item is that item's failure", () => {
  const body = itemBody({ success: 'false', code: '1011', message: 'Customer not found' });
  assert.equal(outcomeOf(answer(body)).kind, 'rejected');
});

test('partial success is decided by the item', () => {
  const partial = { success: 'true', code: '201', message: 'Partial' };
  assert.equal(outcomeOf(answer(itemBody({ success: 'TRUE', code: '1000' }, partial))).kind, 'applied');
  assert.equal(outcomeOf(answer(itemBody({ success: 'FALSE', code: '1011' }, partial))).kind, 'rejected');
});

test('contradicting signs of success are unknown, never applied', () => {
  const ok = { success: true, code: 1000 };
  const contradictions = [
    answer(itemBody(ok, { success: false, code: 500 })),
    answer(itemBody(ok, { success: false, code: 200 })),
    answer(itemBody(ok, { success: true, code: 400 })),
    answer(itemBody(ok, { success: true })),
    answer(itemBody(ok, { success: true, code: 521 })),
    answer(itemBody(ok, { success: true, code: 401 })),
    answer(itemBody(ok), { status: 500 }),
    answer(itemBody(ok), { status: 429 }),
    answer(itemBody(ok), { status: 401 }),
    answer(itemBody({ success: false, code: 1000 })),
    answer(itemBody({ code: 1000 })),
    answer(itemBody({ success: true })),
    answer(itemBody({ success: true, code: 4711 })),
    answer(itemBody({ code: 4711, message: 'neither yes nor no' })),
  ];
  assert.deepEqual(
    contradictions.map((result) => outcomeOf(result).kind),
    contradictions.map(() => 'unknown'),
  );
});

test('an undocumented code without success is refused with its code and words', () => {
  const outcome = outcomeOf(answer(itemBody({ success: 'false', code: '4711', message: 'Moon too full' })));
  assert.deepEqual(outcome.kind === 'rejected' && outcome.rejection, {
    code: 4711,
    field: null,
    message: 'Moon too full',
  });
});

test('an answer about another customer is not believed, whether success or refusal', () => {
  for (const item of [
    { success: true, code: 1000 },
    { success: false, code: 1011 },
  ]) {
    for (const code of [200, 400]) {
      const result = answer(itemBody(item, { success: code === 200, code }));
      assert.equal(summary(updateOutcome(result, asked(['firstName'], '999'), nowMs)), 'unknown unreadable-answer');
    }
  }
});

test('a mobile is the same customer with or without its country code, and another with other digits', () => {
  const body = {
    response: {
      status: { code: 200 },
      customers: { customer: { mobile: '+91 7713643123', item_status: { success: true, code: 1000 } } },
    },
  };
  const byMobile = (value: string) =>
    updateOutcome(
      answer(body),
      { identifiers: [{ type: 'mobile', value }], sent: { identifierType: 'mobile', changed: [] }, doneCodes: [1000] },
      nowMs,
    ).kind;
  assert.deepEqual(['917713643123', '7713643123', '07713643123', '917713643124', '3'].map(byMobile), [
    'applied',
    'applied',
    'applied',
    'unknown',
    'unknown',
  ]);
});

test('an answer without any customer is unknown', () => {
  for (const customers of [[], '', null, {}, { customer: [] }]) {
    const outcome = outcomeOf(answer({ response: { status: { success: true, code: 200 }, customers } }));
    assert.equal(summary(outcome), 'unknown unreadable-answer');
  }
});

test('"all items failed" about an empty customer is a plain refusal, and unknown where one succeeded', () => {
  const batchAnswer = (success_count: string, customer: unknown) =>
    summary(
      outcomeOf(
        answer({
          response: { status: { success: 'false', code: 500, total: '1', success_count }, customers: { customer } },
        }),
      ),
    );
  assert.equal(batchAnswer('0', [{}]), 'rejected');
  assert.equal(batchAnswer('0', {}), 'rejected');
  assert.equal(batchAnswer('1', [{}]), 'unknown unreadable-answer');
  assert.equal(batchAnswer('0', []), 'unknown unreadable-answer');
  assert.equal(batchAnswer('', [{}]), 'unknown unreadable-answer');
});

test('of several customers the one asked for decides', () => {
  const customer = [
    { user_id: 1, item_status: { success: true, code: 1000 } },
    { user_id: userId, item_status: { success: false, code: 1011 } },
  ];
  assert.equal(outcomeOf(answer({ status: { code: 201 }, customers: { customer } })).kind, 'rejected');
});

test('what did not reach the server may be sent again; what was lost may not', () => {
  assert.equal(summary(outcomeOf({ kind: 'not-sent', why: 'tls', code: 'CERT_HAS_EXPIRED' })), 'not-sent tls');
  assert.equal(summary(outcomeOf({ kind: 'lost', why: 'timeout', code: 'TIMEOUT' })), 'unknown timeout');
  assert.equal(
    summary(outcomeOf({ kind: 'lost', why: 'connection-lost', code: 'ECONNRESET' })),
    'unknown connection-lost',
  );
});

const marked = { 'x-cap-requestid': 'req-1' };
const odd: readonly [string, Parameters<typeof updateOutcome>[0], string][] = [
  ['a page with HTTP 200', answer(page, { headers: {} }), 'not-sent sign-in-page'],
  ['a page with HTTP 404', answer(page, { status: 404, headers: {} }), 'not-sent sign-in-page'],
  ['a page with HTTP 401', answer(page, { status: 401, headers: {} }), 'not-sent sign-in-page'],
  ['a page with HTTP 403', answer(page, { status: 403, headers: {} }), 'not-sent gateway-refused'],
  ['a page with HTTP 413', answer(page, { status: 413, headers: {} }), 'not-sent gateway-refused'],
  ['HTTP 413 without a body', answer('', { status: 413 }), 'not-sent gateway-refused'],
  ['a page with HTTP 406', answer(page, { status: 406, headers: {} }), 'not-sent gateway-refused'],
  [
    "a gateway's own JSON with HTTP 403",
    answer({ message: 'Forbidden' }, { status: 403, headers: {} }),
    'not-sent gateway-refused',
  ],
  [
    "the API's own JSON with HTTP 403",
    answer({ errorMessage: 'x', errorCode: 4000 }, { status: 403, headers: {} }),
    'held permission',
  ],
  [
    '"try again" with HTTP 503',
    answer({ errorMessage: 'x', errorCode: 4001 }, { status: 503, headers: {} }),
    'not-sent busy',
  ],
  ['plain text', answer('Please log in', { headers: {} }), 'not-sent sign-in-page'],
  ['a redirect', answer('', { status: 302, headers: { location: 'http://portal.example/' } }), 'not-sent sign-in-page'],
  ['HTTP 511', answer(page, { status: 511, headers: {} }), 'not-sent sign-in-page'],
  ["a page with the server's mark", answer(page, { headers: marked }), 'unknown unreadable-answer'],
  ['an empty body', answer('', { headers: {} }), 'unknown unreadable-answer'],
  ['JSON that was cut', answer('{"response":{"status":{"succ', { headers: {} }), 'unknown unreadable-answer'],
  ['JSON that is no object', answer('[1,2]', { headers: {} }), 'unknown unreadable-answer'],
  ['JSON without a status', answer('{"hello":"world"}', { headers: {} }), 'unknown unreadable-answer'],
  ['a page with HTTP 500', answer(page, { status: 500, headers: {} }), 'unknown server-error'],
  ['a page with HTTP 502', answer(page, { status: 502, headers: {} }), 'unknown server-error'],
  ['a page with HTTP 504', answer(page, { status: 504, headers: {} }), 'unknown server-error'],
  ['a page with HTTP 503', answer(page, { status: 503, headers: {} }), 'not-sent busy'],
  ['HTTP 429', answer('', { status: 429 }), 'not-sent busy'],
  ['HTTP 408', answer('', { status: 408 }), 'not-sent busy'],
  ['HTTP 425', answer('', { status: 425 }), 'not-sent busy'],
  ['HTTP 401', answer('', { status: 401 }), 'held credentials'],
  ['HTTP 403', answer('', { status: 403 }), 'held permission'],
  ['HTTP 407', answer(page, { status: 407, headers: {} }), 'not-sent proxy'],
];
for (const [what, result, expected] of odd) {
  test(`${what} becomes: ${expected}`, () => assert.equal(summary(outcomeOf(result)), expected));
}

test('Retry-After is read as seconds or as a date, and capped', () => {
  assert.equal(readRetryAfterMs('7', nowMs), 7000);
  assert.equal(readRetryAfterMs('Sun, 01 Mar 2026 10:00:30 GMT', nowMs), 30_000);
  assert.equal(readRetryAfterMs('Sun, 01 Mar 2026 09:00:00 GMT', nowMs), 0);
  assert.equal(readRetryAfterMs('999999999', nowMs), longestRetryAfterMs);
  assert.equal(readRetryAfterMs('soon', nowMs), null);
  assert.equal(readRetryAfterMs(undefined, nowMs), null);
  const busy = outcomeOf(answer('', { status: 429, headers: { 'retry-after': '20' } }));
  assert.equal(busy.kind === 'not-sent' && busy.retryAfterMs, 20_000);
  const locked = answer(itemBody({ success: false, code: 521 }), { headers: { 'retry-after': '3' } });
  const outcome = outcomeOf(locked);
  assert.equal(outcome.kind === 'not-sent' && outcome.retryAfterMs, 3000);
});

test('an update of a customer erased on request is refused, and recognised as such', () => {
  const message = 'Customer is deleted after PII delete request';
  const outcome = outcomeOf(answer(itemBody({ success: 'false', code: '8109', message })));
  assert.equal(outcome.kind === 'rejected' && isErased(outcome.answer), true);
  const unknown = outcomeOf(answer(itemBody({ success: 'false', code: '1011', message: 'Customer not found' })));
  assert.equal(unknown.kind === 'rejected' && isErased(unknown.answer), false);
});

const words: readonly [number, string, readonly FieldKey[], FieldKey | null][] = [
  [1016, 'Email belongs to another customer', ['email', 'mobile'], 'email'],
  [1016, 'Belongs to another customer', ['email', 'mobile'], null],
  [1017, 'Custom field shoe_size is invalid', ['custom.age', 'custom.shoe_size'], 'custom.shoe_size'],
  [1017, 'shoe size invalid', ['custom.age', 'custom.shoe_size'], 'custom.shoe_size'],
  [
    91015,
    'extended field favourite colour',
    ['extended.colour', 'extended.favourite colour'],
    'extended.favourite colour',
  ],
  [1017, 'page is wrong', ['custom.age', 'custom.size'], null],
  [1024, 'First name is too long', ['firstName', 'lastName'], 'firstName'],
  [91020, 'registered till is unknown', ['registeredTill', 'associatedWith'], 'registeredTill'],
  [1101, 'email bulk refused', ['subscription.email.TRANS', 'subscription.email.BULK'], 'subscription.email.BULK'],
  [1104, 'Invalid mobile number', ['mobile', 'firstName'], 'mobile'],
  [4711, 'Invalid e-mail', ['firstName', 'email'], 'email'],
  [91007, 'Mobile number already belongs to somebody else', ['mobile', 'email'], 'mobile'],
];
for (const [code, message, changed, expected] of words) {
  test(`"${message}" (${code}) is about ${expected ?? 'no single field'}`, () => {
    const outcome = outcomeOf(answer(itemBody({ success: false, code, message })), changed);
    assert.equal(outcome.kind === 'rejected' ? outcome.rejection.field : 'none', expected);
    const warnings = { warning: [{ code, message }] };
    const applied = outcomeOf(answer(itemBody({ success: true, code: 1000, warnings })), changed);
    assert.deepEqual(applied.kind === 'applied' && applied.warnings, [
      { meaning: 'notSaved', code, field: expected, message },
    ]);
  });
}

test('warnings are understood in every shape they come in', () => {
  const shapes: readonly [unknown, readonly (readonly [number, string | null])[]][] = [
    [
      { warning: ['91007', 1017] },
      [
        [91007, null],
        [1017, null],
      ],
    ],
    [{ warning: '91007' }, [[91007, null]]],
    [['91007'], [[91007, null]]],
    [
      '91007, 1017',
      [
        [91007, null],
        [1017, null],
      ],
    ],
    [{ warning: { code: '91007', message: 'taken' } }, [[91007, 'taken']]],
    [{ warning: ['91007: taken'] }, [[91007, 'taken']]],
    [{ warning: 'the moon is full' }, [[unnamedWarning, 'the moon is full']]],
    [[], []],
    ['', []],
    [null, []],
  ];
  for (const [warnings, expected] of shapes) {
    const outcome = outcomeOf(answer(itemBody({ success: true, code: 1000, warnings })));
    assert.equal(outcome.kind, 'applied');
    const found = outcome.kind === 'applied' ? outcome.warnings.map(({ code, message }) => [code, message]) : [];
    assert.deepEqual(found, expected);
  }
});
