/** What staff typed into the search, read in every way that it may be meant. */
import { exactKey, mobileBeginnings, numberShape } from '../model/identifiers.ts';
import { bareQuery } from '../model/readings.ts';
import { nameKey, reversed, withoutDigraphs } from './search-text.ts';

/** The fewest digits that are taken as the end of a mobile number. */
const fewestLastDigits = 3;

export type Typed = {
  /** The key of an email or external id; empty where it cannot be one. */
  readonly text: string;
  /** The key of a name; empty where it cannot be one. */
  readonly name: string;
  readonly words: readonly string[];
  /** What others write for the same name: two words as one, another spelling of a vowel. */
  readonly otherNames: readonly string[];
  /** Digits of a number, whatever marks and spaces it was typed with; else empty. */
  readonly digits: string;
  /** How a mobile that is meant may begin. */
  readonly mobileBeginnings: readonly string[];
  /** The end of a mobile, backwards; empty where too little was typed. */
  readonly lastDigits: string;
  readonly userId: string | null;
};

export function readTyped(query: string, countryCode: string): Typed {
  const bare = bareQuery(query);
  const text = exactKey(bare);
  const userId = /^id:\s*(\d+)$/.exec(text)?.[1] ?? null;
  if (userId !== null) return { ...nothing, userId };
  const digits = numberShape.test(bare) ? bare.replace(/\D/g, '') : '';
  // Ids are often numbers.
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

/** More words than this are no name that somebody types as one. */
const mostWords = 4;

function otherNames(words: readonly string[]): string[] {
  if (words.length > mostWords) return [];
  // Each word in each of its spellings, together with each of the others.
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
  const joined = words.slice(1).map((word, at) => words.toSpliced(at, 2, `${words[at]}${word}`));
  if (words.length > 2) joined.push([words.join('')]);
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
