/** Text as other programs produce it, with invisible characters in it. */
import fc from 'fast-check';

/** Characters of every invisible kind. */
export const unseen = [
  ...'\u00ad\u034f\u061c\u180e\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2061\u2066\u2069\ufe0d\ufe0f\ufeff',
  ...['\ufff9', '\u{e0001}', '\u{e0100}', '\u{1d173}', '\u0000', '\u007f', '\u0092', '\ufffe', '\ud800', '\udfff'],
];

/** The text with invisible characters inserted anywhere. */
export function strewn(text: string): fc.Arbitrary<string> {
  const letters = [...text];
  return (
    fc
      .array(fc.tuple(fc.nat(letters.length), fc.constantFrom(...unseen)), { minLength: 1, maxLength: 8 })
      .map((signs) => {
        const parts = [...letters, ''];
        for (const [at, sign] of signs) parts[at] = `${sign}${parts[at]}`;
        return parts.join('');
      })
      // Two surrogate halves that meet form a visible character.
      .filter((dirty) => !dirty.includes('\ud800\udfff'))
  );
}
