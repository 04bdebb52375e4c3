/** Classifies errors of the file system by what a person can do about them. */
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';

export type FileTrouble = {
  readonly kind: 'full' | 'not-allowed' | 'read-only' | 'missing' | 'not-a-folder' | 'is-a-folder' | 'other';
  readonly code: string;
  /** The file or folder; null: the system does not say. */
  readonly path: string | null;
};

const kinds: { readonly [code: string]: FileTrouble['kind'] } = {
  ENOSPC: 'full',
  EDQUOT: 'full',
  EFBIG: 'full',
  EACCES: 'not-allowed',
  EPERM: 'not-allowed',
  EROFS: 'read-only',
  ENOENT: 'missing',
  ENOTDIR: 'not-a-folder',
  EEXIST: 'not-a-folder',
  EISDIR: 'is-a-folder',
};

/** @returns null: not an error of the file system, so a bug */
export function fileTrouble(error: unknown): FileTrouble | null {
  if (!(error instanceof Error) || !('code' in error) || !('syscall' in error)) return null;
  const code = String(error.code);
  const file = 'path' in error && typeof error.path === 'string' ? error.path : null;
  return { kind: kinds[code] ?? 'other', code, path: file };
}

/**
 * Calls a function for each file of a folder with a matching name. A file that fails stops neither the others nor a
 * start (F50). @returns the errors
 */
export function forEachFile(
  folder: string,
  isMeant: (name: string) => boolean,
  tidy: (file: string, name: string) => void,
): readonly FileTrouble[] {
  const refused: FileTrouble[] = [];
  const attempt = (work: () => void) => {
    try {
      work();
    } catch (error) {
      const trouble = fileTrouble(error);
      if (trouble === null) throw error;
      refused.push(trouble);
    }
  };
  let names: readonly string[] = [];
  attempt(() => {
    names = existsSync(folder) ? readdirSync(folder).filter(isMeant) : [];
  });
  for (const name of names) attempt(() => tidy(path.join(folder, name), name));
  return refused;
}
