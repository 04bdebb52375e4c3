import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { makeFormats } from '../../renderer/format/formats.ts';
import { makeTypedDates } from '../../renderer/format/typed-dates.ts';

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
});

describe('dates that are typed', () => {
  const dates = (locale: string, country: string) => makeTypedDates(makeFormats(locale, country, 'UTC').locale);
  const [inIndia, inGermany, inAmerica] = [dates('en', 'IN'), dates('de', 'DE'), dates('en', 'US')];

  it('show in a field as people here type them, and read back as the same date', () => {
    assert.equal(inIndia.write('2019-09-11 10:12:00'), '11/09/2019 10:12');
    assert.equal(inGermany.write('2019-09-11'), '11.09.2019');
    assert.equal(inAmerica.write('2019-09-11'), '09/11/2019');
    assert.equal(inIndia.write('soon'), 'soon');
    assert.equal(inIndia.order, 'day/month/year');
    for (const language of ['en', 'ar', 'de', 'es', 'fr', 'hi', 'id', 'zh-CN']) {
      for (const country of ['IN', 'US', 'DE', 'AE', 'CN']) {
        const there = dates(language, country);
        for (const [text, withTime] of [
          ['2019-09-11', false],
          ['2024-02-29 10:12:00', true],
          ['2024-12-01 23:59:59', true],
        ] as const) {
          assert.equal(there.read(there.write(text), withTime), text, `${language}-${country}`);
        }
      }
    }
  });

  it('are understood as people in their country type them', () => {
    assert.equal(inIndia.read('11/9/2019', false), '2019-09-11');
    assert.equal(inGermany.read('1.2.2020 8:05', true), '2020-02-01 08:05:00');
    assert.equal(inAmerica.read('9/11/2019', false), '2019-09-11');
    assert.equal(dates('zh-CN', 'CN').read('2024年3月31日', false), '2024-03-31');
    assert.equal(dates('hu', 'HU').read('2024. 03. 31.', false), '2024-03-31');
    for (const text of [
      'next week',
      '31/3/24',
      '31/3/2024 noon',
      '1/2',
      '31032024',
      '12345/1/2024',
      '1/2/2024 9:30 PM',
    ]) {
      assert.equal(inIndia.read(text, true), text);
    }
    assert.equal(inIndia.read('31/03/2024 09:30', false), '31/03/2024 09:30');
  });

  it('F55: are the same date in other digits, with other dashes and with invisible characters', () => {
    for (const text of [
      ...['٣١/٠٣/٢٠٢٤', '३१/०३/२०२४', '３１／０３／２０２４', '\u200e31/03/2024', '31/03/2024\u200f', '31–03–2024'],
      ...['31. 3. 2024', '31 03 2024', '٢٠٢٤-٠٣-٣١'],
    ]) {
      assert.equal(inIndia.read(text, false), '2024-03-31', text);
    }
    assert.equal(inIndia.read('٣١/٠٣/٢٠٢٤ ٠٩:٣٠', true), '2024-03-31 09:30:00');
    assert.equal(inGermany.read('31.03.2024 9.30', true), '2024-03-31 09:30:00');
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
