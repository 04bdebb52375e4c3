/** Examines the start of a file: its format, its columns, and how it writes dates. */
import { type ColumnReport, dateColumns, readHeading } from './csv-columns.ts';
import { CsvCursor } from './csv-cursor.ts';
import { cutPieces, type Piece } from './cut-pieces.ts';
import { openFileBytes } from './file-bytes.ts';
import { type DateOrder, orderShown, type ValueRules } from './file-values.ts';
import { type Encoding, type FileShape, toUtf8 } from './read-piece.ts';
import { UnreadableFile } from './unreadable-file.ts';

/** How to read the file. */
export type Reading = {
  readonly encoding: Encoding;
  readonly dateOrder: DateOrder | null;
  readonly countryCode: string;
  readonly timeZone: string;
};

export type CustomersFile = {
  readonly shape: FileShape;
  /** null: the file has no columns */
  readonly columns: readonly ColumnReport[] | null;
  /** Number of lines before the first record, and its position in the text. */
  readonly linesBefore: number;
  readonly startsAt: number;
  /** @param from where to start: `startsAt`, or the end of a piece */
  readonly pieces: (from: number) => AsyncIterable<Piece>;
  readonly bytesRead: () => number;
};

/** Enough lines to find out how dates are written. */
const sampleBytes = 1 << 20;

/** @throws UnreadableFile */
export async function openCustomers(file: string, reading: Reading): Promise<CustomersFile> {
  const { pieces, bytesRead } = openFileBytes(file);
  const rest = pieces[Symbol.asyncIterator]();
  const parts: Buffer[] = [];
  let isEnd = false;
  for (let length = 0; length < sampleBytes && !isEnd; ) {
    const next: IteratorResult<Buffer> = await rest.next();
    isEnd = next.done === true;
    if (next.done !== true) {
      parts.push(next.value);
      length += next.value.length;
    }
  }
  const sample = Buffer.concat(parts);
  const text = {
    async *[Symbol.asyncIterator]() {
      yield sample;
      yield* { [Symbol.asyncIterator]: () => rest };
    },
  };
  const beginning = isJson(sample) ? jsonBeginning(reading) : csvBeginning(sample, isEnd, reading);
  return {
    ...beginning,
    bytesRead,
    pieces: (from) => cutPieces(skip(text, from), beginning.shape, from),
  };
}

async function* skip(text: AsyncIterable<Buffer>, bytes: number): AsyncGenerator<Buffer> {
  let left = bytes;
  for await (const part of text) {
    if (left < part.length) yield part.subarray(left);
    left = Math.max(0, left - part.length);
  }
}

type Beginning = Omit<CustomersFile, 'pieces' | 'bytesRead'>;

function isJson(sample: Buffer): boolean {
  return sample.toString('latin1', 0, 4096).trimStart().startsWith('{');
}

function rulesOf({ countryCode, timeZone }: Reading, dateOrder: DateOrder | null): ValueRules {
  return { countryCode, timeZone, dateOrder };
}

function jsonBeginning(reading: Reading): Beginning {
  const { encoding, dateOrder } = reading;
  return {
    shape: { kind: 'json', encoding, rules: rulesOf(reading, dateOrder) },
    columns: null,
    linesBefore: 0,
    startsAt: 0,
  };
}

function csvBeginning(sample: Buffer, isEnd: boolean, reading: Reading): Beginning {
  const { encoding } = reading;
  const first = firstLine(sample);
  const named = /^"?sep=(.)"?$/i.exec(first.text)?.[1];
  const delimiter = named ?? delimiterOf(first.text);
  const cursor = new CsvCursor(sample, delimiter, isEnd, first.from);
  if (named !== undefined) cursor.skipLine();
  const heading = headingOf(cursor);
  const names = heading.map((name) => toUtf8(Buffer.from(name, 'latin1'), encoding).toString('utf8'));
  // A delimiter after the last name does not start another column.
  if (names.length > 1 && names.at(-1)?.trim() === '') names.pop();
  const { columns, report } = readHeading(names);
  const dateOrder = reading.dateOrder ?? shownOrder(sample, isEnd, delimiter, cursor.at, dateColumns(columns));
  return {
    shape: { kind: 'csv', delimiter, columns, encoding, rules: rulesOf(reading, dateOrder) },
    columns: report,
    linesBefore: first.linesBefore + cursor.lines,
    startsAt: cursor.at,
  };
}

/** The first line that is not empty. */
function firstLine(sample: Buffer): { readonly text: string; readonly from: number; readonly linesBefore: number } {
  const text = sample.toString('latin1', 0, 65_536);
  const blank = /^(?:[ \t]*(?:\r\n|\n|\r))*/.exec(text)?.[0] ?? '';
  const linesBefore = blank.split(/\r\n|\n|\r/).length - 1;
  return { text: text.slice(blank.length).split(/[\r\n]/, 1)[0] ?? '', from: blank.length, linesBefore };
}

/** The values of the heading as bytes (latin1), because each may be in either encoding. */
function headingOf(cursor: CsvCursor): string[] {
  const values: string[] = [];
  const step = cursor.next(values, 'latin1');
  if (step !== 'record') throw new UnreadableFile('no-identifier-column');
  return values;
}

/** The delimiter: the candidate that occurs most often in the heading. */
function delimiterOf(heading: string): string {
  const unquoted = heading.replace(/"[^"]*"/g, '');
  const times = (mark: string) => unquoted.split(mark).length;
  return [',', ';', '\t', '|'].reduce((best, mark) => (times(mark) > times(best) ? mark : best));
}

/** @throws UnreadableFile if dates can be read both ways */
function shownOrder(
  sample: Buffer,
  isEnd: boolean,
  delimiter: string,
  from: number,
  columns: readonly number[],
): DateOrder | null {
  if (columns.length === 0) return null;
  const shown = orderShown(datesIn(new CsvCursor(sample, delimiter, isEnd, from), columns));
  if (shown === 'either') throw new UnreadableFile('day-or-month');
  return shown === 'none' ? null : shown;
}

function* datesIn(cursor: CsvCursor, columns: readonly number[]): Generator<string> {
  for (;;) {
    const values: string[] = [];
    const step = cursor.next(values);
    if (step !== 'record' && step !== 'bad-quote') return;
    if (step === 'record') yield* columns.map((at) => values[at] ?? '');
  }
}
