import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  bareIdentifier,
  cleanLines,
  cleanText,
  isBroken,
  plainSigns,
  showsSomething,
} from '../../electron/model/clean-text.ts';
import {
  exactKey,
  normalEmail,
  normalExternalId,
  normalMobile,
  normalUserId,
} from '../../electron/model/identifiers.ts';
import { strewn, unseen } from '../helpers/invisible-characters.ts';

describe('F55: text from outside', () => {
  it('F55: invisible characters anywhere in an identifier or a name change nothing', () => {
    const samples = [
      ['+91 98450 12345', (text: string) => normalMobile(text, 'IN')],
      ['rita.james@example.com', normalEmail],
      ['info@bücher.example', normalEmail],
      ['RJ-1001', normalExternalId],
      ['RJ-1001', exactKey],
      ['R.James@Example.com', exactKey],
      ['343445001', normalUserId],
      ['Ana María', cleanText],
      ['علی\u200cرضا', (text: string) => cleanText(text).replace(/\u200c/g, '')],
    ] as const;
    for (const [text, read] of samples) {
      const clean = read(text);
      assert.ok(clean);
      fc.assert(fc.property(strewn(text), (dirty) => assert.equal(read(dirty), clean)));
    }
  });

  it('F55: cleaning twice is the same as cleaning once, whatever came in', () => {
    const anything = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: fc.constantFrom(...unseen, ...' ക്ന\u200d\u200cیمa-.,:;<>"(é', 'tel:', '\u0301', '\n', '１') }),
    );
    fc.assert(
      fc.property(anything, (text) => {
        for (const clean of [cleanText, cleanLines, plainSigns, bareIdentifier, exactKey]) {
          assert.equal(clean(clean(text)), clean(text), clean.name);
        }
        // A lost letter stays, and is told.
        assert.equal(isBroken(cleanLines(text)), text.includes('\ufffd'));
        for (const email of [normalEmail(text)]) assert.equal(email && normalEmail(email), email);
      }),
      { numRuns: 1000 },
    );
  });

  for (const [dirty, clean] of [
    ['\u202a+919845012345\u202c', '+919845012345'],
    ['\u200e98450\u200b12\u2060345\ufe0d', '9845012345'],
    ['٩٨٤٥٠١٢٣٤٥', '9845012345'],
    ['९८४५०१२३४५', '9845012345'],
    ['tel:+919845012345', '+919845012345'],
    ['tel:+91-98450;ext=1', '+91-98450'],
    ['Mobile: tel:+91-98450;ext=1', '+91-98450'],
    ['Email: mailto:rita@example.com?subject=Hi', 'rita@example.com'],
    ['("RJ-1001")', 'RJ-1001'],
    ['“[RJ-1001]”,', 'RJ-1001'],
    ['Mob: 98450 12345', '98450 12345'],
    ['Mobile No.: 98450', '98450'],
    ['Mobile 98450 12345', '98450 12345'],
    ['WhatsApp +91 98450 12345', '+91 98450 12345'],
    ['Cell - 98450 12345', '98450 12345'],
    ['☎ 98450 12345', '98450 12345'],
    ['📱️ 98450 12345', '98450 12345'],
    ['手机号：138 0013 8000', '138 0013 8000'],
    ['Móvil: 612 345 678', '612 345 678'],
    ['Tél. : 06 12 45 78 01', '06 12 45 78 01'],
    ['मोबाइल: ९८४५० १२३४५', '98450 12345'],
    ['جوال: ٠٥٠١٢٣٤٥٦٧', '0501234567'],
    ['Card no. RJ-1001', 'RJ-1001'],
    ['Email id - rita@example.com', 'rita@example.com'],
    ['9845012345.0', '9845012345'],
    // These may be codes of their own.
    ['PH 1234567', 'PH 1234567'],
    ['Mobile 1001', 'Mobile 1001'],
    ['CARD-1001', 'CARD-1001'],
    ['id:343445001', 'id:343445001'],
    ['12.0', '12.0'],
    ['98450 12345,', '98450 12345'],
    ['98450‑12345', '98450-12345'],
    ['98450−12345', '98450-12345'],
    ['０９０ー１２３４', '090-1234'],
    ['mailto:rita@example.com?subject=Hello', 'rita@example.com'],
    ['Rita James <rita@example.com>', 'rita@example.com'],
    ['“rita@example.com”;', 'rita@example.com'],
    ['(rita@example.com)', 'rita@example.com'],
    ['(0)40 123', '(0)40 123'],
    ['RJ–1001', 'RJ-1001'],
  ] as const) {
    it(`reads ${JSON.stringify(dirty)} as ${clean}`, () => assert.equal(bareIdentifier(dirty), clean));
  }

  it('keeps what a reader sees: joiners that join, Malayalam letters, line breaks where they are allowed', () => {
    assert.equal(cleanText('می\u200cخواهم'), 'می\u200cخواهم');
    assert.equal(cleanText('ශ්\u200dරී'), 'ශ්\u200dරී');
    assert.equal(cleanText('رضا\u200c'), 'رضا');
    assert.equal(cleanText('Ri\u200dta'), 'Rita');
    assert.equal(cleanText('രാജന്\u200d'), 'രാജൻ');
    assert.equal(cleanText('\u3000Ana\u00a0María\u2028'), 'Ana María');
    assert.equal(cleanLines('ring\u2028twice\r\nask\u200b '), 'ring\ntwice\nask');
  });

  it('recognises what is invisible and what is broken', () => {
    for (const text of ['', ' ', '\u200b', '\u2800', '\u3164', '\u00ad\u202e', '\u0301']) {
      assert.equal(showsSomething(text), false, JSON.stringify(text));
    }
    for (const text of ['ა', '王', '-', '😀']) assert.equal(showsSomething(text), true, text);
    for (const text of ['O\u0092Brien', 'a\u2028b', '\ud83d', 'a\u0000', 'Jos\ufffd'])
      assert.equal(isBroken(text), true);
    for (const text of ['O’Brien', 'a\u200bb', '😀', 'a\tb\nc']) assert.equal(isBroken(text), false);
  });
});

