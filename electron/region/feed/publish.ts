/**
 * Makes the feed of a region: one full file of every customer, and the delta to it from the state before. The state before
 * is what lies in the folder: nothing else is kept. Files never change once they are named by a manifest.
 */
import { hash, type KeyObject } from 'node:crypto';
import {
  createWriteStream,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createZstdCompress } from 'node:zlib';
import type { JsonObject } from '../../loyalty-api/wire/scalars.ts';
import { writeDurably } from '../../machine/durable-file.ts';
import { timeInName } from '../../machine/folder-files.ts';
import { openCustomers, type Reading } from '../open-customers.ts';
import { type FileRecord, readPiece } from '../read-piece.ts';
import type { RefusedLine } from '../refusal.ts';
import { toldRow } from '../told-row.ts';
import { sumOf } from './feed-source.ts';
import { type FeedFile, type Manifest, manifestName, manifestText, readManifest, wayTo } from './manifest.ts';

export type Published =
  | {
      readonly kind: 'published';
      readonly state: string;
      readonly customers: number;
      /** Customers in the delta; null: there was no state before. */
      readonly changed: number | null;
      readonly gone: number;
      readonly refused: readonly RefusedInFile[];
    }
  | { readonly kind: 'nothing-new'; readonly state: string; readonly customers: number }
  | {
      readonly kind: 'doubtful';
      readonly customers: number;
      readonly before: number | null;
      readonly refused: readonly RefusedInFile[];
    };

export type RefusedInFile = RefusedLine & { readonly file: string };

export type PublishOptions = {
  readonly files: readonly string[];
  readonly to: string;
  readonly key: KeyObject | null;
  readonly reading: Reading;
  readonly nowMs: number;
  /** Publish what looks wrong too. */
  readonly sure: boolean;
};

/** More would take as long as the full file. */
const mostDeltas = 14;

/** @throws UnreadableFile, and what the file system says */
export async function publish({ files, to, key, reading, nowMs, sure }: PublishOptions): Promise<Published> {
  mkdirSync(to, { recursive: true });
  const before = readBefore(to);
  const known = before === null ? null : await sumsOf(before, to, reading);
  const seen = new Map<string, string>();
  const refused: RefusedInFile[] = [];
  const changed: string[] = [];
  const asOfMs = Math.min(nowMs, ...files.map((file) => Math.trunc(statSync(file).mtimeMs)));
  const time = timeInName(nowMs);
  const unfinished = path.join(to, `${time}.unfinished`);
  try {
    await pipeline(
      linesIn(files, reading, refused, ({ id, line, sum }) => {
        seen.set(id, sum);
        if (known !== null && known.get(id) !== sum) changed.push(line);
      }),
      createZstdCompress(),
      createWriteStream(unfinished),
    );
    const gone = known === null ? [] : [...known.keys()].filter((id) => !seen.has(id));
    const records = seen.size + refused.length;
    const shrinks = known !== null && seen.size < known.size * 0.8;
    if (!sure && (seen.size === 0 || shrinks || refused.length > records * 0.02)) {
      return { kind: 'doubtful', customers: seen.size, before: known?.size ?? null, refused };
    }
    if (before !== null && changed.length === 0 && gone.length === 0) {
      const same = { ...withoutSignature(before), madeAt: new Date(nowMs).toISOString() };
      writeDurably(path.join(to, manifestName), manifestText(same, key));
      return { kind: 'nothing-new', state: before.state, customers: seen.size };
    }
    const madeAt = new Date(asOfMs).toISOString();
    const full = await takeIn(unfinished, path.join(to, `region-full-${time}`));
    const state = `${time}-${full.sha256.slice(0, 12)}`;
    const entry: FeedFile = { kind: 'full', ...full, state, madeAt, customers: seen.size };
    const deltas =
      before === null ? [] : await deltasTo(before, [...changed, ...gone.map(goneLine)], { to, time, state, madeAt });
    const manifest: Omit<Manifest, 'signature'> = {
      format: 1,
      madeAt: new Date(nowMs).toISOString(),
      state,
      files: [entry, ...deltas],
    };
    writeDurably(path.join(to, manifestName), manifestText(manifest, key));
    removeOld(to, [...manifest.files, ...(before?.files ?? [])]);
    return {
      kind: 'published',
      state,
      customers: seen.size,
      changed: known === null ? null : changed.length,
      gone: gone.length,
      refused,
    };
  } finally {
    rmSync(unfinished, { force: true });
  }
}

