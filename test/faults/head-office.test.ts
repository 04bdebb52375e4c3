/** F59: nothing that head office defines slows the screen down. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readCustomer } from '../../electron/loyalty-api/wire/customer.ts';
import { readSideEffects } from '../../electron/loyalty-api/wire/loyalty.ts';
import { readCustomFields, readExtendedFields, readStaff } from '../../electron/loyalty-api/wire/organisation.ts';
import { readBody, readItemStatus } from '../../electron/loyalty-api/wire/reply.ts';
import type { Random } from '../../electron/machine/clock.ts';
import type { FieldDefinition } from '../../electron/model/definitions.ts';
import { patternTrouble } from '../../electron/model/pattern.ts';
import { checkChanges, lockOf, type RuleContext } from '../../electron/updates/rules.ts';
import { seededRandom } from '../helpers/virtual-clock.ts';

const longestMs = 100;

function field(name: string, over: Partial<FieldDefinition> = {}): FieldDefinition {
  return {
    kind: 'custom',
    name,
    label: name,
    widget: 'textarea',
    dataType: 'string',
    options: [],
    default: null,
    position: 1,
    pattern: null,
    mandatory: false,
    disabled: false,
    ...over,
  };
}

function context(definitions: readonly FieldDefinition[]): RuleContext {
  return {
    server: {},
    effective: {},
    identifier: { type: 'userId', value: '1' },
    policy: { primaryIdentifier: 'mobile', allowFill: { mobile: true, email: true, externalId: true } },
    definitions,
    definitionsKnown: { custom: true, extended: true },
    reserved: [],
    mayChange: null,
    masked: [],
    countryCode: 'IN',
  };
}

/** CPU time on a first run, since other programs run on this machine too. */
function workMs(work: () => void): number {
  const { user, system } = process.cpuUsage();
  work();
  const after = process.cpuUsage();
  return (after.user + after.system - user - system) / 1000;
}

const patternOf = (regex: string) => ({ regex, error: null });

/** Patterns of random parts, many of which would keep a backtracking engine busy for minutes. */
function randomPattern(random: Random, depth = 3): string {
  const pick = <T>(...from: readonly [T, ...T[]]): T => from[Math.floor(random.fraction() * from.length)] ?? from[0];
  const part = (): string =>
    depth === 0
      ? pick('a', 'b', '.', '[a-z]', '\\w', '\\d', '\\s?', '[^x]')
      : pick(
          () => `(${randomPattern(random, depth - 1)})`,
          () => `(?:${randomPattern(random, depth - 1)}|${randomPattern(random, depth - 1)})`,
          () => pick('a', 'b', '.', '[a-z]', '\\w', '\\d'),
        )();
  const times = () => pick('', '*', '+', '?', '{0,9}', '{3}', '{2,40}', '{0,1000}', '*?');
  return Array.from({ length: 1 + Math.floor(random.fraction() * 4) }, () => part() + times()).join('');
}

test('F59: a pattern that would hang a backtracking engine is answered at once, and correctly', () => {
  const pattern = patternOf('^([a-zA-Z0-9]+\\s?)+$');
  const known = context([field('note', { pattern })]);
  const problems = (value: string) => checkChanges({ 'custom.note': value }, known).problems.map(({ code }) => code);
  assert.deepEqual(problems('Asha Rao 7'), []);
  const ms = workMs(() => assert.deepEqual(problems(`${'a'.repeat(38)}!`), ['pattern']));
  assert.ok(ms < longestMs, `${ms} ms`);
  assert.ok(workMs(() => problems(`${'a'.repeat(3999)}!`)) < longestMs);
});

test('F59: whatever the patterns, even two hundred at once, a check takes less than 100 ms', () => {
  const random = seededRandom(59);
  const hostile = [
    '(?:a?){1000}a{1000}',
    '((a{0,10}){0,10}){0,10}',
    `(?:${'x'.repeat(900)}){1000}`,
    'a{1000}'.repeat(140),
    '('.repeat(490) + ')'.repeat(490),
    'a'.repeat(100_000),
  ];
  const patterns = [...hostile, ...Array.from({ length: 300 }, () => randomPattern(random))];
  for (const regex of patterns) {
    const known = context([field('note', { pattern: patternOf(regex) })]);
    const ms = workMs(() => checkChanges({ 'custom.note': `${'ab'.repeat(1999)}!` }, known));
    assert.ok(ms < longestMs, `${Math.round(ms)} ms for ${regex.slice(0, 100)}`);
  }
  const many = context(patterns.slice(0, 200).map((regex, n) => field(`f${n}`, { pattern: patternOf(regex) })));
  const typed = Object.fromEntries(many.definitions.map(({ name }) => [`custom.${name}`, 'ab'.repeat(1999)]));
  const ms = workMs(() => checkChanges(typed, many));
  assert.ok(ms < longestMs, `${Math.round(ms)} ms for two hundred patterns`);
});

test('a pattern that cannot be used says why and rejects nothing', () => {
  const unused = {
    '^(?=.*\\d).+$': 'not-understood',
    '(': 'not-understood',
    [`(?:${'x'.repeat(900)}){1000}`]: 'too-large',
    ['a'.repeat(1001)]: 'too-long',
  } as const;
  for (const [regex, why] of Object.entries(unused)) {
    assert.equal(patternTrouble(regex), why);
    const known = context([field('note', { pattern: patternOf(regex) })]);
    assert.deepEqual(checkChanges({ 'custom.note': 'anything' }, known).problems, []);
  }
});

