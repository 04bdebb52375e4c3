/**
 * A file that a user names for a result. It is opened before the work, so that a result which exists only once is not
 * lost because the place cannot be written. It gets its name only when it is complete and flushed.
 */
import { closeSync, copyFileSync, fsyncSync, openSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { flushFile, flushFolder } from './folder-files.ts';

export type ResultFile = {
  readonly file: string;
  /** @throws the file system's error; the file is then unchanged */
  readonly write: (text: string | Uint8Array) => void;
  readonly copyFrom: (source: string) => void;
  /** Leaves no trace if nothing was written. */
  readonly close: () => void;
};

/** @throws the file system's error if it cannot be written, including EISDIR */
export function openResultFile(file: string): ResultFile {
  const found = statSync(file, { throwIfNoEntry: false });
  if (found?.isDirectory()) throw isAFolder(file);
  return found === undefined || found.isFile() ? besideFile(file) : straightInto(file);
}

function besideFile(file: string): ResultFile {
  const unfinished = `${file}.unfinished`;
  rmSync(unfinished, { force: true });
  const descriptor = openSync(unfinished, 'wx', 0o600);
  let isOpen = true;
  const close = () => {
    if (!isOpen) return;
    isOpen = false;
    closeSync(descriptor);
    rmSync(unfinished, { force: true });
  };
  const finish = () => {
    isOpen = false;
    closeSync(descriptor);
    try {
      renameSync(unfinished, file);
    } finally {
      rmSync(unfinished, { force: true });
    }
    flushFolder(path.dirname(file));
  };
  return {
    file,
    write: (text) => {
      writeFileSync(descriptor, text);
      fsyncSync(descriptor);
      finish();
    },
    copyFrom: (source) => {
      copyFileSync(source, unfinished);
      flushFile(unfinished);
      finish();
    },
    close,
  };
}

/** Writes directly to a device or a pipe, which has no place for a temporary file beside it. */
function straightInto(file: string): ResultFile {
  const descriptor = openSync(file, 'w');
  let isOpen = true;
  return {
    file,
    write: (text) => writeFileSync(descriptor, text),
    copyFrom: (source) => copyFileSync(source, file),
    close: () => {
      if (isOpen) closeSync(descriptor);
      isOpen = false;
    },
  };
}

function isAFolder(file: string): Error {
  return Object.assign(new Error(`EISDIR: ${file} is a folder`), { code: 'EISDIR', syscall: 'open', path: file });
}
