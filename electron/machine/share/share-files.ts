/**
 * File operations in a folder on another machine. Such a folder may be missing or hang for minutes, so a till accesses
 * it through a separate process (`share.ts`); a command does it directly.
 */
import {
  closeSync,
  copyFileSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { flushFile, flushFolder } from '../folder-files.ts';
import { openToOthers } from '../open-to-others.ts';

/** Each rejects with the file system's error, also if the folder is missing: it is never created. */
export type ShareFiles = {
  /** Which of these files exist. All are in one folder. */
  readonly exist: (files: readonly string[]) => Promise<readonly boolean[]>;
  /** Null: the file does not exist. */
  readonly read: (file: string) => Promise<string | null>;
  /** Atomic and durable. */
  readonly write: (file: string, text: string) => Promise<null>;
  /** Writes the file unless it exists. @returns its content */
  readonly create: (file: string, text: string) => Promise<string>;
  /** @returns false if there is nothing to move */
  readonly move: (from: string, to: string) => Promise<boolean>;
  readonly remove: (file: string) => Promise<null>;
  /** Copies a local file, atomically. */
  readonly copy: (from: string, to: string) => Promise<null>;
};

export type ShareJob = keyof ShareFiles;

export const directFiles: ShareFiles = {
  exist: async (files) => {
    for (const file of files) mustBeThere(file);
    return files.map((file) => existsSync(file));
  },
  read: async (file) => {
    mustBeThere(file);
    return unlessMissing(() => readFileSync(file, 'utf8'));
  },
  write: async (file, text) => {
    mustBeThere(file);
    const unfinished = unfinishedOf(file);
    rmSync(unfinished, { force: true });
    writeNew(unfinished, text);
    place(unfinished, file);
    return null;
  },
  create: async (file, text) => {
    mustBeThere(file);
    try {
      writeNew(file, text);
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error;
    }
    return readFileSync(file, 'utf8');
  },
  move: async (from, to) => {
    mustBeThere(from);
    const moved = unlessMissing(() => {
      renameSync(from, to);
      return true;
    });
    if (moved === null) return false;
    flushFolder(path.dirname(to));
    return true;
  },
  remove: async (file) => {
    mustBeThere(file);
    rmSync(file, { force: true });
    rmSync(unfinishedOf(file), { force: true });
    return null;
  },
  copy: async (from, to) => {
    mustBeThere(to);
    const unfinished = unfinishedOf(to);
    copyFileSync(from, unfinished);
    openToOthers(unfinished);
    flushFile(unfinished);
    place(unfinished, to);
    return null;
  },
};

function unfinishedOf(file: string): string {
  return `${file}.new`;
}

/** A missing file is an answer; a missing folder means that the share is not available. */
function mustBeThere(file: string): void {
  statSync(path.dirname(file));
}

/** @throws `EEXIST` if the file exists */
function writeNew(file: string, text: string): void {
  const descriptor = openSync(file, 'wx', 0o644);
  try {
    // Other tills read it as other users. That is safe, because it is encrypted.
    openToOthers(descriptor);
    writeFileSync(descriptor, text);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function place(unfinished: string, file: string): void {
  renameSync(unfinished, file);
  flushFolder(path.dirname(file));
}

function unlessMissing<T>(work: () => T): T | null {
  try {
    return work();
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
}

export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
}
