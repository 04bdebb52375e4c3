/**
 * Properties that hold for every body, by fast-check. Failures print their seed; run again with `FAST_CHECK_SEED=…`.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type AskedUpdate, updateOutcome } from '../../electron/loyalty-api/outcomes.ts';
import { customerOutcome, customersOutcome, readOutcome } from '../../electron/loyalty-api/read-outcomes.ts';
import {
  readCustomFields,
  readExtendedFields,
  readOrgPolicy,
  readStaff,
  readStoreLogin,
} from '../../electron/loyalty-api/wire/organisation.ts';
import { answer, page, updateAnswerText, userId } from './samples.ts';

const seedText = process.env.FAST_CHECK_SEED;
const seed = seedText === undefined ? {} : { seed: Number(seedText) };
const nowMs = 1_700_000_000_000;
const who = { type: 'userId', value: userId } as const;
const asked: AskedUpdate = {
  identifiers: [who],
  sent: { identifierType: 'userId', changed: ['firstName', 'custom.age', 'email'] },
  doneCodes: [1000],
};

/** One API value in its plain form, and its other forms. */
type Shape =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'list'; readonly holder: string; readonly entries: readonly Shape[] }
  | { readonly kind: 'object'; readonly parts: { readonly [key: string]: Shape } };

const number = (value: number): Shape => ({ kind: 'number', value });
const text = (value: string): Shape => ({ kind: 'text', value });
const list = (holder: string, entries: readonly Shape[]): Shape => ({ kind: 'list', holder, entries });
const object = (parts: { readonly [key: string]: Shape }): Shape => ({ kind: 'object', parts });

/** Spells a shape in one of its equivalent ways; `pick(n)` chooses among n. */
function spell(shape: Shape, pick: (ways: number) => number): unknown {
  switch (shape.kind) {
    case 'number':
      return [shape.value, String(shape.value), ` ${shape.value}`][pick(3)];
    case 'boolean':
      return [shape.value, String(shape.value), String(shape.value).toUpperCase(), shape.value ? 1 : '0'][pick(4)];
    case 'text':
      return [shape.value, ` ${shape.value} `][pick(2)];
    case 'nothing':
      return ['', null, [], {}, '  '][pick(5)];
    case 'list': {
      const entries = shape.entries.map((entry) => spell(entry, pick));
      const [first] = entries;
      if (first === undefined) return [[], '', null, {}, { [shape.holder]: [] }, { [shape.holder]: '' }][pick(6)];
      const held = { [shape.holder]: entries };
      if (entries.length > 1) return [held, [held], entries][pick(3)];
      return [held, { [shape.holder]: first }, [held], entries][pick(4)];
    }
    case 'object':
      return Object.fromEntries(Object.entries(shape.parts).map(([key, part]) => [key, spell(part, pick)]));
  }
}

const word = fc.stringMatching(/^[a-zA-Z][a-zA-Z0-9 ]{0,10}[a-zA-Z0-9]$/);
const amount = fc.integer({ min: -1_000_000, max: 1_000_000 });
const maybe = (arbitrary: fc.Arbitrary<Shape>) => fc.oneof(arbitrary, fc.constant<Shape>({ kind: 'nothing' }));
const namedFields = fc
  .uniqueArray(word, { maxLength: 3 })
  .chain((names) =>
    fc.tuple(...names.map((name) => word.map((value) => object({ name: text(name), value: text(value) })))),
  )
  .map((entries) => list('field', entries));
const program = fc
  .tuple(fc.integer({ min: 1, max: 999 }), maybe(amount.map(number)), maybe(amount.map(number)), maybe(word.map(text)))
  .map(([id, loyaltyPoints, redeemed, currentSlab]) =>
    object({ programId: number(id), loyaltyPoints, redeemed, currentSlab }),
  );

const updateAnswer: fc.Arbitrary<Shape> = fc
  .record({
    firstname: maybe(word.map(text)),
    mobile: maybe(fc.integer({ min: 1_000_000, max: 999_999_999_999 }).map(number)),
    loyalty_points: maybe(amount.map(number)),
    current_slab: maybe(word.map(text)),
    points_summaries: fc.array(program, { maxLength: 3 }).map((programs) => list('points_summary', programs)),
    custom_fields: namedFields,
    extended_fields: namedFields,
    subscriptions: fc.boolean().map((value) =>
      list('subscription', [
        object({
          channel: text('SMS'),
          priority: text('BULK'),
          scope: text('ALL'),
          status: { kind: 'boolean', value },
        }),
      ]),
    ),
    side_effects: fc.array(amount, { maxLength: 2 }).map((points) =>
      list(
        'effect',
        points.map((awarded) => object({ type: text('points'), awarded_points: number(awarded) })),
      ),
    ),
    warnings: fc.constant(list('warning', [number(91007)])),
    success: fc.boolean(),
    code: fc.constantFrom(1000, 1000, 1011, 1017, 91015, 4711),
  })
  .map(({ warnings, success, code, ...customer }) =>
    object({
      status: object({
        success: { kind: 'boolean', value: success },
        code: number(success ? 200 : 201),
        message: text('m'),
      }),
      customers: list('customer', [
        object({
          user_id: number(Number(userId)),
          ...customer,
          item_status: object({ success: { kind: 'boolean', value: success }, code: number(code), warnings }),
        }),
      ]),
    }),
  );

