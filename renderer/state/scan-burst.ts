import type { ReaderFraming } from '../../electron/model/scan-framing.ts';

/** Keys further apart than this are separate input, whoever types them. */
const pauseMs = 500;
/** No reader leaves a gap like this; the computer may, when it is busy in the middle of a code. */
const breakMs = 120;
/** Nobody types six keys with half of them this close together; every reader does. */
const readerGapMs = 50;
/** A radio reader may be slower; anything above this is a person. */
const slowestReaderMs = 75;
const fewestKeys = 6;
/** A shorter code, such as `1001`, is one only if every key comes that close, the last one too. */
const fewestKeysOfShortCode = 4;
/** A reader's keys come like clockwork: the middle half of the gaps differs by no more than this. */
const steadyMs = 12;

type Character = { readonly character: string; readonly gapMs: number };
export type Scan = {
  readonly read: string;
  /** The number of its first character, counted from the last pause. */
  readonly from: number;
};

/**
 * Tells a card reader from a person by the time between keys. A burst counts as a scan only once it ends (Enter, Tab,
 * or the reader's own last character). Until then it could be typing, and is left to its field.
 */
export class ScanBurst {
  readonly #framing: () => ReaderFraming;
  #limitMs: number;
  #characters: Character[] = [];
  #lastAtMs = Number.NEGATIVE_INFINITY;

  /** @param learnedMs what `learnedMs` was when the program was last open */
  constructor(framing: () => ReaderFraming, learnedMs: number | null = null) {
    this.#framing = framing;
    this.#limitMs = Math.min(Math.max(learnedMs ?? 0, readerGapMs), slowestReaderMs + steadyMs);
  }

  /** The longest gap between keys of this till's own reader. */
  get learnedMs(): number {
    return this.#limitMs;
  }

  /** @returns the number of this character since the last pause, and whether a scan could begin with it */
  add(character: string, atMs: number): { readonly number: number; readonly mayBegin: boolean } {
    const gapMs = atMs - this.#lastAtMs;
    if (gapMs > pauseMs) this.#characters = [];
    this.#characters.push({ character, gapMs });
    this.#lastAtMs = atMs;
    return { number: this.#characters.length - 1, mayBegin: this.#characters.length === 1 || gapMs > breakMs };
  }

  /** Whether a key at this time comes too soon after the last one for a person. */
  isQuick(atMs: number): boolean {
    return this.#characters.length > 0 && atMs - this.#lastAtMs <= this.#limitMs;
  }

  /** Enter or Tab came. @returns what was scanned; null if a person typed it */
  end(atMs: number): Scan | null {
    const endGapMs = atMs - this.#lastAtMs;
    const scan = endGapMs <= pauseMs ? this.#scan(endGapMs) : null;
    this.#characters = [];
    return scan;
  }

  /** @returns what was scanned if the reader's own last character just came */
  ended(): Scan | null {
    const { suffix } = this.#framing();
    const scan = suffix.trim() === '' ? null : this.#scan();
    if (!scan?.read.endsWith(suffix)) return null;
    this.#characters = [];
    return scan;
  }

  /**
   * Enter ended a text in the search box, where a scan does no harm. An unusually slow reader shows itself by its even
   * pace, and is recognised from then on.
   * @returns whether something was learnt
   */
  learn(): boolean {
    const gaps = gapsOf(this.#characters).toSorted((a, b) => a - b);
    const quarter = Math.floor(gaps.length / 4);
    const spread = (gaps[gaps.length - 1 - quarter] ?? 0) - (gaps[quarter] ?? 0);
    const middle = median(gaps);
    const isReader = gaps.length >= fewestKeys && spread <= steadyMs && middle <= slowestReaderMs;
    if (!isReader || middle <= this.#limitMs) return false;
    this.#limitMs = middle + steadyMs;
    return true;
  }

  /** The last characters, as far back as a reader typed them, across breaks in the middle of a code. */
  #scan(endGapMs = 0): Scan | null {
    const starts = this.#characters.flatMap(({ gapMs }, at) => (at === 0 || gapMs > breakMs ? [at] : []));
    let from = starts.pop() ?? 0;
    for (const before of starts.toReversed()) {
      if (this.#characters.length - from >= fewestKeysOfShortCode && !this.#mayBeReader(before, from)) break;
      from = before;
    }
    const characters = this.#characters.slice(from);
    const read = characters.map(({ character }) => character).join('');
    const { prefix } = this.#framing();
    const isFramed = prefix !== '' && read.startsWith(prefix);
    const limitMs = isFramed ? slowestReaderMs : this.#limitMs;
    if (characters.length < fewestKeysOfShortCode) return null;
    if (characters.length < fewestKeys && !isFramed) return isShortCode(characters, endGapMs) ? { read, from } : null;
    if (median(gapsOf(characters)) > limitMs) return null;
    // A word in small letters was typed; a code has a digit, an @, or only capitals.
    return isFramed || /[\d@]/.test(read) || read === read.toUpperCase() ? { read, from } : null;
  }

  /**
   * A person's key stays in the field, but the first character after a pause may be the reader's, separated by a break.
   */
  #mayBeReader(from: number, to: number): boolean {
    return to - from === 1 ? from === 0 : median(gapsOf(this.#characters.slice(from, to))) <= this.#limitMs;
  }
}

/** Also at a till with a slow reader: a person may type a short number that quickly, but never with all keys so close. */
function isShortCode(characters: readonly Character[], endGapMs: number): boolean {
  const isQuick = Math.max(endGapMs, ...gapsOf(characters)) <= readerGapMs;
  const hasDigit = characters.some(({ character }) => /\d/.test(character));
  return isQuick && hasDigit;
}

/** The gaps between characters; the one before the first does not count. */
function gapsOf(characters: readonly Character[]): readonly number[] {
  return characters.slice(1).map(({ gapMs }) => gapMs);
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.POSITIVE_INFINITY;
}
