/** A thread that reads pieces of a file. */
import { parentPort, workerData } from 'node:worker_threads';
import type { FileShape } from './read-piece.ts';
import { readRows } from './read-rows.ts';

const shape: FileShape = workerData;
const port = parentPort;
if (port === null) throw new Error('This file runs as a worker thread.');

port.on('message', (bytes: Uint8Array) => {
  port.postMessage(readRows(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length), shape));
});