/** The folder has a manifest of somebody else: it is not written over. */
export class NotAFeed extends Error {}

function withoutSignature({ signature: _, ...manifest }: Manifest): Omit<Manifest, 'signature'> {
  return manifest;
}

function readBefore(to: string): Manifest | null {
  const file = path.join(to, manifestName);
  if (!existsSync(file)) return null;
  const found = readManifest(readFileSync(file, 'utf8'), null);
  if (typeof found === 'string') throw new NotAFeed();
  return found;
}

type Line = { readonly id: string; readonly line: string; readonly sum: string };

async function* linesIn(
  files: readonly string[],
  reading: Reading,
  refused: RefusedInFile[],
  seen: (line: Line) => void,
): AsyncGenerator<string> {
  for (const file of files) {
    for await (const found of recordsIn(file, reading)) {
      if ('why' in found) refused.push({ ...found, file });
      else {
        const one = lineOf(found.item);
        seen(one);
        yield `${one.line}\n`;
      }
    }
  }
}

async function* recordsIn(file: string, reading: Reading): AsyncGenerator<FileRecord> {
  const opened = await openCustomers(file, reading);
  let lines = opened.linesBefore;
  for await (const { bytes } of opened.pieces(opened.startsAt)) {
    const piece = readPiece(bytes, opened.shape);
    for (const record of piece.records) {
      const line = lines + record.line;
      const told = 'why' in record ? record.why : toldRow(record.item);
      if ('why' in record) yield { line, why: record.why };
      else if (typeof told === 'string') yield { line, why: told };
      else yield { line, item: record.item };
    }
    lines += piece.lines;
  }
}

function lineOf(item: JsonObject): Line {
  const line = JSON.stringify(item);
  return { id: idOf(item), line, sum: hash('sha256', line, 'base64').slice(0, 22) };
}

/** What names the customer in the feed: the server's id, else the first identifier that there is. */
function idOf(item: JsonObject): string {
  const key = ['user_id', 'id', 'mobile', 'email', 'external_id'].find((one) => String(item[one] ?? '').trim() !== '');
  return `${key === 'id' ? 'user_id' : key}:${String(item[key ?? ''])}`;
}

function goneLine(id: string): string {
  const at = id.indexOf(':');
  return JSON.stringify({ [id.slice(0, at)]: id.slice(at + 1), gone: true });
}

/** Everybody whom the feed holds now, with the sum of what it tells of them. */
async function sumsOf(before: Manifest, to: string, reading: Reading): Promise<Map<string, string>> {
  const sums = new Map<string, string>();
  for (const { name } of wayTo(before, null) ?? []) {
    for await (const found of recordsIn(path.join(to, name), reading)) {
      if ('why' in found) continue;
      const { id, sum } = lineOf(found.item);
      if (found.item.gone === true) sums.delete(id);
      else sums.set(id, sum);
    }
  }
  return sums;
}

type Next = { readonly to: string; readonly time: string; readonly state: string; readonly madeAt: string };

async function deltasTo(
  before: Manifest,
  lines: readonly string[],
  { to, time, state, madeAt }: Next,
): Promise<FeedFile[]> {
  const unfinished = path.join(to, `${time}.delta.unfinished`);
  await pipeline(
    lines.map((line) => `${line}\n`),
    createZstdCompress(),
    createWriteStream(unfinished),
  );
  const made = await takeIn(unfinished, path.join(to, `region-delta-${time}`));
  const delta: FeedFile = { kind: 'delta', ...made, state, madeAt, customers: lines.length, buildsOn: before.state };
  return [...before.files.filter(({ kind }) => kind === 'delta'), delta].slice(-mostDeltas);
}

/** Gives a finished file the name that it keeps. */
async function takeIn(unfinished: string, name: string): Promise<Pick<FeedFile, 'name' | 'size' | 'sha256'>> {
  const sha256 = await sumOf(unfinished);
  const final = `${name}-${sha256.slice(0, 12)}.ndjson.zst`;
  renameSync(unfinished, final);
  return { name: path.basename(final), size: statSync(final).size, sha256 };
}

/** Files that neither this manifest names nor the one before, which tills may still be reading. */
function removeOld(to: string, named: readonly FeedFile[]): void {
  const kept = new Set(named.map(({ name }) => name));
  for (const name of readdirSync(to)) {
    if (/^region-(full|delta)-.*\.ndjson\.zst$/.test(name) && !kept.has(name))
      rmSync(path.join(to, name), { force: true });
  }
}
