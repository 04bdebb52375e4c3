import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { makeFormats } from '../../renderer/format/formats.ts';

const india = makeFormats('en', 'IN', 'Asia/Kolkata');
const germany = makeFormats('de-DE', 'DE', 'Europe/Berlin');

describe('numbers and dates', () => {
  it("are written as in the store's country", () => {
    assert.equal(india.number(234_000), '2,34,000');
    assert.equal(germany.number(234_000), '234.000');
    assert.equal(india.signed(-40), '-40');
    assert.equal(india.signed(50), '+50');
  });

  it('have two decimals or none if they are money', () => {
    assert.equal(india.amount(182_400.5), '1,82,400.50');
    assert.equal(india.amount(150_000), '1,50,000');
    assert.equal(germany.amount(12.345), '12,35');
  });

  it("are joined as in the language, and ages use full words and the receipts' digits", () => {
    assert.equal(india.list(['First name', 'Mobile']), 'First name and Mobile');
    assert.equal(makeFormats('zh-CN', 'CN', 'Asia/Shanghai').list(['姓名', '手机']), '姓名和手机');
    const hourMs = 3_600_000;
    assert.equal(makeFormats('es', 'ES', 'Europe/Madrid').age(0, 61 * 24 * hourMs), 'hace 2 meses');
    assert.match(makeFormats('ar-EG', 'EG', 'Africa/Cairo').age(0, 5 * hourMs), /5/);
  });

  it("stay the server's text if they are no date, and no impossible day becomes another", () => {
    assert.equal(india.serverDate('2031-09-11 23:59:59'), '11 Sept 2031');
    assert.equal(india.serverDate('2031-02-30'), '2031-02-30');
    assert.equal(india.serverDate('soon'), 'soon');
  });

  it("are in the store's time if they have an offset, and unchanged if they have none", () => {
    assert.equal(india.serverDate('2031-09-11T20:00:00Z'), '12 Sept 2031');
    assert.equal(india.serverDateTime('2031-09-11T23:59:59+05:30'), '11 Sept 2031, 11:59\u00a0pm');
    assert.equal(india.serverMs('2031-09-11 23:59:59'), Date.parse('2031-09-11T18:29:59Z'));
  });

  it('never break between a time and its "pm"', () => {
    for (const language of ['en', 'ar', 'de', 'es', 'fr', 'hi', 'id', 'zh-CN']) {
      for (const country of ['IN', 'US', 'DE', 'AE']) {
        const formats = makeFormats(language, country, 'UTC');
        for (const text of [formats.serverDateTime('2031-09-11 23:59:59'), formats.moment(1e12)]) {
          assert.doesNotMatch(text, /\d:\d\d.*[ \u202f]/, `${language}-${country}: ${text}`);
        }
      }
    }
  });

  it('keep the order of their parts', () => {
    assert.equal(india.serverDateTime('2031-09-11 23:59:59'), '11 Sept 2031, 11:59\u00a0pm');
  });

  it('show in a field as people here type them, and read back as the same date', () => {
    assert.equal(india.dateToType('2019-09-11 10:12:00'), '11/09/2019 10:12');
    assert.equal(germany.dateToType('2019-09-11'), '11.09.2019');
    assert.equal(makeFormats('en-US', 'US', 'UTC').dateToType('2019-09-11'), '09/11/2019');
    assert.equal(india.dateToType('soon'), 'soon');
    assert.equal(india.dateOrder, 'day/month/year');
    for (const language of ['en', 'ar', 'de', 'es', 'fr', 'hi', 'id', 'zh-CN']) {
      for (const country of ['IN', 'US', 'DE', 'AE', 'CN']) {
        const formats = makeFormats(language, country, 'UTC');
        for (const [text, withTime] of [
          ['2019-09-11', false],
          ['2024-02-29 10:12:00', true],
          ['2024-12-01 23:59:59', true],
        ] as const) {
          assert.equal(formats.typedDate(formats.dateToType(text), withTime), text, `${language}-${country}`);
        }
      }
    }
  });

  it('are understood as people in their country type them', () => {
    assert.equal(india.typedDate('11/9/2019', false), '2019-09-11');
    assert.equal(germany.typedDate('1.2.2020 8:05', true), '2020-02-01 08:05:00');
    assert.equal(makeFormats('en-US', 'US', 'UTC').typedDate('9/11/2019', false), '2019-09-11');
    assert.equal(india.typedDate('next week', false), 'next week');
  });
});

it('use the same digits for ages, numbers and dates in every language', () => {
  for (const language of ['ar', 'hi', 'ar-EG', 'fa', 'mr']) {
    const formats = makeFormats(language, 'IN', 'Asia/Kolkata');
    for (const agoMs of [90_000, 3 * 3_600_000, 5 * 86_400_000, 40 * 86_400_000]) {
      const age = formats.age(1_700_000_000_000 - agoMs, 1_700_000_000_000);
      assert.doesNotMatch(age, /[^\P{Nd}0-9]/u, `${language}: ${age}`);
    }
  }
});
