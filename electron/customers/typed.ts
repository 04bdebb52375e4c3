/** What staff typed into the search, read in every way that it may be meant. */
import { callingCode, exactKey } from '../model/identifiers.ts';
import { nameKey, reversed, searchKey } from './search-text.ts';

/** The fewest digits that are taken as the end of a mobile number. */
const fewestLastDigits = 3;

export type Typed = {
  /** The key of an email or external id; empty where it cannot be one. */
  readonly text: string;
  /** The key of a name; empty where it cannot be one. */
  readonly name: string;
  readonly words: readonly string[];
  /** Digits of a number, whatever marks and spaces it was typed with; else empty. */
  readonly digits: string;
  /** How a mobile that is meant may begin: as typed, without zeros, with the store's country code before it. `from`:
   * where what was typed begins in it. */
  readonly mobileBeginnings: readonly { readonly text: string; readonly from: number }[];
  /** The end of a mobile, backwards; empty where too little was typed. */
  readonly lastDigits: string;
  readonly userId: string | null;
};

export function readTyped(query: string, countryCode: string): Typed {
  const text = exactKey(query).trim();
  const userId = /^id:\s*(\d+)$/.exec(text)?.[1] ?? null;
  if (userId !== null) return { ...nothing, userId };
  const plain = /^\+?[\p{Nd}\s().\-/]+$/u.test(text);
  const digits = plain ? searchKey(text).replaceAll(' ', '') : '';
  if (digits !== '') {
    const short = digits.replace(/^0+/, '');
    const code = callingCode(countryCode) ?? '';
    const beginnings = new Map([[digits, 0]]);
    if (short !== '') {
      for (const [beginning, from] of [
        [short, 0],
        [`${code}${short}`, code.length],
      ] as const) {
        if (!beginnings.has(beginning)) beginnings.set(beginning, from);
      }
    }
    return {
      ...nothing,
      digits,
      // Ids are often numbers.
      text: text.includes(' ') ? '' : text,
      mobileBeginnings: [...beginnings].map(([beginning, from]) => ({ text: beginning, from })),
      lastDigits: digits.length >= fewestLastDigits ? reversed(digits) : '',
      userId: digits,
    };
  }
  const name = text.includes('@') ? '' : nameKey(query);
  return { ...nothing, text: text.includes(' ') ? '' : text, name, words: name === '' ? [] : name.split(' ') };
}

const nothing: Typed = {
  text: '',
  name: '',
  words: [],
  digits: '',
  mobileBeginnings: [],
  lastDigits: '',
  userId: null,
};
