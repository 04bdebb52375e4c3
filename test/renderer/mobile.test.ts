import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { getExampleNumber } from 'libphonenumber-js';
import examples from 'libphonenumber-js/mobile/examples';
import { fetchPhoneTables, markedMobile, mobileText } from '../../renderer/format/mobile.ts';

describe('a mobile', () => {
  it('is shown whole and ungrouped until the tables are loaded', () => {
    assert.equal(mobileText('919845012345'), '+919845012345');
  });

  it('is grouped as in its own country, and no digit is lost', async () => {
    await fetchPhoneTables();
    assert.equal(mobileText('919845012345'), '+91 98450 12345');
    assert.equal(mobileText('+447700900123'), '+44 7700 900123');
    for (const country of ['IN', 'GB', 'DE', 'AE', 'ID', 'CN', 'US', 'FR', 'ES', 'SA'] as const) {
      const number = getExampleNumber(country, examples)?.number ?? '';
      const text = mobileText(number.slice(1));
      assert.equal(text.replaceAll(/[ -]/g, ''), number, country);
      assert.match(text, /^\+\d+ \S/, country);
    }
  });

  it('stays as it is if it is no number with a country', () => {
    for (const other of ['98450 12345', '12', '+44 7700 900123', 'none']) assert.equal(mobileText(other), other);
  });

  it('keeps the highlight on the matched digits', () => {
    for (const [from, to] of [
      [0, 2],
      [2, 7],
      [6, 9],
      [8, 12],
      [0, 0],
      [12, 12],
    ] as const) {
      const { text, matches } = markedMobile('919845012345', [{ from, to }]);
      const [mark] = matches;
      const marked = text.slice(mark?.from, mark?.to).replaceAll(/\D/g, '');
      assert.equal(marked, '919845012345'.slice(from, to));
    }
  });
});
