import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { emailMeant } from '../../electron/model/email-slip.ts';

describe("a typing mistake in an email's domain", () => {
  for (const [typed, meant] of [
    ['rita@gmial.com', 'rita@gmail.com'],
    ['rita@gmail.con', 'rita@gmail.com'],
    ['rita@gmail.co', 'rita@gmail.com'],
    ['rita@gmaill.com', 'rita@gmail.com'],
    ['rita@hotmial.com', 'rita@hotmail.com'],
    ['rita@hotmial.con', 'rita@hotmail.com'],
    ['rita@yaho.com', 'rita@yahoo.com'],
    ['rita@outlok.com', 'rita@outlook.com'],
    ['rita@rediffmial.com', 'rita@rediffmail.com'],
    ['Rita.J@GMIAL.com', 'Rita.J@gmail.com'],
    ['rita@example.con', 'rita@example.com'],
    ['rita@shop.example.nte', 'rita@shop.example.net'],
    ['rita@gmail.com', null],
    ['rita@example.com', null],
    ['rita@email.com', null],
    ['rita@hotmail.be', null],
    ['rita@yahoo.com.au', null],
    ['rita@gmx.li', null],
    ['rita@company.co', null],
    ['rita@xn--bcher-kva.example', null],
    ['rita@mail.example.org', null],
    ['rita', null],
  ] as const) {
    it(`${typed}: ${meant ?? 'no suggestion'}`, () => assert.equal(emailMeant(typed), meant));
  }

  it('a suggestion is never a mistake itself, and differs only in the domain', () => {
    const domain = fc.stringMatching(/^[a-z]{1,10}\.(com|con|co|net|de|fr|in)$/);
    fc.assert(
      fc.property(fc.oneof(domain, fc.constantFrom('gmal.com', 'hotmai.com', 'yahooo.com')), (typed) => {
        const meant = emailMeant(`rita@${typed}`);
        if (meant === null) return;
        assert.ok(meant.startsWith('rita@'));
        assert.equal(emailMeant(meant), null);
      }),
      { numRuns: 500 },
    );
  });
});
