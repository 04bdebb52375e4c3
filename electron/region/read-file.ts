/**
 * A file of customers as a stream of records, whatever its size: newline-delimited JSON with one customer a line as
 * `customer/get` tells it, or CSV with a heading. Nothing of it is kept but the piece that is being read.
 */
import { closeSync, createReadStream, openSync, readSync } from 'node:fs';
import { parse } from 'csv-parse';
import { isObject, type JsonObject } from '../loyalty-api/wire/scalars.ts';
import { type Columns, customerOfValues, readHeading } from './csv-columns.ts';
import type { Refusal } from './refusal.ts';
import { UnreadableFile } from './unreadable-file.ts';

export type FileRecord =
  | { readonly line: number; readonly item: JsonObject }
  | { readonly line: number; readonly why: Refusal };

/** Records that were read together, and how much of the file has been read up to their end. */
export type Batch = { readonly records: readonly FileRecord[]; readonly bytes: number };

/** More than any customer: a line without an end is not kept. */
const longestLine = 1_000_000;
const pieceBytes = 1 << 20;

/** @throws UnreadableFile where the beginning is neither of the two */
export function formatOf(file: string): 'json' | 'csv' {
  const start = Buffer.alloc(4096);
  const descriptor = openSync(file, 'r');
  const length = readSync(descriptor, start, 0, start.length, 0);
  closeSync(descriptor);
  const isUtf16 = (start[0] === 0xff && start[1] === 0xfe) || (start[0] === 0xfe && start[1] === 0xff);
  if (isUtf16) throw new UnreadableFile('utf-16');
  const text = start
    .toString('utf8', 0, length)
    .replace(/^\ufeff/, '')
    .trimStart();
  if (text === '' || text.startsWith('[')) throw new UnreadableFile('not-customers');
  return text.startsWith('{') ? 'json' : 'csv';
}

export function readFile(file: string): AsyncGenerator<Batch> {
  return formatOf(file) === 'json' ? readJsonLines(file) : readCsv(file);
}

const newline = 0x0a;

async function* readJsonLines(file: string): AsyncGenerator<Batch> {
  let line = 0;
  let bytes = 0;
  let rest: Buffer[] = [];
  let restBytes = 0;
  const records: FileRecord[] = [];
  const take = (text: string) => {
    line += 1;
    const record = jsonRecord(line, line === 1 ? text.replace(/^\ufeff/, '') : text);
    if (record !== null) records.push(record);
  };
  const stream: AsyncIterable<Buffer> = createReadStream(file, { highWaterMark: pieceBytes });
  for await (const piece of stream) {
    bytes += piece.length;
    let from = 0;
    for (let at = piece.indexOf(newline); at >= 0; at = piece.indexOf(newline, from)) {
      if (restBytes > longestLine) {
        line += 1;
        records.push({ line, why: 'too-long' });
      } else if (rest.length > 0) take(Buffer.concat([...rest, piece.subarray(from, at)]).toString('utf8'));
      else take(piece.toString('utf8', from, at));
      rest = [];
      restBytes = 0;
      from = at + 1;
    }
    if (from < piece.length) {
      restBytes += piece.length - from;
      if (restBytes <= longestLine) rest.push(piece.subarray(from));
      else rest = [];
    }
    yield { records: records.splice(0), bytes };
  }
  if (restBytes > longestLine) records.push({ line: line + 1, why: 'too-long' });
  else if (restBytes > 0) take(Buffer.concat(rest).toString('utf8'));
  yield { records, bytes };
}

function jsonRecord(line: number, text: string): FileRecord | null {
  if (text.trim() === '') return null;
  try {
    const item: unknown = JSON.parse(text);
    return isObject(item) ? { line, item } : { line, why: 'not-an-object' };
  } catch {
    return { line, why: 'not-json' };
  }
}

async function* readCsv(file: string): AsyncGenerator<Batch> {
  const delimiter = delimiterOf(file);
  const skipped: { readonly line: number; readonly why: Refusal }[] = [];
  let columns: Columns | null = null;
  let before = 0;
  let twice = 0;
  const drained = (): FileRecord[] => skipped.splice(0).map(({ line, why }) => ({ line: line - twice, why }));
  const parser = parse({
    bom: true,
    delimiter,
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
    max_record_size: longestLine,
    on_skip: (error) => {
      const line = error !== undefined && typeof error.lines === 'number' ? error.lines : 0;
      skipped.push({ line, why: error?.code === 'CSV_MAX_RECORD_SIZE' ? 'too-long' : 'open-quote' });
      return undefined;
    },
  });
  const stream = createReadStream(file, { highWaterMark: pieceBytes });
  stream.on('error', (error) => parser.destroy(error));
  stream.pipe(parser);
  let records: FileRecord[] = [];
  const rows: AsyncIterable<{ record: string[]; info: { lines: number } }> = parser;
  for await (const { record: values, info } of rows) {
    // The parser counts CR LF within quotation marks as two lines.
    if (info.lines > before + 1) twice += values.reduce((n, value) => n + value.split('\r\n').length - 1, 0);
    before = info.lines;
    if (columns === null) columns = readHeading(values);
    else {
      const line = info.lines - twice;
      records.push(
        values.length === columns.length
          ? { line, item: customerOfValues(columns, values) }
          : { line, why: 'wrong-columns' },
      );
    }
    if (records.length >= 500) {
      yield { records: [...records, ...drained()], bytes: stream.bytesRead };
      records = [];
    }
  }
  if (columns === null) throw new UnreadableFile('no-heading');
  yield { records: [...records, ...drained()], bytes: stream.bytesRead };
}

/** The mark that parts the names of the heading: the one that is there most often. */
function delimiterOf(file: string): string {
  const start = Buffer.alloc(16_384);
  const descriptor = openSync(file, 'r');
  const length = readSync(descriptor, start, 0, start.length, 0);
  closeSync(descriptor);
  const heading = start.toString('utf8', 0, length).split(/\r?\n/, 1)[0] ?? '';
  const times = (mark: string) => heading.split(mark).length;
  return [',', ';', '\t', '|'].reduce((best, mark) => (times(mark) > times(best) ? mark : best));
}