test('answers that say the same in other shapes have the same outcome', () => {
  const kinds = new Set<string>();
  fc.assert(
    fc.property(
      updateAnswer,
      fc.array(fc.nat(59), { minLength: 1, maxLength: 40 }),
      fc.boolean(),
      (shape, picks, wrapped) => {
        let at = 0;
        const pick = (ways: number) => (picks[at++ % picks.length] ?? 0) % ways;
        const plain = answer({ response: spell(shape, () => 0) });
        const spelled = spell(shape, pick);
        const shifted = answer(wrapped ? { response: spelled } : spelled);
        const expected = updateOutcome(plain, asked, nowMs);
        kinds.add(expected.kind);
        assert.deepEqual(updateOutcome(shifted, asked, nowMs), expected);
        assert.deepEqual(customerOutcome(shifted, who, nowMs), customerOutcome(plain, who, nowMs));
      },
    ),
    { numRuns: 3_000, ...seed },
  );
  assert.deepEqual([...kinds].sort(), ['applied', 'rejected', 'unknown']);
});

const flag = (value: boolean): Shape => ({ kind: 'boolean', value });
const definition = fc
  .record({
    name: word.map(text),
    label: maybe(word.map(text)),
    type: fc.constantFrom('text', 'select', 'checkbox', 'datepicker').map(text),
    datatype: fc.constantFrom('String', 'Integer', 'Boolean').map(text),
    position: fc.nat(99).map(number),
    regex: maybe(fc.constant(text('^[0-9]+$'))),
    options: fc.uniqueArray(word, { maxLength: 3 }).map((options) => list('option', options.map(text))),
    is_mandatory: fc.boolean().map(flag),
    is_disabled: fc.boolean().map(flag),
  })
  .map(object);
const staffUser = fc
  .record({
    code: word.map(text),
    firstname: maybe(word.map(text)),
    type: fc.constantFrom('ASSOCIATE', 'MANAGER').map(text),
  })
  .map(object);
const config = fc
  .record({
    key: fc.constantFrom('CONF_ALLOW_EMAIL_UPDATE', 'CONF_ALLOW_MOBILE_UPDATE').map(text),
    value: fc.boolean().map(flag),
  })
  .map(object);
const few = (entry: fc.Arbitrary<Shape>, holder: string) =>
  fc.array(entry, { maxLength: 3 }).map((entries) => list(holder, entries));
const organisationAnswer = fc
  .record({ config: few(config, 'config'), field: few(definition, 'field'), user: few(staffUser, 'user') })
  .map((parts) =>
    object({
      status: object({ success: flag(true), code: number(200) }),
      organization: object({ configs: parts.config, custom_fields: parts.field }),
      store: object({ staff: parts.user }),
    }),
  );

test('organisation answers in other shapes define the same form, rules and staff', () => {
  fc.assert(
    fc.property(organisationAnswer, fc.array(fc.nat(59), { minLength: 1, maxLength: 40 }), (shape, picks) => {
      let at = 0;
      const pick = (ways: number) => (picks[at++ % picks.length] ?? 0) % ways;
      const plain = answer({ response: spell(shape, () => 0) });
      const shifted = answer({ response: spell(shape, pick) });
      for (const read of [readOrgPolicy, readCustomFields, readStaff]) {
        const expected = readOutcome<unknown>(plain, read, nowMs);
        assert.equal(expected.kind, 'found');
        assert.deepEqual(readOutcome<unknown>(shifted, read, nowMs), expected);
      }
    }),
    { numRuns: 1_000, ...seed },
  );
});

type Reading = (result: ReturnType<typeof answer>) => unknown;
/** Every kind of answer that is read, apart from an update's. */
const readings: readonly Reading[] = [
  (result) => customerOutcome(result, who, nowMs),
  (result) => customersOutcome(result, nowMs),
  ...[readStoreLogin, readOrgPolicy, readCustomFields, readExtendedFields, readStaff].map(
    (pick): Reading =>
      (result) =>
        readOutcome<unknown>(result, pick, nowMs),
  ),
];

