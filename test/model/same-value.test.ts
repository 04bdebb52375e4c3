import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { FieldKey } from '../../electron/model/customer.ts';
import { sameValue, similarValue } from '../../electron/model/same-value.ts';

describe('F55: two values that differ only in invisible characters are the same value', () => {
  for (const [key, one, other] of [
    ['lastName', 'James', 'Ja\u200bmes\u200e'],
    ['lastName', 'Núñez', 'Nu\u0301n\u0303ez'],
    ['firstName', 'Ana María', 'Ana\u00a0María'],
    ['custom.note', 'ring\ntwice', 'ring\r\ntwice\ufeff'],
    ['custom.hobby', '["Playing","Singing"]', '["Singing","Playing"]\u200b'],
    ['associatedWith', 'till.1', '\u2060till.1'],
    ['email', 'info@xn--bcher-kva.example', '\u200binfo@bücher.example'],
    ['email', 'Rita@Example.com', 'rita@example.com'],
    ['externalId', 'K-77', 'K–\u200b77'],
    ['mobile', '919845012345', '\u202a+٩١٩٨٤٥٠١٢٣٤٥\u202c'],
    ['custom.note', null, '\u200b'],
  ] as const) {
    it(`${key}: ${JSON.stringify(one)} and ${JSON.stringify(other)}`, () => {
      assert.equal(sameValue(key, one, other), true);
      assert.equal(sameValue(key, other, one), true);
      assert.equal(similarValue(key, one, other), true);
    });
  }

  for (const [key, one, other] of [
    ['lastName', 'rita', 'Rita'],
    ['lastName', 'می\u200cخواهم', 'میخواهم'],
    ['custom.note', 'ring\ntwice', 'ring twice'],
    ['externalId', 'k-77', 'K-77'],
    ['email', 'info@bücher.example', 'info@bucher.example'],
    ['custom.note', null, '-'],
  ] as const) {
    it(`${key}: ${JSON.stringify(one)} and ${JSON.stringify(other)} are not the same`, () => {
      assert.equal(sameValue(key, one, other), false);
    });
  }
});

describe('a server may respell a value: F01, F47', () => {
  const spellings: readonly (readonly [FieldKey, ...string[]])[] = [
    ['custom.age', '46', '046', '+46', '46.0', '46.', '0046.00'],
    ['custom.weight', '0.5', '.5', '0.50', '+00.5'],
    ['custom.weight', '-1.5', '-01.50'],
    ['extended.children', '0', '-0', '00', '0.0', '+0'],
    ['custom.account', '123456789012345678901234567890', '0123456789012345678901234567890.0'],
    ['custom.sizes', '["38","039"]', '["39","38.0"]'],
  ];
  for (const [key, ...values] of spellings) {
    it(`${key}: ${values.join(', ')} are similar`, () => {
      for (const one of values) for (const other of values) assert.ok(similarValue(key, one, other), `${one} ${other}`);
    });
  }

  for (const [key, one, other] of [
    ['custom.age', '46', '460'],
    ['custom.age', '46', '-46'],
    ['custom.weight', '1.5', '1.05'],
    ['custom.weight', '10', '1'],
    ['custom.account', '123456789012345678901', '123456789012345678902'],
    ['custom.note', '-', '+'],
    ['custom.note', '.', '0'],
    ['custom.note', '0', ''],
    ['custom.version', '1.0.0', '1.0'],
    // Too long to be a number that somebody means: its digits are not looked at one by one (F59).
    ['custom.account', `${'0'.repeat(100)}1`, '1'],
    ['externalId', '00123', '123'],
  ] as const) {
    it(`${key}: ${one} and ${other} are not`, () => assert.equal(similarValue(key, one, other), false));
  }

  it('but only an equal value need not be sent', () => {
    assert.equal(sameValue('custom.age', '46', '046'), false);
  });
});
