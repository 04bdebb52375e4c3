/** Threads that read the pieces of a large file, because reading and checking take two thirds of an import. */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { FileShape } from './read-piece.ts';
import { type ReadRows, readRows } from './read-rows.ts';

const workerFile = new URL(
  import.meta.url.endsWith('.ts') ? './reader-worker.ts' : './reader-worker.js',
  import.meta.url,
);

/** Smaller files are read faster than a thread starts. */
const worthAThreadBytes = 8_000_000;

type Waiting = { readonly done: (read: ReadRows) => void; readonly failed: (error: unknown) => void };

class Reader {
  readonly #worker: Worker;
  readonly #waiting: Waiting[] = [];

  constructor(shape: FileShape) {
    this.#worker = new Worker(workerFile, { workerData: shape });
    this.#worker.on('message', (read: ReadRows) => this.#waiting.shift()?.done(read));
    this.#worker.on('error', (error) => this.#fail(error));
    this.#worker.on('exit', () => this.#fail(new Error('A reader thread ended.')));
  }

  get load(): number {
    return this.#waiting.length;
  }

  read(bytes: Buffer): Promise<ReadRows> {
    return new Promise((done, failed) => {
      this.#waiting.push({ done, failed });
      this.#worker.postMessage(bytes, bytes.buffer instanceof ArrayBuffer ? [bytes.buffer] : []);
    });
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  #fail(error: unknown): void {
    for (const { failed } of this.#waiting.splice(0)) failed(error);
  }
}

export class Readers {
  readonly #shape: FileShape;
  readonly #readers: readonly Reader[];

  constructor(shape: FileShape, fileBytes: number) {
    this.#shape = shape;
    const threads = fileBytes < worthAThreadBytes ? 0 : Math.min(3, availableParallelism());
    this.#readers = Array.from({ length: threads }, () => new Reader(shape));
  }

  /** Pieces to have in progress: enough to keep every thread busy without loading the whole file. */
  get ahead(): number {
    return this.#readers.length * 2;
  }

  async read(bytes: Buffer): Promise<ReadRows> {
    const [first, ...others] = this.#readers;
    if (first === undefined) return readRows(bytes, this.#shape);
    return others.reduce((least, reader) => (reader.load < least.load ? reader : least), first).read(bytes);
  }

  async close(): Promise<void> {
    await Promise.all(this.#readers.map((reader) => reader.close()));
  }
}
