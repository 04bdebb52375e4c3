/**
 * Goes through the records of a CSV text, in bytes, so that the thread that only looks for the end of a record and the
 * ones that read its values follow one grammar (RFC 4180, with CR, LF and CR LF as ends of lines in any mixture).
 */
const quote = 0x22;
const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/**
 * - `bad-quote`: a quotation mark where none may be; the cursor stands behind the line in which that shows
 * - `cut`: the bytes end in the middle of the record, `cut-in-quotes`: within a quotation; the cursor has not moved
 */
export type CsvStep = 'record' | 'bad-quote' | 'cut' | 'cut-in-quotes' | 'end';

export class CsvCursor {
  readonly #bytes: Buffer;
  readonly #delimiter: number;
  /** The bytes end where the file or a record ends. */
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

  /** Lines that it has passed. */
  get lines(): number {
    return this.#lines;
  }

  /** @param values gets the record's values; null: only its end is asked for */
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
        // The next byte may be a second quotation mark.
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

  /** Passes one line as it is. @returns false where it has no end */
  skipLine(): boolean {
    const at = lineEndFrom(this.#bytes, this.#at);
    if (at >= this.#bytes.length) return false;
    this.#endLine(at, 0);
    return true;
  }

  /** @param at behind a value, where neither the delimiter nor the end of the bytes is */
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
