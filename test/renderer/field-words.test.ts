import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FieldDefinition } from '../../electron/model/definitions.ts';
import type { OrgView } from '../../electron/model/org-view.ts';
import { makeFormats } from '../../renderer/format/formats.ts';
import { valueWords } from '../../renderer/words/field-words.ts';

const definition: FieldDefinition = {
  kind: 'custom',
  name: 'owns_car',
  label: 'Owns a car',
  dataType: 'boolean',
  widget: 'checkbox',
  options: [],
  default: null,
  mandatory: false,
  pattern: null,
  position: 0,
  disabled: false,
};
const org: OrgView = {
  policy: { allowFill: { mobile: true, email: true, externalId: true }, primaryIdentifier: 'mobile' },
  policyAsOfMs: null,
  fields: [definition, { ...definition, name: 'household', label: 'Household', dataType: 'integer', widget: 'text' }],
  fieldsAsOfMs: { custom: null, extended: null },
  reserved: [],
  mayChange: null,
};

test("yes and no of the organisation's fields are shown as words, however the server writes them", () => {
  const shown = { formats: makeFormats('en', 'IN', 'Asia/Kolkata'), till: { org } };
  for (const yes of ['1', 'true', 'TRUE', 'Yes']) assert.equal(valueWords('custom.owns_car', yes, shown), 'yes', yes);
  for (const no of ['0', 'false', 'FALSE', 'No']) assert.equal(valueWords('custom.owns_car', no, shown), 'no', no);
  assert.equal(valueWords('custom.household', '1', shown), '1', 'a number is a number');
});
