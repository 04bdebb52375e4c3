/**
 * A test language made from English at run time: every vowel doubled and accented, in brackets. Longer than most
 * languages, it shows what would be clipped, and text without brackets comes from no message.
 */
let isSpoken = false;

export function speakPseudo(speaks: boolean): void {
  isSpoken = speaks;
}

const vowels: { readonly [letter: string]: string } = {
  a: 'áá',
  e: 'éé',
  i: 'íí',
  o: 'óó',
  u: 'úú',
  A: 'ÁÁ',
  E: 'ÉÉ',
  I: 'ÍÍ',
  O: 'ÓÓ',
  U: 'ÚÚ',
};
// Private-use characters around inserted values: a name or number is not part of the message.
const begin = '\uE000';
const end = '\uE001';

/** Replaces every English message in the scenes' build. */
export function strange<Inputs extends object>(say: (inputs: Inputs) => string): (inputs: Inputs) => string {
  return (inputs) => {
    if (!isSpoken) return say(inputs);
    const marked = { ...inputs };
    for (const [name, value] of Object.entries(inputs ?? {})) {
      if (typeof value === 'string') Object.assign(marked, { [name]: `${begin}${value}${end}` });
    }
    const text = say(marked)
      .split(/(\uE000[^\uE001]*\uE001)/)
      .map((part) =>
        part.startsWith(begin) ? part.slice(1, -1) : part.replaceAll(/[aeiou]/gi, (letter) => vowels[letter] ?? letter),
      )
      .join('');
    return `⟦${text}⟧`;
  };
}
