/** The thread of an import: writes the region file from the read rows. It only reads the till's database. */
import { statSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { databaseTrouble } from '../db/trouble.ts';
import type { FromImportWorker, ImportTask, ToImportWorker } from './import-task.ts';
import { openKnownIds } from './known-ids.ts';
import { type CustomersFile, openCustomers } from './open-customers.ts';
import type { ReadRows } from './read-rows.ts';
import { Readers } from './readers.ts';
import { type ReadPosition, RegionWriter } from './region-writer.ts';
import { UnreadableFile } from './unreadable-file.ts';

const task: ImportTask = workerData;
const port = parentPort;
if (port === null) throw new Error('This file runs as a worker thread.');
const tell = (message: FromImportWorker) => port.postMessage(message);

let isCancelled = false;
port.on('message', (message: ToImportWorker) => {
  if (message.kind === 'cancel') isCancelled = true;
});

const tellEveryMs = 200;

async function run(): Promise<void> {
  const { size, mtimeMs } = statSync(task.source);
  const file = await openCustomers(task.source, task.reading);
  tell({ kind: 'columns', columns: file.columns });
  const ids = openKnownIds(task.till, task.dataDir);
  const readers = new Readers(file.shape, size);
  try {
    const source = { path: task.source, size, modifiedMs: mtimeMs, reading: task.reading };
    const writer = new RegionWriter({ ...task.till, file: task.staging }, source, task.report, ids);
    const place = await readInto(writer, readers, file, size);
    if (isCancelled) {
      writer.stop(place);
      tell({ kind: 'cancelled', ...writer.written });
      return;
    }
    await readers.close();
    // The data cannot be newer than the file.
    writer.finish(place, Math.min(task.asOfMs, Math.trunc(mtimeMs)), (done, of) => {
      tell({ kind: 'indexing', ...writer.written, done, of });
    });
    tell({ kind: 'ready', ...writer.written, ...writer.compared });
  } finally {
    await readers.close();
    ids.close();
  }
}

type BeingRead = { readonly read: Promise<ReadRows>; readonly endsAt: number };

/** @returns how far the file has been written */
async function readInto(
  writer: RegionWriter,
  readers: Readers,
  file: CustomersFile,
  totalBytes: number,
): Promise<ReadPosition> {
  let place = writer.resumedAt ?? { textAt: file.startsAt, lines: file.linesBefore };
  let reportedAtMs = performance.now();
  const ahead: BeingRead[] = [];

  async function takeNext(): Promise<void> {
    const next = ahead.shift();
    if (next === undefined) return;
    const read = await next.read;
    if (read.kind === 'unreadable') {
      throw new UnreadableFile(read.why, read.line === null ? null : place.lines + read.line);
    }
    const { lines } = place;
    place = { textAt: next.endsAt, lines: lines + read.lines };
    writer.take(read.rows, lines, place);
    if (performance.now() - reportedAtMs < tellEveryMs) return;
    reportedAtMs = performance.now();
    tell({ kind: 'reading', ...writer.written, bytes: file.bytesRead(), totalBytes });
  }

  for await (const { bytes, endsAt, isTooLong } of file.pieces(place.textAt)) {
    const read: Promise<ReadRows> = isTooLong
      ? Promise.resolve({ kind: 'read', rows: [{ line: 1, why: 'too-long' }], lines: 1 })
      : readers.read(bytes);
    // If an earlier piece ends the import, nothing awaits this one.
    read.catch(() => undefined);
    ahead.push({ read, endsAt });
    if (ahead.length > readers.ahead) await takeNext();
    // Lets a cancel message arrive.
    await new Promise((resolve) => setImmediate(resolve));
    if (isCancelled) return place;
  }
  while (ahead.length > 0) await takeNext();
  return place;
}

try {
  await run();
} catch (error) {
  const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : null;
  if (error instanceof UnreadableFile) tell({ kind: 'unreadable', why: error.code, line: error.line });
  else if (databaseTrouble(error) !== null || typeof code === 'string') {
    tell({ kind: 'failed', code: typeof code === 'string' ? code : 'unknown' });
  } else throw error;
} finally {
  port.close();
}
