/**
 * Cuts a text into pieces at record ends, so that several threads can read them independently. Only the threads read
 * the records, with the same grammar.
 */
import { CsvCursor } from './csv-cursor.ts';

export type TextShape = { readonly kind: 'json' } | { readonly kind: 'csv'; readonly delimiter: string };

export type Piece = {
  readonly bytes: Buffer;
  /** Its end in the text. */
  readonly endsAt: number;
  /** A line longer than any customer can be. It is not read, and the rest of it is left out. */
  readonly isTooLong: boolean;
};

/** Longer than any customer, so that a line without an end does not fill the memory. */
export const longestLine = 1_000_000;
const pieceBytes = 1 << 20;

/** @param startsAt how much of the text was read before */
export async function* cutPieces(
  text: AsyncIterable<Buffer>,
  shape: TextShape,
  startsAt: number,
): AsyncGenerator<Piece> {
  const cutter = new Cutter(shape, startsAt);
  let held: Buffer[] = [];
  let length = 0;
  for await (const part of text) {
    held.push(part);
    length += part.length;
    if (length < pieceBytes) continue;
    yield* cutter.cut(Buffer.concat(held), false);
    held = [cutter.rest];
    length = cutter.rest.length;
  }
  yield* cutter.cut(Buffer.concat(held), true);
}

class Cutter {
  readonly #shape: TextShape;
  #endsAt: number;
  #isInLongLine = false;
  rest: Buffer = Buffer.alloc(0);

  constructor(shape: TextShape, startsAt: number) {
    this.#shape = shape;
    this.#endsAt = startsAt;
  }

  *cut(whole: Buffer, isEnd: boolean): Generator<Piece> {
    let bytes = whole;
    if (this.#isInLongLine) {
      const end = firstLineEnd(bytes);
      if (end === null && !isEnd) return this.#drop(bytes);
      bytes = this.#afterLongLine(bytes, end ?? bytes.length);
    }
    while (bytes.length > 0) {
      const end = this.#shape.kind === 'json' ? endOfJson(bytes, isEnd) : endOfCsv(bytes, isEnd, this.#shape.delimiter);
      if (end > 0) {
        yield this.#piece(bytes, end, false);
        bytes = bytes.subarray(end);
      } else if (bytes.length > longestLine) {
        yield this.#piece(bytes, 0, true);
        this.#isInLongLine = true;
        this.#drop(bytes);
        return;
      } else break;
    }
    this.rest = bytes;
  }

  #piece(bytes: Buffer, end: number, isTooLong: boolean): Piece {
    this.#endsAt += end;
    // A copy that can be transferred to another thread.
    return {
      bytes: Buffer.from(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + end)),
      endsAt: this.#endsAt,
      isTooLong,
    };
  }

  #drop(bytes: Buffer): void {
    this.#endsAt += bytes.length;
    this.rest = Buffer.alloc(0);
  }

  #afterLongLine(bytes: Buffer, end: number): Buffer {
    this.#isInLongLine = false;
    this.#endsAt += end;
    return bytes.subarray(end);
  }
}

/** The end of the last complete line; 0: there is none. */
function endOfJson(bytes: Buffer, isEnd: boolean): number {
  if (isEnd) return bytes.length;
  const lineFeed = bytes.lastIndexOf(0x0a);
  return (lineFeed >= 0 ? lineFeed : bytes.lastIndexOf(0x0d)) + 1;
}

/**
 * The end of the last complete record. Quotes that are not closed within the length of a customer are a mistake: then
 * the piece ends with that line, which is refused, and the next line starts a new record.
 */
function endOfCsv(bytes: Buffer, isEnd: boolean, delimiter: string): number {
  const cursor = new CsvCursor(bytes, delimiter, isEnd);
  for (;;) {
    const step = cursor.next(null);
    if (step === 'end' || step === 'cut') return cursor.at;
    if (step !== 'cut-in-quotes') continue;
    if (!isEnd && bytes.length - cursor.at <= longestLine) return cursor.at;
    if (cursor.skipLine()) return cursor.at;
    return isEnd ? bytes.length : cursor.at;
  }
}

function firstLineEnd(bytes: Buffer): number | null {
  const at = bytes.findIndex((byte) => byte === 0x0a || byte === 0x0d);
  if (at < 0) return null;
  return bytes[at] === 0x0d && bytes[at + 1] === 0x0a ? at + 2 : at + 1;
}
