/**
 * Steps through the records of a CSV text in bytes. The thread that only finds the ends of records and the threads that
 * read values use the same grammar (RFC 4180, with any mixture of CR, LF and CR LF).
 */
const quote = 0x22;
const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/**
 * - `bad-quote`: a misplaced quotation mark; the cursor is after the line where that shows
 * - `cut`: the bytes end in the middle of the record; `cut-in-quotes`: inside quotes; the cursor has not moved
 */
export type CsvStep = 'record' | 'bad-quote' | 'cut' | 'cut-in-quotes' | 'end';

export class CsvCursor {
  readonly #bytes: Buffer;
  readonly #delimiter: number;
  /** The bytes end at the end of the file or a record. */
  readonly #isWhole: boolean;
  #at: number;
  #lines = 0;

  constructor(bytes: Buffer, delimiter: string, isWhole: boolean, from = 0) {
    this.#bytes = bytes;
    this.#delimiter = delimiter.charCodeAt(0);
    this.#isWhole = isWhole;
    this.#at = from;
  }

  get at(): number {
    return this.#at;
  }

  /** Lines passed so far. */
  get lines(): number {
    return this.#lines;
  }

  /** @param values receives the record's values; null: only find its end */
  next(values: string[] | null, encoding: 'utf8' | 'latin1' = 'utf8'): CsvStep {
    const bytes = this.#bytes;
    const { length } = bytes;
    let at = this.#at;
    let lines = 0;
    if (at >= length) return 'end';
    for (;;) {
      if (bytes[at] === quote) {
        const from = at + 1;
        const end = endOfQuotation(bytes, from);
        if (end === null) return 'cut-in-quotes';
        // The next byte, not read yet, may be a second quotation mark.
        if (end === length - 1 && !this.#isWhole) return 'cut';
        lines += lineEnds(bytes, from, end);
        values?.push(bytes.toString(encoding, from, end).replaceAll('""', '"'));
        at = end + 1;
      } else {
        const from = at;
        for (; at < length; at += 1) {
          const byte = bytes[at];
          if (byte === this.#delimiter || byte === lineFeed || byte === carriageReturn || byte === quote) break;
        }
        values?.push(bytes.toString(encoding, from, at));
      }
      if (at >= length) return this.#isWhole ? this.#pass(length, lines + 1, 'record') : 'cut';
      if (bytes[at] === this.#delimiter) at += 1;
      else return this.#endLine(at, lines);
    }
  }

  /** Skips a line. @returns false if it has no end */
  skipLine(): boolean {
    const at = lineEndFrom(this.#bytes, this.#at);
    if (at >= this.#bytes.length) return false;
    this.#endLine(at, 0);
    return true;
  }

  /** @param at after a value, at neither a delimiter nor the end of the bytes */
  #endLine(at: number, lines: number): CsvStep {
    const bytes = this.#bytes;
    const isBad = bytes[at] !== lineFeed && bytes[at] !== carriageReturn;
    const end = isBad ? lineEndFrom(bytes, at) : at;
    if (end >= bytes.length - 1 && !this.#isWhole && bytes[end] !== lineFeed) return 'cut';
    const width = bytes[end] === carriageReturn && bytes[end + 1] === lineFeed ? 2 : 1;
    return this.#pass(Math.min(end + width, bytes.length), lines + 1, isBad ? 'bad-quote' : 'record');
  }

  #pass(at: number, lines: number, step: CsvStep): CsvStep {
    this.#at = at;
    this.#lines += lines;
    return step;
  }
}

function endOfQuotation(bytes: Buffer, from: number): number | null {
  for (let at = from; ; ) {
    const end = bytes.indexOf(quote, at);
    if (end < 0) return null;
    if (bytes[end + 1] !== quote) return end;
    at = end + 2;
  }
}

function lineEndFrom(bytes: Buffer, from: number): number {
  let at = from;
  while (at < bytes.length && bytes[at] !== lineFeed && bytes[at] !== carriageReturn) at += 1;
  return at;
}

export function lineEnds(bytes: Buffer, from: number, to: number): number {
  let ends = 0;
  for (let at = from; at < to; at += 1) {
    if (bytes[at] === lineFeed || (bytes[at] === carriageReturn && bytes[at + 1] !== lineFeed)) ends += 1;
  }
  return ends;
}
