import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
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