/** The keys that mean something to the client, so that random bodies reach deep into it. */
const key = fc.constantFrom(
  'response',
  'status',
  'success',
  'code',
  'message',
  'customers',
  'customer',
  'user_id',
  'mobile',
  'item_status',
  'warnings',
  'warning',
  'custom_fields',
  'field',
  'name',
  'value',
  'subscriptions',
  'subscription',
  'channel',
  'side_effects',
  'effect',
  'points_summaries',
  'points_summary',
  'type',
  'errors',
  'entity',
  'CUSTOMER',
  'options',
  'organization',
  'configs',
  'config',
  'store',
  'staff',
  'user',
  'regex',
  '__proto__',
  'constructor',
  'toString',
  'x',
);
/** Leaves that never spell success exactly, so that no body made of them may count as applied. */
const leaf = fc.oneof(
  fc.constantFrom<unknown>(
    200,
    '200',
    1000,
    '1000',
    201,
    500,
    'false',
    false,
    '',
    null,
    0,
    -1,
    1e308,
    userId,
    '[',
    '(',
    '[["',
  ),
  fc.string({ maxLength: 8 }).filter((value) => !/^\s*(true|1|yes|y|on)\s*$/i.test(value)),
  fc.double(),
);
const hostile = fc.letrec<{ node: unknown }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 7, depthSize: 'medium', withCrossShrink: true },
    leaf,
    fc.array(tie('node'), { maxLength: 3 }),
    fc.array(fc.tuple(key, tie('node')), { maxLength: 6 }).map((entries) => Object.fromEntries(entries)),
  ),
})).node;

const status = fc.constantFrom(200, 200, 200, 201, 204, 302, 400, 401, 403, 404, 429, 500, 502, 503, 511, 999);
const headers = fc.constantFrom<{ [name: string]: string }>(
  {},
  { 'x-cap-requestid': 'r' },
  { 'retry-after': '\u0000' },
);

/**
 * Every body is read as an update's answer and, in turn, as one of the other kinds: thousands for each of those, too.
 */
function neverApplied(bodies: fc.Arbitrary<string>, numRuns: number): void {
  let read = 0;
  fc.assert(
    fc.property(bodies, status, headers, (body, httpStatus, sentHeaders) => {
      const result = answer(body, { status: httpStatus, headers: sentHeaders });
      readings[read % readings.length]?.(result);
      read += 1;
      assert.notEqual(updateOutcome(result, asked, nowMs).kind, 'applied');
    }),
    { numRuns, ...seed },
  );
  assert.equal(read, numRuns);
}

test('40,000 random JSON bodies of known keys neither throw nor read as applied (F35)', () => {
  const body = hostile.map((value) => JSON.stringify(value) ?? '');
  neverApplied(body, 40_000);
});

test('15,000 texts of any kind neither throw nor read as applied (F35)', () => {
  neverApplied(fc.oneof(fc.string({ unit: 'binary' }), fc.json(), fc.constant(page)), 15_000);
});

test('20,000 truncated answers neither throw nor read as applied (F35)', () => {
  const compact = JSON.stringify(JSON.parse(updateAnswerText));
  const cut = fc.nat(compact.length - 1).map((length) => compact.slice(0, length));
  const glued = fc.tuple(cut, fc.string({ maxLength: 3 })).map(([start, rest]) => start + rest);
  neverApplied(
    fc.oneof(
      cut,
      glued.filter((candidate) => !candidate.startsWith(compact.slice(0, -2))),
    ),
    20_000,
  );
});

test('25,000 answers with one thing broken read as applied only if nothing that counts was touched (F35)', () => {
  const compact = JSON.stringify(JSON.parse(updateAnswerText));
  let applied = 0;
  fc.assert(
    fc.property(
      fc.nat(compact.length - 1),
      fc.nat(3),
      fc.string({ unit: 'binary', maxLength: 2 }),
      (at, removed, inserted) => {
        const body = compact.slice(0, at) + inserted + compact.slice(at + removed);
        const outcome = updateOutcome(answer(body), asked, nowMs);
        if (outcome.kind !== 'applied') return;
        applied += 1;
        // A second reading by plain JSON rules: every sign of success must really be there.
        const parsed = JSON.parse(body.replace(/^\uFEFF/, '').trim());
        const inner = parsed.response ?? parsed;
        const held = inner.customers ?? inner.customer;
        const [customer] = [held.customer ?? held].flat();
        assert.ok([200, 201].includes(Number(inner.status.code)));
        assert.match(String(customer.item_status.success), /^\s*true\s*$/i);
        assert.equal(Number(customer.item_status.code), 1000);
        if ('user_id' in customer) assert.equal(String(customer.user_id).trim(), userId);
      },
    ),
    { numRuns: 25_000, ...seed },
  );
  assert.ok(applied > 0, 'breaking an unimportant part leaves the answer readable');
});
