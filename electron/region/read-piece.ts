/** Reads one piece of a file. Each line becomes a customer or a refusal. */
import { isUtf8 } from 'node:buffer';
import { isObject, type JsonObject } from '../loyalty-api/wire/scalars.ts';
import { type Columns, customerOfValues } from './csv-columns.ts';
import { CsvCursor, lineEnds } from './csv-cursor.ts';
import { longestLine, type TextShape } from './cut-pieces.ts';
import { strictCustomer, type ValueRules } from './file-values.ts';
import type { Refusal, RefusedLine } from './refusal.ts';
import { UnreadableFile } from './unreadable-file.ts';

/** `windows-1252`: for lines that are not UTF-8. Encodings are never guessed. */
export type Encoding = 'utf-8' | 'windows-1252';

export type FileShape = (
  | { readonly kind: 'json' }
  | { readonly kind: 'csv'; readonly delimiter: string; readonly columns: Columns }
) & { readonly encoding: Encoding; readonly rules: ValueRules };

export type FileRecord = { readonly line: number; readonly item: JsonObject } | RefusedLine;

export type ReadPiece = {
  /** Line numbers start at 1 in each piece. */
  readonly records: readonly FileRecord[];
  readonly lines: number;
};

/** @throws UnreadableFile if the bytes are not text in the file's encoding */
export function readPiece(bytes: Buffer, shape: FileShape): ReadPiece {
  const text = toUtf8(bytes, shape.encoding);
  return shape.kind === 'json' ? readJsonLines(text, shape.rules) : readCsv(text, shape.columns, shape);
}

const windows1252 = new TextDecoder('windows-1252');
const lineFeed = 0x0a;

/** @throws UnreadableFile */
export function toUtf8(bytes: Buffer, encoding: Encoding): Buffer {
  if (isUtf8(bytes)) return bytes;
  if (encoding === 'utf-8') throw new UnreadableFile('not-utf-8', lineOfTrouble(bytes));
  return Buffer.concat(linesOf(bytes).map((line) => (isUtf8(line) ? line : Buffer.from(windows1252.decode(line)))));
}

function lineOfTrouble(bytes: Buffer): number {
  const lines = linesOf(bytes);
  const before = lines.slice(
    0,
    lines.findIndex((line) => !isUtf8(line)),
  );
  return before.reduce((n, line) => n + lineEnds(line, 0, line.length), 1);
}

/** Lines with their line ends, which are the same bytes in both encodings. */
function linesOf(bytes: Buffer): Buffer[] {
  const lines: Buffer[] = [];
  for (let from = 0; from < bytes.length; ) {
    const end = bytes.indexOf(lineFeed, from);
    lines.push(bytes.subarray(from, end < 0 ? bytes.length : end + 1));
    from = end < 0 ? bytes.length : end + 1;
  }
  return lines;
}

function readJsonLines(bytes: Buffer, rules: ValueRules): ReadPiece {
  const records: FileRecord[] = [];
  const lines = bytes.toString('utf8').split(/\r\n|\n|\r/);
  for (const [at, text] of lines.entries()) {
    if (text.trim() !== '') records.push(record(at + 1, jsonCustomer(text), rules));
  }
  return { records, lines: lines.at(-1) === '' ? lines.length - 1 : lines.length };
}

function jsonCustomer(text: string): JsonObject | Refusal {
  if (text.length > longestLine) return 'too-long';
  try {
    const item: unknown = JSON.parse(text);
    return isObject(item) ? item : 'not-an-object';
  } catch {
    return 'not-json';
  }
}

function readCsv(
  bytes: Buffer,
  columns: Columns,
  { rules, delimiter }: FileShape & TextShape & { kind: 'csv' },
): ReadPiece {
  const records: FileRecord[] = [];
  const cursor = new CsvCursor(bytes, delimiter, true);
  for (;;) {
    const line = cursor.lines + 1;
    const from = cursor.at;
    const values: string[] = [];
    const step = cursor.next(values);
    if (step === 'end') return { records, lines: cursor.lines };
    if (step === 'record') {
      if (values.every((value) => value.trim() === '')) continue;
      const isTooLong = cursor.at - from > longestLine;
      records.push(
        record(line, isTooLong ? 'too-long' : (customerOfValues(columns, values) ?? 'wrong-columns'), rules),
      );
      continue;
    }
    // Everything that a stray quotation mark took in is refused too, because it may be part of a text.
    if (step !== 'bad-quote') cursor.skipLine();
    for (let at = line; at <= cursor.lines; at += 1) records.push({ line: at, why: 'open-quote' });
    if (cursor.at === from) return { records: [...records, { line, why: 'open-quote' }], lines: line };
  }
}

function record(line: number, found: JsonObject | Refusal, rules: ValueRules): FileRecord {
  const item = typeof found === 'string' ? found : strictCustomer(found, rules);
  return typeof item === 'string' ? { line, why: item } : { line, item };
}
