import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { noFraming, withoutFraming } from '../../electron/model/scan-framing.ts';

describe('what a reader puts around a number', () => {
  for (const [scanned, meant] of [
    ['*RJ-1001*', 'RJ-1001'],
    [']C1RJ-1001', 'RJ-1001'],
    ['\u0002RJ-1001\u0003\r\n', 'RJ-1001'],
    ['\u001dRJ-1001', 'RJ-1001'],
    [';6035001234567890=99121010000?', '6035001234567890'],
    ['%B6035001234567890^JAMES/RITA^9912?', '6035001234567890'],
    ['%B6035001234567890^JAMES/RITA^9912?;6035001234567890=9912?4', '6035001234567890'],
    ['%B6035 0012 3456 7890^JAMES/RITA^9912?', '6035 0012 3456 7890'],
    [';6035001234567890=99121010000', '6035001234567890'],
    ['%B6035001234567890^JAMES/RITA^9912', '6035001234567890'],
    ['%RJ-1001?', 'RJ-1001'],
    [';10020030?', '10020030'],
    ['6035 0012 3456 7890', '6035 0012 3456 7890'],
    ['*', '*'],
    ['50%', '50%'],
    ['[RJ]', '[RJ]'],
  ] as const) {
    it(`${JSON.stringify(scanned)} means ${meant}`, () => assert.equal(withoutFraming(scanned, noFraming), meant));
  }

  it("strips what IT's own reader sends, and every known framing around any number", () => {
    assert.equal(withoutFraming('~RJ-1001#\r', { prefix: '~', suffix: '#' }), 'RJ-1001');
    assert.equal(withoutFraming('RJ-1001', { prefix: '~', suffix: '#' }), 'RJ-1001');
    const number = fc.stringMatching(/^[A-Z]{0,3}[0-9]{4,18}$/);
    const frames: readonly ((text: string) => string)[] = [
      (text) => `*${text}*`,
      (text) => `]E0${text}`,
      (text) => `\u0002${text}\u0003`,
      (text) => `\u001d${text}\t`,
      (text) => `;${text}=9912?`,
      (text) => `%${text}?`,
      (text) => `<<${text}>>`,
    ];
    fc.assert(
      fc.property(number, fc.constantFrom(...frames), (text, frame) => {
        // One letter before the digits of track 1 is the format code.
        fc.pre(!/^[A-Z]\d/.test(text));
        assert.equal(withoutFraming(frame(text), { prefix: '<<', suffix: '>>' }), text);
      }),
    );
  });
});
