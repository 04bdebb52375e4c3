/** The thread of an import: reads the file and writes the region's file. The till's database is only read here. */
import { statSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { databaseTrouble } from '../db/trouble.ts';
import type { FromImportWorker, ImportTask, ToImportWorker } from './import-task.ts';
import { openKnownIds } from './known-ids.ts';
import { readFile } from './read-file.ts';
import { RegionWriter } from './region-writer.ts';
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
  const ids = openKnownIds(task.till, task.dataDir);
  const writer = new RegionWriter(
    { ...task.till, file: task.staging },
    { path: task.source, size, modifiedMs: mtimeMs },
    task.report,
    ids,
  );
  let toldAtMs = performance.now();
  try {
    for await (const { records, bytes } of readFile(task.source)) {
      ids.onOneView(() => {
        writer.take(records);
      });
      if (performance.now() - toldAtMs >= tellEveryMs) {
        toldAtMs = performance.now();
        tell({ kind: 'reading', ...writer.written, resumedAt: writer.resumedAt, bytes, totalBytes: size });
        // Lets a cancel come in.
        await new Promise((resolve) => setImmediate(resolve));
      }
      if (isCancelled) break;
    }
    if (isCancelled) {
      writer.stop();
      tell({ kind: 'cancelled', ...writer.written });
      return;
    }
    // Told no later than the file was written.
    writer.finish(Math.min(task.nowMs, Math.trunc(mtimeMs)), (done, of) => {
      tell({ kind: 'indexing', ...writer.written, done, of });
    });
    tell({ kind: 'ready', ...writer.written });
  } finally {
    ids.close();
  }
}

try {
  await run();
} catch (error) {
  const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : null;
  if (error instanceof UnreadableFile) tell({ kind: 'unreadable', why: error.code });
  else if (databaseTrouble(error) !== null || typeof code === 'string') {
    tell({ kind: 'failed', code: typeof code === 'string' ? code : 'unknown' });
  } else throw error;
} finally {
  port.close();
}
