import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FieldChanges, FieldKey, FieldValues } from '../../electron/model/customer.ts';
import type { FieldDefinition } from '../../electron/model/definitions.ts';
import type { FieldProblem } from '../../electron/model/update-view.ts';
import { checkChanges, lockOf, type RuleContext } from '../../electron/updates/rules.ts';

function defined(name: string, over: Partial<FieldDefinition>): FieldDefinition {
  return {
    kind: 'custom',
    name,
    label: name,
    widget: 'text',
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

const definitions: readonly FieldDefinition[] = [
  defined('language', { widget: 'select', options: ['English', 'हिन्दी'], mandatory: true }),
  defined('hobbies', { widget: 'checkbox', options: ['Reading', 'Cooking'] }),
  defined('birthday', { widget: 'date' }),
  defined('visited', { widget: 'date', pattern: { regex: '\\d{2}/\\d{4}', error: null } }),
  defined('age', { dataType: 'integer' }),
  defined('postcode', { pattern: { regex: '[A-Z0-9 ]{3,10}', error: 'A postcode has 3 to 10 letters and digits' } }),
  defined('note', { widget: 'textarea' }),
  defined('nickname', {}),
  defined('round', { widget: 'radio', options: ['O\u0092Brien\u2007\u2013 A'] }),
  defined('card', { disabled: true }),
  defined('height', { kind: 'extended', dataType: 'double' }),
  defined('car', { kind: 'extended', dataType: 'boolean' }),
  defined('wedding', { kind: 'extended', dataType: 'datetime' }),
];

function context(fields: FieldValues = {}, over: Partial<RuleContext> = {}): RuleContext {
  const server: FieldValues = { firstName: 'Asha', lastName: 'Raman', type: 'NON_LOYALTY', ...fields };
  return {
    server,
    effective: server,
    identifier: { type: 'userId', value: '343445002' },
    policy: { primaryIdentifier: 'mobile', allowFill: { mobile: true, email: true, externalId: true } },
    definitions,
    definitionsKnown: { custom: true, extended: true },
    reserved: [],
    mayChange: null,
    masked: [],
    countryCode: 'IN',
    ...over,
  };
}

function check(key: FieldKey, typed: string, known: RuleContext = context()) {
  const changes: FieldChanges = { [key]: typed };
  return checkChanges(changes, known);
}

const wrong: readonly (readonly [FieldKey, string, FieldProblem['code']])[] = [
  ['mobile', '12345', 'mobile'],
  ['mobile', '98450 1234', 'mobile'],
  ['mobile', 'ask her', 'mobile'],
  ['email', 'asha', 'email'],
  ['email', 'asha@example', 'email'],
  ['email', 'asha raman@example.com', 'email'],
  ['email', `${'a'.repeat(250)}@example.com`, 'too-long'],
  ['firstName', 'A'.repeat(101), 'too-long'],
  ['externalId', 'X'.repeat(251), 'too-long'],
  ['registeredTill', 'T'.repeat(51), 'too-long'],
  ['externalId', '', 'may-not-be-emptied'],
  ['associatedWith', '', 'may-not-be-emptied'],
  ['lastName', 'Ra\u0000man', 'control-characters'],
  ['lastName', '\u200b', 'control-characters'],
  ['lastName', '\u2800\u3164', 'control-characters'],
  ['lastName', '\u0301', 'control-characters'],
  ['lastName', 'O\u0092Brien', 'control-characters'],
  ['lastName', 'Ra\u2028man', 'control-characters'],
  ['lastName', 'Ra\ud83dman', 'control-characters'],
  ['email', '\u200b', 'control-characters'],
  ['registeredOn', '2562-02-28', 'date'],
  ['registeredOn', '9999-12-31', 'date'],
  ['registeredOn', '0202-02-28', 'date'],
  ['extended.wedding', '2562-02-28', 'date'],
  ['registeredOn', '2025-02-30 10:00:00', 'date'],
  ['registeredOn', '2025-02-29', 'date'],
  ['registeredOn', '2024-13-01 10:00:00', 'date'],
  ['registeredOn', '2024-12-01 24:00:00', 'date'],
  ['registeredOn', '01/12/2024', 'date'],
  ['registeredOn', 'yesterday', 'date'],
  ['type', 'NON_LOYALTY', 'already-loyalty'],
  ['fraudStatus', 'MAYBE', 'not-an-option'],
  ['subscription.sms.BULK', 'yes', 'yes-or-no'],
  ['custom.language', '', 'required'],
  ['custom.language', 'Klingon', 'not-an-option'],
  ['custom.hobbies', '["Reading","Chess"]', 'not-an-option'],
  ['custom.birthday', '2023-02-29', 'date'],
  ['custom.birthday', 'in May', 'date'],
  ['custom.visited', '2024-05-01', 'pattern'],
  ['custom.age', '46.5', 'whole-number'],
  ['custom.age', 'old', 'whole-number'],
  ['custom.postcode', '!', 'pattern'],
  ['custom.note', 'n'.repeat(4001), 'too-long'],
  ['custom.card', '77', 'disabled-field'],
  ['custom.shirt', 'L', 'unknown-field'],
  ['extended.height', 'tall', 'number'],
  ['extended.car', 'maybe', 'yes-or-no'],
  ['extended.wedding', '2015-02-31', 'date'],
];

for (const [key, typed, code] of wrong) {
  test(`${key} ${JSON.stringify(typed.length > 40 ? `${typed.slice(0, 20)}…` : typed)} is refused: ${code}`, () => {
    // Only a field with a value can be emptied.
    const before = typed === '' && key !== 'custom.language' ? { [key]: 'before' } : { 'custom.language': 'English' };
    const known = context(key === 'externalId' && typed === '' ? {} : key === 'type' ? { type: 'LOYALTY' } : before);
    const effective = key === 'externalId' && typed === '' ? { ...known.server, externalId: 'X-1' } : known.effective;
    const { problems, changes } = check(key, typed, { ...known, effective });
    const expected = key === 'externalId' && typed === '' ? 'fill-waiting' : code;
    assert.deepEqual(
      problems.map((problem) => problem.code),
      [expected],
    );
    assert.deepEqual(changes, {});
  });
}

test('a field without a definition can be edited until the definitions of its kind are known', () => {
  const fields = { 'custom.shirt': 'M', 'extended.pet': 'Cat' };
  const one = context(fields, { definitions: [], definitionsKnown: { custom: true, extended: false } });
  assert.equal(lockOf('custom.shirt', one), 'unknown-field');
  assert.equal(lockOf('extended.pet', one), null);
  assert.equal(lockOf('extended.never_told', one), 'unknown-field');
  const other = context(fields, { definitions: [], definitionsKnown: { custom: false, extended: true } });
  assert.equal(lockOf('custom.shirt', other), null);
  assert.equal(lockOf('extended.pet', other), 'unknown-field');
});

const right: readonly (readonly [FieldKey, string, string])[] = [
  ['mobile', '098450 12346', '919845012346'],
  ['mobile', '+44 7400 123456', '447400123456'],
  ['mobile', '\u202a+91 98450\u2011123\u200b46\u202c', '919845012346'],
  ['mobile', '٠٩٨٤٥٠١٢٣٤٦', '919845012346'],
  ['mobile', 'tel:+44 (0)7400 123456,', '447400123456'],
  ['mobile', '+52 1 55 1234 5678', '525512345678'],
  ['email', '\u200basha@bücher.example', 'asha@xn--bcher-kva.example'],
  ['externalId', '\u202dRJ\u20131001\u202c,', 'RJ-1001'],
  ['lastName', '\u202eRa\u200bmann\u2060', 'Ramann'],
  ['firstName', 'علی\u200cرضا', 'علی\u200cرضا'],
  ['registeredOn', '٢٠٢٤-٠٢-٢٩', '2024-02-29 00:00:00'],
  ['custom.age', '४६', '46'],
  ['email', ' asha.raman@example.com ', 'asha.raman@example.com'],
  ['registeredOn', '2024-02-29', '2024-02-29 00:00:00'],
  ['registeredOn', '2024-02-29T09:15', '2024-02-29 09:15:00'],
  ['lastName', '', ''],
  ['lastName', ' Jose\u0301 ', 'José'],
  ['custom.birthday', '1980-03-14', '1980-03-14'],
  ['custom.visited', '05/2024', '05/2024'],
  ['custom.note', 'ring twice\nask for Asha', 'ring twice\nask for Asha'],
  ['custom.hobbies', '["Reading","Cooking"]', '["Reading","Cooking"]'],
  // An option stays as the organisation wrote it, and a text keeps its dash.
  ['custom.round', 'O\u0092Brien\u2007\u2013 A', 'O\u0092Brien\u2007\u2013 A'],
  ['custom.nickname', 'Asha \u2013 R', 'Asha \u2013 R'],
  ['custom.note', 'ring twice\u2028ask for Asha', 'ring twice\nask for Asha'],
  ['externalId', 'RJ\u0000-1001', 'RJ-1001'],
  ['fraudStatus', 'CONFIRMED', 'CONFIRMED'],
  ['fraudStatus', 'NONE', 'NONE'],
  ['type', 'LOYALTY', 'LOYALTY'],
  ['subscription.sms.BULK', '0', '0'],
  ['subscription.sms.BULK', '1', '1'],
  ['firstName', '', ''],
  ['custom.occupation', '', ''],
  ['extended.height', '1.62', '1.62'],
  ['extended.wedding', '2015-05-20 18:00:00', '2015-05-20 18:00:00'],
];

for (const [key, typed, kept] of right) {
  test(`${key} ${JSON.stringify(typed)} is stored as ${JSON.stringify(kept)}`, () => {
    const known = context(
      key === 'custom.occupation' ? { [key]: 'Teacher' } : {},
      key === 'custom.occupation' ? { definitions: [...definitions, defined('occupation', {})] } : {},
    );
    assert.deepEqual(check(key, typed, known), { changes: { [key]: kept }, problems: [] });
  });
}

test('a Buddhist year is understood in Thailand, and only there', () => {
  const thai = context({}, { countryCode: 'TH' });
  assert.deepEqual(check('registeredOn', '2567-02-29 10:00', thai).changes, { registeredOn: '2024-02-29 10:00:00' });
  assert.deepEqual(check('registeredOn', '๒๕๖๗-๐๒-๒๙', thai).changes, { registeredOn: '2024-02-29 00:00:00' });
  assert.deepEqual(check('extended.wedding', '2567-02-29', thai).changes, { 'extended.wedding': '2024-02-29' });
  assert.deepEqual(check('registeredOn', '2024-02-29', thai).changes, { registeredOn: '2024-02-29 00:00:00' });
});

test('a decimal comma is understood where it can be nothing else', () => {
  for (const [typed, value] of [
    ['1,5', '1.5'],
    ['-172,25', '-172.25'],
    ['0,125', '0.125'],
    ['٣٫٥', '3.5'],
    ['१७२,५', '172.5'],
    ['172.125', '172.125'],
  ] as const) {
    const { changes, problems } = check('extended.height', typed);
    assert.deepEqual([changes['extended.height'], problems], [value, []], typed);
  }
  // A thousand elsewhere.
  for (const typed of ['1,234', '1,5,2', ',5', '1,', '1.5,2']) {
    assert.deepEqual(
      check('extended.height', typed).problems.map(({ code }) => code),
      ['number'],
      typed,
    );
  }
});

test("a registration date before the organisation's first is reported at once, with that date", () => {
  const policy = { ...context().policy, earliestRegistration: '2015-04-01 00:00:00' };
  const { problems } = check('registeredOn', '2015-03-31', context({}, { policy }));
  assert.deepEqual(problems, [{ key: 'registeredOn', code: 'too-early', detail: '2015-04-01', limit: null }]);
  assert.deepEqual(check('registeredOn', '2015-04-01', context({}, { policy })).problems, []);
});

test('a stored value with an invisible character stays as it is until staff change it', () => {
  const unclean = context({ lastName: 'Ra\u200bman' });
  assert.deepEqual(check('lastName', 'Ra\u200bman', unclean), { changes: {}, problems: [] });
  assert.deepEqual(check('lastName', 'Raman', unclean), { changes: { lastName: 'Raman' }, problems: [] });
});

test('typing the current value is no change', () => {
  assert.deepEqual(check('lastName', ' Raman '), { changes: {}, problems: [] });
});

test('a field that cannot be changed says why', () => {
  const known = context({ mobile: '919845012345', type: 'LOYALTY' });
  assert.equal(lockOf('mobile', known), 'existing-identifier');
  assert.equal(lockOf('type', known), 'already-loyalty');
  assert.equal(lockOf('email', known), null);
  assert.equal(lockOf('email', { ...known, effective: { email: 'on@its.way' } }), 'fill-waiting');
  assert.equal(
    lockOf('externalId', {
      ...known,
      policy: { primaryIdentifier: 'mobile', allowFill: { mobile: true, email: true, externalId: false } },
    }),
    'fill-not-allowed',
  );
  assert.equal(lockOf('email', { ...known, identifier: { type: 'email', value: 'a@b.co' } }), 'existing-identifier');
});

test('a value may be exactly as long as allowed', () => {
  for (const [key, longest] of [
    ['firstName', 100],
    ['lastName', 100],
    ['externalId', 250],
    ['registeredTill', 50],
    ['associatedWith', 50],
    ['custom.nickname', 1000],
    ['custom.note', 4000],
  ] as const) {
    assert.deepEqual(check(key, 'n'.repeat(longest)).problems, [], key);
    const [problem] = check(key, 'n'.repeat(longest + 1)).problems;
    assert.deepEqual(problem, { key, code: 'too-long', detail: null, limit: longest });
  }
});

test("a custom or extended field can be emptied, a till's code cannot", () => {
  const known = context({ 'custom.nickname': 'A', 'extended.height': '1.6', registeredTill: 'till.1' });
  assert.deepEqual(check('custom.nickname', '', known), { changes: { 'custom.nickname': '' }, problems: [] });
  assert.deepEqual(check('extended.height', '', known), { changes: { 'extended.height': '' }, problems: [] });
  assert.equal(check('registeredTill', '', known).problems[0]?.code, 'may-not-be-emptied');
});

test("the organisation's first registration date limits no other field", () => {
  const policy = { ...context().policy, earliestRegistration: '2015-04-01 00:00:00' };
  assert.deepEqual(check('registeredTill', '1', context({}, { policy })).problems, []);
});

test('a Buddhist year is kept where the organisation has its own date format', () => {
  const pattern = { regex: '\\d{4}-\\d{2}-\\d{2}', error: null };
  const own = [defined('visited', { widget: 'date', pattern })];
  const thai = context({}, { countryCode: 'TH', definitions: own });
  assert.deepEqual(check('custom.visited', '2567-05-01', thai).changes, { 'custom.visited': '2567-05-01' });
});

test('staff may change only the fields of their role, by name or by kind', () => {
  const known = context({}, { mayChange: ['lastName', 'custom.*'] });
  assert.equal(lockOf('lastName', known), null);
  assert.equal(lockOf('custom.nickname', known), null);
  assert.equal(lockOf('firstName', known), 'not-your-role');
  assert.equal(lockOf('extended.height', known), 'not-your-role');
  assert.equal(check('firstName', 'Usha', known).problems[0]?.code, 'not-your-role');
});

test('a value that staff were not shown cannot be changed, not even by typing it', () => {
  const masked = context({}, { masked: ['lastName'] });
  assert.equal(lockOf('lastName', masked), 'masked');
  assert.equal(lockOf('firstName', masked), null);
  for (const typed of ['Raman', ' Raman ', 'Rao']) {
    assert.equal(check('lastName', typed, masked).problems[0]?.code, 'masked', typed);
  }
});

test('the field reserved for Tillside cannot be changed', () => {
  const known = context({}, { reserved: ['custom.nickname'] });
  assert.equal(lockOf('custom.nickname', known), 'unknown-field');
  assert.equal(lockOf('custom.note', known), null);
});

test('an identifier that was emptied can be filled in again', () => {
  const known = context({ email: '' });
  assert.equal(lockOf('email', known), null);
  assert.equal(lockOf('email', context({ email: null })), null);
});
