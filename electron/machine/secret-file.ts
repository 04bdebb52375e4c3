/**
 * Secrets in one file of the data folder that only this user can read (mode 0600). The desktop app also encrypts each
 * value with the platform's secret storage. Without one (the preview, Linux without a keyring) the file mode is the
 * only protection. Each value records which applies.
 */
import { chmodSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { writeDurably } from './durable-file.ts';
import type { SecretName, Secrets } from './secrets.ts';

/** The platform's secret storage. Both functions throw if it refuses. */
export type Seal = {
  readonly seal: (plain: string) => Buffer;
  readonly open: (sealed: Buffer) => string;
};

const fileSchema = z.object({
  version: z.literal(1),
  secrets: z.record(z.string(), z.object({ sealed: z.boolean(), value: z.string() })),
});
type Kept = z.output<typeof fileSchema>['secrets'];

function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
}

export function secretsFile(dataDir: string): string {
  return path.join(dataDir, 'secrets.json');
}

/** @param seal null: the platform has no secret storage */
export function secretFile(dataDir: string, seal: Seal | null): Secrets {
  const file = secretsFile(dataDir);

  /** The stored values, or why they cannot be read. */
  function load(): Kept | { readonly unreadable: string } {
    let text: string;
    try {
      text = readFileSync(file, 'utf8');
    } catch (error) {
      const code = errorCode(error);
      return code === 'ENOENT' ? {} : { unreadable: `the secret file cannot be read (${code})` };
    }
    try {
      // Somebody may have copied the folder with wider permissions.
      chmodSync(file, 0o600);
    } catch {
      // The file belongs to another user who lets us read it.
    }
    try {
      return fileSchema.parse(JSON.parse(text)).secrets;
    } catch {
      return { unreadable: 'the secret file is damaged' };
    }
  }

  function entryOf(value: string): Kept[string] {
    return seal === null ? { sealed: false, value } : { sealed: true, value: seal.seal(value).toString('base64') };
  }

  return {
    read(name: SecretName) {
      const kept = load();
      if (isUnreadable(kept)) return { kind: 'unreadable', why: kept.unreadable };
      const entry = kept[name];
      if (entry === undefined) return { kind: 'absent' };
      if (!entry.sealed) return { kind: 'value', value: entry.value };
      if (seal === null) return { kind: 'unreadable', why: "it is encrypted by this user's desktop app" };
      try {
        return { kind: 'value', value: seal.open(Buffer.from(entry.value, 'base64')) };
      } catch {
        return { kind: 'unreadable', why: "this user's secret storage cannot decrypt it" };
      }
    },
    write(name, value) {
      const kept = load();
      // Never overwrite an unreadable file: it may hold the database's key (F27).
      if (isUnreadable(kept)) return { kind: 'not-stored', why: kept.unreadable };
      try {
        const { [name]: _before, ...others } = kept;
        const secrets = value === null ? others : { ...others, [name]: entryOf(value) };
        writeDurably(file, JSON.stringify({ version: 1, secrets }));
        return { kind: 'stored' };
      } catch (error) {
        return { kind: 'not-stored', why: errorCode(error) };
      }
    },
  };
}

function isUnreadable(kept: Kept | { readonly unreadable: string }): kept is { readonly unreadable: string } {
  return typeof kept.unreadable === 'string';
}