test('real-world patterns mean what they mean in a browser', () => {
  const samples: readonly (readonly [string, readonly string[]])[] = [
    ['^[A-Z]{5}[0-9]{4}[A-Z]$', ['ABCDE1234F', 'abcde1234f', 'ABCDE1234FX']],
    ['[\\w.+-]+@[\\w-]+\\.[a-z]{2,}', ['a.b+c@d-e.in', 'a@b', 'a@b.in.']],
    ['(19|20)\\d{2}[-/.](0[1-9]|1[0-2])', ['2024-05', '2024/13', '1999.12']],
    ['\\+?[0-9 ()-]{6,20}', ['+91 98450 12345', '12', '12345x']],
    ["\\p{L}[\\p{L} .'-]*", ['Étienne', 'हिन्दी', '1abc']],
    ['[^<>]{1,255}', ['plain', '<b>', '']],
    ['.', ['a', '\n', '😀']],
    ['a|bc', ['a', 'bc', 'abc']],
    ['\\u0041\\/\\x42', ['A/B', 'A/b']],
  ];
  for (const [regex, values] of samples) {
    const known = context([field('note', { pattern: patternOf(regex) })]);
    for (const value of values.filter((text) => text.trim() !== '')) {
      const refused = checkChanges({ 'custom.note': value }, known).problems.length > 0;
      assert.equal(refused, !new RegExp(`^(?:${regex})$`, 'u').test(value), `${regex} on ${value}`);
    }
  }
});

test('F59: only the first of twenty thousand fields are used, and their form opens at once', () => {
  const entries = Array.from({ length: 20_000 }, (_, n) => ({
    name: `field ${n}`,
    label: 'x'.repeat(1000),
    position: 20_000 - n,
    enumValues: Array.from({ length: 20 }, (_, option) => `option ${option}`),
  }));
  const custom = readCustomFields({ organization: { custom_fields: { field: entries } } }) ?? [];
  const extended = readExtendedFields({ entity: { CUSTOMER: entries } }) ?? [];
  assert.equal(custom.length, 500);
  assert.equal(custom[0]?.name, 'field 19999');
  const all = [...custom, ...extended];
  assert.ok(JSON.stringify(all).length < 1_500_000);
  const known = context(all);
  const ms = workMs(() => {
    const fresh = { ...known, definitions: [...all] };
    for (const { kind, name } of all) assert.equal(lockOf(`${kind}.${name}`, fresh), null);
  });
  assert.ok(ms < longestMs, `${ms} ms`);
});

test('F59: texts of megabytes are cut to what a screen can show; values are never cut', () => {
  const huge = 'y'.repeat(4_000_000);
  const [read] =
    readCustomFields({
      organization: {
        custom_fields: {
          field: { name: 'a', label: huge, regex: huge, error: huge, default: huge, options: [huge, 'one'] },
        },
      },
    }) ?? [];
  assert.deepEqual(read?.options, ['one']);
  assert.ok(JSON.stringify(read).length < 5000);
  assert.deepEqual(readCustomFields({ organization: { custom_fields: { field: { name: huge } } } }), []);

  const status = readItemStatus({
    item_status: {
      success: 'false',
      code: 1,
      message: huge,
      warnings: { warning: Array(200).fill({ message: huge }) },
    },
  });
  assert.ok(JSON.stringify(status).length < 60_000);
  assert.equal(status?.message?.endsWith('…'), true);
  const body = readBody(JSON.stringify({ response: { status: { success: 'false', code: 500, message: huge } } }));
  assert.ok(JSON.stringify(body.kind === 'object' ? body.status : null).length < 2000);

  const customer = readCustomer({
    user_id: 1,
    firstname: huge,
    lastname: 'Rao',
    current_slab: huge,
    source: huge,
    custom_fields: { field: Array.from({ length: 9000 }, (_, n) => ({ name: `n${n}`, value: n === 0 ? huge : 'v' })) },
    extended_fields: { field: [{ name: huge, value: 'v' }] },
    subscriptions: { subscription: Array(200).fill({ channel: huge, priority: 'BULK', is_subscribed: 1 }) },
    points_summaries: { points_summary: Array(200).fill({ programId: huge }) },
    something: huge,
    else: Array(50_000).fill('x'),
    small: 'kept',
  });
  // Missing, rather than empty or changed (F41).
  assert.equal('firstName' in customer.fields || 'custom.n0' in customer.fields, false);
  assert.equal(customer.fields.lastName, 'Rao');
  assert.deepEqual(customer.unknown, { small: 'kept' });
  assert.ok(JSON.stringify(customer).length < 400_000);
  assert.ok(
    JSON.stringify(readSideEffects({ side_effects: { effect: Array(200).fill({ type: 'x', a: huge }) } }, null))
      .length < 5000,
  );
});

test('F59: a staff list is only as long as a screen can use', () => {
  const user = Array.from({ length: 50_000 }, (_, n) => ({ code: `s${n}`, firstname: 'z'.repeat(5000) }));
  const staff = readStaff({ store: { staff: { user: [{ code: 'c'.repeat(101) }, ...user] } } }) ?? [];
  assert.equal(staff.length, 2000);
  assert.deepEqual(staff[0], { code: 's0', name: 'z'.repeat(100), role: 'OTHER' });
});
