/** Opens files that a person, or another program, put there or named. */
import { createReadStream, type ReadStream, readFileSync, statSync } from 'node:fs';

/** A folder, a device, or a pipe. */
export class NotAFile extends Error {
  /** In the form of the file system's codes, because it is shown as one. */
  readonly code = 'ENOTFILE';
  readonly syscall = 'open';
  readonly path: string;

  constructor(file: string) {
    super('not a file');
    this.path = file;
  }
}

/** The ends of pipes that a shell gives a command: somebody writes to these. */
const givenByShell = /^\/(?:dev\/(?:fd\/|stdin$)|proc\/[^/]+\/fd\/)/;

/** Reading a device or a pipe to which nobody writes never ends. */
function mustBeFile(file: string): void {
  const found = statSync(file);
  if (!found.isFile() && !(found.isFIFO() && givenByShell.test(file))) throw new NotAFile(file);
}

/** @throws NotAFile, or the file system's error */
export function readOthersFile(file: string): Buffer {
  mustBeFile(file);
  return readFileSync(file);
}

/** @throws NotAFile, or the file system's error */
export function streamOthersFile(file: string, options: { start?: number; highWaterMark?: number }): ReadStream {
  mustBeFile(file);
  return createReadStream(file, options);
}
