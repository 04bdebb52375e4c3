/**
 * Publishes the feed of a region: a full file of all customers, and the delta from the previous state, which is the one
 * in the folder. Files never change once a manifest names them.
 */
import { createPublicKey, hash, type KeyObject } from 'node:crypto';
import {
  chmodSync,
  createWriteStream,
  existsSync,
  mkdirSync,
  readdirSync,
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
import { openAsItsFolder } from '../../machine/open-to-others.ts';
import { readOthersFile } from '../../machine/others-file.ts';
import { importedRow } from '../imported-row.ts';
import { openCustomers, type Reading } from '../open-customers.ts';
import { type FileRecord, readPiece } from '../read-piece.ts';
import type { RefusedLine } from '../refusal.ts';
import { UnreadableFile } from '../unreadable-file.ts';
import { sha256Of } from './feed-source.ts';
import { type FeedFile, filesToNewest, type Manifest, manifestName, manifestText, readManifest } from './manifest.ts';

export type Published =
  | {
      readonly kind: 'published';
      readonly state: string;
      readonly customers: number;
      /** Customers in the delta; null: this is the first state. */
      readonly changed: number | null;
      readonly gone: number;
      /** Customers that every till erases, including earlier ones. */
      readonly erased: number;
      readonly refused: readonly RefusedInFile[];
    }
  | { readonly kind: 'nothing-new'; readonly state: string; readonly customers: number }
  | {
      readonly kind: 'doubtful';
      readonly customers: number;
      readonly before: number | null;
      readonly records: number;
      /** Empty: no line can be used. `other-key`: until now the feed was signed, and not with this key. */
      readonly doubts: readonly ('shrinks' | 'many-refused' | 'other-key')[];
      readonly refused: readonly RefusedInFile[];
    };

export type RefusedInFile = RefusedLine & { readonly file: string };

export type PublishOptions = {
  readonly files: readonly string[];
  /** User ids of customers to erase: tills erase them, and the files no longer contain them. */
  readonly erased: readonly string[];
  readonly to: string;
  readonly key: KeyObject | null;
  readonly reading: Reading;
  readonly nowMs: number;
  /** Publish even if it looks wrong. */
  readonly sure: boolean;
};

/** More deltas would take as long as the full file. */
const mostDeltas = 14;

/** @throws UnreadableFile, or the file system's error */
export async function publish({ files, erased, to, key, reading, nowMs, sure }: PublishOptions): Promise<Published> {
  makeFolder(to);
  const before = readBefore(to);
  const { sums: known, erased: erasedBefore } = await stateBefore(before, to, reading);
  const erasedIds = new Set([...erasedBefore, ...erased.map((userId) => `user_id:${userId}`)]);
  const seen = new Map<string, string>();
  const refused: RefusedInFile[] = [];
  const changed: string[] = [];
  const asOfMs = Math.min(nowMs, ...files.map((file) => Math.trunc(statSync(file).mtimeMs)));
  const time = timeInName(nowMs);
  // Tills never go back to an older manifest, so one made while this machine's clock was ahead must not stop all later ones.
  const manifestMadeAt = new Date(Math.max(nowMs, before === null ? 0 : Date.parse(before.madeAt) + 1)).toISOString();
  const unfinished = path.join(to, `${time}.unfinished`);
  try {
    await pipeline(
      linesIn(files, reading, refused, ({ id, line, sum }) => {
        if (erasedIds.has(id)) return false;
        seen.set(id, sum);
        if (known !== null && known.get(id) !== sum) changed.push(line);
        return true;
      }),
      createZstdCompress(),
      createWriteStream(unfinished),
    );
    const gone = [...(known?.keys() ?? [])].filter((id) => !seen.has(id) && !erasedIds.has(id));
    const records = seen.size + refused.length;
    const doubts = [
      ...(known !== null && seen.size < known.size * 0.8 ? (['shrinks'] as const) : []),
      ...(refused.length > records * 0.02 ? (['many-refused'] as const) : []),
      ...(before?.signature !== undefined && !isSignedWith(to, key) ? (['other-key'] as const) : []),
    ];
    if (!sure && (seen.size === 0 || doubts.length > 0)) {
      return { kind: 'doubtful', customers: seen.size, before: known?.size ?? null, records, doubts, refused };
    }
    const isNew = changed.length + gone.length > 0 || erasedIds.size > erasedBefore.size;
    if (before !== null && !isNew) {
      const same = { ...withoutSignature(before), madeAt: manifestMadeAt };
      writeManifest(to, same, key);
      return { kind: 'nothing-new', state: before.state, customers: seen.size };
    }
    const madeAt = new Date(asOfMs).toISOString();
    const full = await takeIn(unfinished, path.join(to, `region-full-${time}`));
    const fullState = `${time}-${full.sha256.slice(0, 12)}`;
    const entry: FeedFile = { kind: 'full', ...full, state: fullState, madeAt, customers: seen.size };
    // A till that imports the full file keeps customers it served, so a delta after it names the erased ones again.
    const state = erasedIds.size === 0 ? fullState : `${fullState}-erased`;
    const erasedLines = [...erasedIds].map((id) => leavingLine(id, 'erased'));
    const next = { to, time, state, madeAt };
    const afterFull =
      state === fullState ? [] : [await deltaOf(erasedLines, fullState, { ...next, time: `${time}-erased` })];
    const lines = [...changed, ...gone.map((id) => leavingLine(id, 'gone')), ...erasedLines];
    const deltas = before === null ? [] : [...deltasBefore(before), await deltaOf(lines, before.state, next)];
    const manifest: Omit<Manifest, 'signature'> = {
      format: 1,
      madeAt: manifestMadeAt,
      state,
      files: [entry, ...deltas.slice(-mostDeltas), ...afterFull],
    };
    writeManifest(to, manifest, key);
    removeOld(to, [...manifest.files, ...(before?.files ?? [])]);
    return {
      kind: 'published',
      state,
      customers: seen.size,
      changed: known === null ? null : changed.length,
      gone: gone.length,
      erased: erasedIds.size,
      refused,
    };
  } finally {
    rmSync(unfinished, { force: true });
  }
}

/** A new folder is as readable as the one around it. On Windows it inherits these rights by itself. */
function makeFolder(to: string): void {
  const first = mkdirSync(to, { recursive: true });
  if (first === undefined || process.platform === 'win32') return;
  const mode = (statSync(path.dirname(first)).mode & 0o755) | 0o700;
  for (let folder = to; folder.length >= first.length; folder = path.dirname(folder)) chmodSync(folder, mode);
}

/** The folder has a manifest that is not ours, so it is not overwritten. */
export class NotAFeed extends Error {}

/**
 * A file that the manifest names is missing or was changed. Without it we can't know what tills have, or whom they have
 * to erase.
 */
export class DamagedFeed extends Error {
  readonly file: string;
  constructor(file: string) {
    super('a file of the feed is damaged');
    this.file = file;
  }
}

function withoutSignature({ signature: _, ...manifest }: Manifest): Omit<Manifest, 'signature'> {
  return manifest;
}

function readBefore(to: string): Manifest | null {
  if (!existsSync(path.join(to, manifestName))) return null;
  const found = readManifest(manifestTextIn(to), null);
  if (typeof found === 'string') throw new NotAFeed();
  return found;
}

function isSignedWith(to: string, key: KeyObject | null): boolean {
  return key !== null && typeof readManifest(manifestTextIn(to), createPublicKey(key)) !== 'string';
}

function manifestTextIn(to: string): string {
  return readOthersFile(path.join(to, manifestName)).toString('utf8');
}

type Line = { readonly id: string; readonly line: string; readonly sum: string };

async function* linesIn(
  files: readonly string[],
  reading: Reading,
  refused: RefusedInFile[],
  takes: (line: Line) => boolean,
): AsyncGenerator<string> {
  for (const file of files) {
    try {
      for await (const found of recordsIn(file, reading)) {
        if ('why' in found) refused.push({ ...found, file });
        else {
          const one = lineOf(found.item);
          if (takes(one)) yield `${one.line}\n`;
        }
      }
    } catch (error) {
      throw error instanceof UnreadableFile ? new UnreadableFile(error.code, error.line, file) : error;
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
      const imported = 'why' in record ? record.why : importedRow(record.item);
      if ('why' in record) yield { line, why: record.why };
      else if (typeof imported === 'string') yield { line, why: imported };
      else yield { line, item: record.item };
    }
    lines += piece.lines;
  }
}

function lineOf(item: JsonObject): Line {
  const line = JSON.stringify(item);
  return { id: idOf(item), line, sum: hash('sha256', line, 'base64').slice(0, 22) };
}

/** The customer's key in the feed: the server's id, else the first identifier. */
function idOf(item: JsonObject): string {
  const key = ['user_id', 'id', 'mobile', 'email', 'external_id'].find((one) => String(item[one] ?? '').trim() !== '');
  return `${key === 'id' ? 'user_id' : key}:${String(item[key ?? ''])}`;
}

function leavingLine(id: string, how: 'gone' | 'erased'): string {
  const at = id.indexOf(':');
  return JSON.stringify({ [id.slice(0, at)]: id.slice(at + 1), [how]: true });
}

type StateBefore = {
  /** All customers in the current feed, each with a checksum of their data; null: there is no feed. */
  readonly sums: ReadonlyMap<string, string> | null;
  readonly erased: ReadonlySet<string>;
};

async function stateBefore(before: Manifest | null, to: string, reading: Reading): Promise<StateBefore> {
  const erased = new Set<string>();
  if (before === null) return { sums: null, erased };
  const sums = new Map<string, string>();
  for (const { name, size, sha256 } of filesToNewest(before, null) ?? []) {
    const file = path.join(to, name);
    const there = statSync(file, { throwIfNoEntry: false });
    if (there?.size !== size || (await sha256Of(file)) !== sha256) throw new DamagedFeed(file);
    for await (const found of recordsIn(file, reading)) {
      if ('why' in found) continue;
      const { id, sum } = lineOf(found.item);
      if (found.item.erased === true) erased.add(id);
      else if (found.item.gone === true) sums.delete(id);
      else sums.set(id, sum);
    }
  }
  return { sums, erased };
}

/** The existing deltas, without the one that only follows its full file. */
function deltasBefore({ files }: Manifest): FeedFile[] {
  const full = files.find(({ kind }) => kind === 'full');
  return files.filter((file) => file.kind === 'delta' && file.buildsOn !== full?.state);
}

type Next = { readonly to: string; readonly time: string; readonly state: string; readonly madeAt: string };

async function deltaOf(
  lines: readonly string[],
  buildsOn: string,
  { to, time, state, madeAt }: Next,
): Promise<FeedFile> {
  const unfinished = path.join(to, `${time}.delta.unfinished`);
  await pipeline(
    lines.map((line) => `${line}\n`),
    createZstdCompress(),
    createWriteStream(unfinished),
  );
  const made = await takeIn(unfinished, path.join(to, `region-delta-${time}`));
  return { kind: 'delta', ...made, state, madeAt, customers: lines.length, buildsOn };
}

/** The web server, or the tills on a share, read it as other users. */
function writeManifest(to: string, manifest: Omit<Manifest, 'signature'>, key: KeyObject | null): void {
  writeDurably(path.join(to, manifestName), manifestText(manifest, key));
  for (const name of [manifestName, ...manifest.files.map((file) => file.name)]) openAsItsFolder(path.join(to, name));
}

/** Gives a finished file its final name. */
async function takeIn(unfinished: string, name: string): Promise<Pick<FeedFile, 'name' | 'size' | 'sha256'>> {
  const sha256 = await sha256Of(unfinished);
  const final = `${name}-${sha256.slice(0, 12)}.ndjson.zst`;
  renameSync(unfinished, final);
  return { name: path.basename(final), size: statSync(final).size, sha256 };
}

/**
 * Removes files that neither this manifest nor the previous one names. Tills may still be reading the previous one's.
 */
function removeOld(to: string, named: readonly FeedFile[]): void {
  const kept = new Set(named.map(({ name }) => name));
  for (const name of readdirSync(to)) {
    if (/^region-(full|delta)-.*\.ndjson\.zst$/.test(name) && !kept.has(name))
      rmSync(path.join(to, name), { force: true });
  }
}
