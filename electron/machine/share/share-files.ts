/**
 * What the program does to files in a folder that lies on another machine. Such a folder may be gone, or stand still for
 * minutes: a till reaches it through a process of its own (`share.ts`), a command directly.
 */
import {
  closeSync,
  copyFileSync,
  existsSync,
  fchmodSync,
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

/** Each rejects with what the file system says, also where the folder itself is missing: it is never made. */
export type ShareFiles = {
  /** Which of them are there. All lie in one folder. */
  readonly look: (files: readonly string[]) => Promise<readonly boolean[]>;
  /** Null: there is no such file. */
  readonly read: (file: string) => Promise<string | null>;
  /** Whole and durable, or as it was. */
  readonly write: (file: string, text: string) => Promise<null>;
  /** Writes the file where there is none. @returns what it holds */
  readonly create: (file: string, text: string) => Promise<string>;
  /** @returns false where there is nothing to move */
  readonly move: (from: string, to: string) => Promise<boolean>;
  readonly remove: (file: string) => Promise<null>;
  /** Of a file of this machine. Whole, or as it was. */
  readonly copy: (from: string, to: string) => Promise<null>;
};

export type ShareJob = keyof ShareFiles;

export const directFiles: ShareFiles = {
  look: async (files) => {
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
    const descriptor = openSync(unfinished, 'wx', 0o644);
    try {
      openToOthers(descriptor);
      writeFileSync(descriptor, text);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    place(unfinished, file);
    return null;
  },
  create: async (file, text) => {
    mustBeThere(file);
    try {
      const descriptor = openSync(file, 'wx', 0o644);
      try {
        openToOthers(descriptor);
        writeFileSync(descriptor, text);
        fsyncSync(descriptor);
      } finally {
        closeSync(descriptor);
      }
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
    flushFile(unfinished);
    place(unfinished, to);
    return null;
  },
};

function unfinishedOf(file: string): string {
  return `${file}.new`;
}

/** A file that is not there is an answer; a folder that is not there is a share that is not. */
function mustBeThere(file: string): void {
  statSync(path.dirname(file));
}

/** Another till reads it as another user. It is sealed, and some shares have no modes. */
function openToOthers(descriptor: number): void {
  try {
    fchmodSync(descriptor, 0o644);
  } catch {
    // The share decides.
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
