/** The rules for a request to change an identifier that the customer has. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FillableIdentifier } from '../../electron/model/customer.ts';
import type { FieldProblem } from '../../electron/model/update-view.ts';
import { checkIdentityChange, type RuleContext } from '../../electron/updates/rules.ts';

const context: RuleContext = {
  server: { mobile: '919845012345' },
  effective: { mobile: '919845012345' },
  identifier: { type: 'userId', value: '1' },
  policy: { primaryIdentifier: 'mobile', allowFill: { mobile: true, email: true, externalId: true } },
  definitions: [],
  definitionsKnown: { custom: true, extended: true },
  reserved: [],
  mayChange: null,
  masked: [],
  countryCode: 'IN',
};

test('a new identifier is sent in the form that the API stores', () => {
  const checked = checkIdentityChange('mobile', '919845012345', '098450 12346', context);
  assert.deepEqual(checked, { changes: { mobile: '919845012346' }, problems: [] });
});

test('the current identifier, however it is typed, changes nothing', () => {
  const checked = checkIdentityChange('mobile', '919845012345', '+91 98450 12345', context);
  assert.deepEqual(checked, { changes: {}, problems: [] });
});

const longId = 'X'.repeat(251);
const wrong: readonly (readonly [FillableIdentifier, string, string, Partial<RuleContext>, FieldProblem['code']])[] = [
  ['mobile', '919845012345', '98450 12346', { mayChange: ['email'] }, 'not-your-role'],
  ['mobile', '919845012345', '98450 12346', { masked: ['mobile'] }, 'masked'],
  ['email', '', 'asha@example.com', {}, 'nothing-to-change'],
  ['email', 'a@example.com', '\u200b', {}, 'control-characters'],
  ['email', 'a@example.com', ' ', {}, 'may-not-be-emptied'],
  ['email', 'a@example.com', 'asha', {}, 'email'],
  ['mobile', '919845012345', '12345', {}, 'mobile'],
  ['externalId', 'X-1', longId, {}, 'too-long'],
];
for (const [type, before, typed, over, code] of wrong) {
  test(`a request for another ${type} is refused: ${code}`, () => {
    const limit = code === 'too-long' ? 250 : null;
    assert.deepEqual(checkIdentityChange(type, before, typed, { ...context, ...over }), {
      changes: {},
      problems: [{ key: type, code, detail: null, limit }],
    });
  });
}

test('an identifier may be exactly as long as the API allows', () => {
  const longest = 'X'.repeat(250);
  assert.deepEqual(checkIdentityChange('externalId', 'X-1', longest, context).changes, { externalId: longest });
});