describe("F55: a number is read with the store's country", () => {
  for (const [typed, country, mobile] of [
    ['+44 (0)7911 123456', 'IN', '447911123456'],
    ['+91 098450 12345', 'IN', '919845012345'],
    ['(+91) 98450 12345', 'GB', '919845012345'],
    ['8 912 345-67-89', 'RU', '79123456789'],
    ['06 30 123 4567', 'HU', '36301234567'],
    ['+52 1 55 1234 5678', 'IN', '525512345678'],
    ['1 55 1234 5678', 'MX', '525512345678'],
    ['044 55 1234 5678', 'MX', '525512345678'],
    ['55 1234 5678', 'MX', '525512345678'],
    ['00 44 7911 123456', 'IN', '447911123456'],
    ['0011 44 7911 123456', 'AU', '447911123456'],
    ['001 44 7911 123456', 'SG', '447911123456'],
    ['001 91 98450 12345', 'TH', '919845012345'],
    ['011 44 7911 123456', 'US', '447911123456'],
    ['0011 44 7911', 'AU', null],
    ['٠٥٠ ١٢٣ ٤٥٦٧', 'AE', '971501234567'],
    ['2912345678901', 'IN', null],
    ['+52 1 55 1234', 'MX', null],
  ] as const) {
    it(`${typed} in ${country} is ${mobile ?? 'none'}`, () => assert.equal(normalMobile(typed, country), mobile));
  }

  it('an email has one form, however its domain is written', () => {
    assert.equal(normalEmail('Info@BÜCHER.example'), 'Info@xn--bcher-kva.example');
    assert.equal(normalEmail('Info@xn--bcher-kva.example'), 'Info@xn--bcher-kva.example');
    assert.equal(exactKey('Info@Bücher.example'), exactKey('info@xn--bcher-kva.example'));
    assert.equal(normalEmail('rita＠example。com'), 'rita@example.com');
  });

  it("a spreadsheet's decimal point does not make another user id", () => {
    assert.equal(normalUserId('343445001.0'), '343445001');
    assert.equal(normalUserId('343445001.5'), null);
  });
});
