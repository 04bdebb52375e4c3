import type { ReaderFraming } from '../../electron/model/scan-framing.ts';

/** Keys that are further apart than this belong to different things, whoever types them. */
const longestGapMs = 120;
/** Nobody types six keys with half of them this close together; every reader does. */
const readerGapMs = 35;
/** A reader over radio may be slower; more than this is a person. */
const slowestReaderMs = 75;
const fewestKeys = 6;
/** Keys of a reader come like clockwork: the middle half of the gaps differs by no more than this. */
const steadyMs = 12;

/**
 * Tells a card reader from a person by the time between keys. A burst is a scan once it ends (Enter, Tab, or the
 * reader's own last sign): until then it could still be somebody's typing, and is left to its field.
 */
export class ScanBurst {
  readonly #framing: () => ReaderFraming;
  #limitMs: number;
  #text = '';
  #gaps: number[] = [];
  #lastAtMs = Number.NEGATIVE_INFINITY;

  /** @param learnedMs what `learned` was when the program was last open */
  constructor(framing: () => ReaderFraming, learnedMs: number | null = null) {
    this.#framing = framing;
    this.#limitMs = Math.min(Math.max(learnedMs ?? 0, readerGapMs), slowestReaderMs + steadyMs);
  }

  /** How far apart this till's own reader puts its keys, at most. */
  get learnedMs(): number {
    return this.#limitMs;
  }

  /** A sign was typed. @returns whether it goes on what came right before it */
  add(sign: string, atMs: number): boolean {
    const goesOn = this.#text !== '' && this.#gapTo(atMs) <= longestGapMs;
    if (goesOn) this.#gaps.push(this.#gapTo(atMs));
    else this.#begin();
    this.#text += sign;
    this.#lastAtMs = atMs;
    return goesOn;
  }

  /** Whether a key at this time comes too soon after the last one for a person. */
  isQuick(atMs: number): boolean {
    return this.#text !== '' && this.#gapTo(atMs) <= this.#limitMs;
  }

  /** Enter or Tab came. @returns what was scanned; null where a person typed it */
  end(atMs: number): string | null {
    const isSoon = this.#text !== '' && this.#gapTo(atMs) <= longestGapMs;
    const scanned = isSoon && this.#isScan() ? this.#text : null;
    this.#begin();
    return scanned;
  }

  /** @returns what was scanned where the reader's own last sign just came */
  ended(): string | null {
    const { suffix } = this.#framing();
    const isWhole = suffix.trim() !== '' && this.#text.endsWith(suffix) && this.#isScan();
    if (!isWhole) return null;
    const scanned = this.#text;
    this.#begin();
    return scanned;
  }

  /**
   * Enter ended a text in the search box, where a scan does no harm: a reader that is slower than most shows itself by
   * its even pace, and is known from then on.
   * @returns whether something was learnt
   */
  learn(): boolean {
    const gaps = this.#gaps.toSorted((a, b) => a - b);
    const quarter = Math.floor(gaps.length / 4);
    const spread = (gaps[gaps.length - 1 - quarter] ?? 0) - (gaps[quarter] ?? 0);
    const middle = median(gaps);
    const isReader = gaps.length >= fewestKeys && spread <= steadyMs && middle <= slowestReaderMs;
    if (!isReader || middle <= this.#limitMs) return false;
    this.#limitMs = middle + steadyMs;
    return true;
  }

  #begin(): void {
    this.#text = '';
    this.#gaps = [];
  }

  #gapTo(atMs: number): number {
    return atMs - this.#lastAtMs;
  }

  #isScan(): boolean {
    const { prefix } = this.#framing();
    const isFramed = prefix !== '' && this.#text.startsWith(prefix);
    if (this.#text.length < fewestKeys || median(this.#gaps) > (isFramed ? slowestReaderMs : this.#limitMs))
      return false;
    // A word in small letters is what somebody typed; a code has a digit, an @, or only capitals.
    return isFramed || /[\d@]/.test(this.#text) || this.#text === this.#text.toUpperCase();
  }
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.POSITIVE_INFINITY;
}
