/** The typed query in every form that the search uses. */
import { exactKey, mobileBeginnings, numberShape } from '../model/identifiers.ts';
import { bareQuery } from '../model/readings.ts';
import { nameKey, reversed, withoutDigraphs } from './search-text.ts';

/** From this many digits on, a number can match the end of a mobile. */
const fewestLastDigits = 3;

export type Typed = {
  /** Key of an email or external id; empty if it cannot be one. */
  readonly text: string;
  /** Key of a name; empty if it cannot be one. */
  readonly name: string;
  readonly words: readonly string[];
  /** Other spellings of the name: two words as one, other spellings of a vowel. */
  readonly otherNames: readonly string[];
  /** Digits of a number, without punctuation and spaces; otherwise empty. */
  readonly digits: string;
  /** Prefixes that the mobile may have in the cache. */
  readonly mobileBeginnings: readonly string[];
  /** The last digits of a mobile, reversed; empty if there are too few. */
  readonly lastDigits: string;
  readonly userId: string | null;
};

export function readTyped(query: string, countryCode: string): Typed {
  const bare = bareQuery(query);
  const text = exactKey(bare);
  const userId = /^id:\s*(\d+)$/.exec(text)?.[1] ?? null;
  if (userId !== null) return { ...nothing, userId };
  const digits = numberShape.test(bare) ? bare.replace(/\D/g, '') : '';
  // An id may be a number too.
  const oneWord = text.includes(' ') ? '' : text;
  if (digits !== '') {
    return {
      ...nothing,
      digits,
      text: oneWord,
      mobileBeginnings: mobileBeginnings(bare, countryCode),
      lastDigits: digits.length >= fewestLastDigits ? reversed(digits) : '',
      userId: digits,
    };
  }
  const name = text.includes('@') ? '' : nameKey(query);
  const words = name === '' ? [] : name.split(' ');
  return { ...nothing, text: oneWord, name, words, otherNames: otherNames(words) };
}

/** Beyond this many words, joined spellings are not tried. */
const mostWords = 4;

function otherNames(words: readonly string[]): string[] {
  if (words.length > mostWords) return [];
  // Every combination of the words' spellings.
  const spelled = words.reduce<string[][]>(
    (names, word) => {
      const other = withoutDigraphs(word);
      return names.flatMap((name) =>
        other === null
          ? [[...name, word]]
          : [
              [...name, word],
              [...name, other],
            ],
      );
    },
    [[]],
  );
  // Every run of words as one, such as "vanderberg quist" for "van der berg quist".
  const joined = words.flatMap((_, from) =>
    words.slice(from + 1).map((_, more) => {
      const run = words.slice(from, from + more + 2);
      return words.toSpliced(from, run.length, run.join(''));
    }),
  );
  const literal = words.join(' ');
  return [...spelled, ...joined].map((name) => name.join(' ')).filter((name) => name !== literal);
}

const nothing: Typed = {
  text: '',
  name: '',
  words: [],
  otherNames: [],
  digits: '',
  mobileBeginnings: [],
  lastDigits: '',
  userId: null,
};
