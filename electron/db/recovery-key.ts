/**
 * The database's key in a form for people: groups of letters and digits that are hard to confuse (Crockford's base 32),
 * with a checksum that tells a typing mistake from a wrong key (F27).
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { writeDurably } from '../machine/durable-file.ts';
import { type FolderFiles, folderFiles, setFileAside } from '../machine/folder-files.ts';
import { secretsFile } from '../machine/secret-file.ts';
import type { Secrets } from '../machine/secrets.ts';
import { plainSigns } from '../model/clean-text.ts';
import { writeKeyMark } from './key-mark.ts';
import { openToRead } from './open-to-read.ts';

const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const keyBytes = 32;
const checkBytes = 3;
const groupLength = 4;
/** 35 bytes are 56 letters: 14 groups. */
const letters = ((keyBytes + checkBytes) * 8) / 5;

export function recoveryKeyOf(keyHex: string): string {
  const key = Buffer.from(keyHex, 'hex');
  const bits = [...Buffer.concat([key, checkOf(key)])].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  const text = (bits.match(/.{5}/g) ?? []).map((five) => alphabet.charAt(Number.parseInt(five, 2))).join('');
  return (text.match(new RegExp(`.{${groupLength}}`, 'g')) ?? []).join('-');
}

/** @returns the key as hex digits; null if it was mistyped */
export function keyOfRecovery(typed: string): string | null {
  const text = plainSigns(typed)
    .toUpperCase()
    .replace(/[^0-9A-Z]/g, '')
    .replaceAll('O', '0')
    .replace(/[IL]/g, '1');
  if (text.length !== letters) return null;
  const fives = [...text].map((letter) => alphabet.indexOf(letter));
  if (fives.includes(-1)) return null;
  const bits = fives.map((five) => five.toString(2).padStart(5, '0')).join('');
  const bytes = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
  const key = bytes.subarray(0, keyBytes);
  return checkOf(key).equals(bytes.subarray(keyBytes)) ? key.toString('hex') : null;
}

function checkOf(key: Buffer): Buffer {
  return createHash('sha256').update('Tillside recovery key\n').update(key).digest().subarray(0, checkBytes);
}

export type KeyRecovered =
  | { readonly kind: 'recovered' }
  | { readonly kind: 'mistyped' }
  /** A valid recovery key, but not of this data. */
  | { readonly kind: 'other-key' }
  | { readonly kind: 'not-stored'; readonly why: string };

export type RecoverKey = {
  readonly dataDir: string;
  readonly typed: string;
  readonly secrets: Secrets;
  readonly wallMs: number;
  readonly nativeBinding?: string | undefined;
};

/**
 * Stores the key in this machine's secret storage once it has opened the data. An unreadable file of secrets is set
 * aside first, never overwritten.
 */
export function recoverKey({ dataDir, typed, secrets, wallMs, nativeBinding }: RecoverKey): KeyRecovered {
  const keyHex = keyOfRecovery(typed);
  if (keyHex === null) return { kind: 'mistyped' };
  const files = folderFiles(dataDir);
  if (!opens(files, keyHex, nativeBinding)) return { kind: 'other-key' };
  let written = secrets.write('database-key', keyHex);
  if (written.kind === 'not-stored' && existsSync(secretsFile(dataDir))) {
    setFileAside(files, secretsFile(dataDir), wallMs);
    written = secrets.write('database-key', keyHex);
  }
  if (written.kind === 'not-stored') return written;
  writeKeyMark(files, keyHex);
  return { kind: 'recovered' };
}

function opens({ database }: FolderFiles, keyHex: string, nativeBinding: string | undefined): boolean {
  try {
    openToRead({ file: database, keyHex, nativeBinding }).close();
    return true;
  } catch {
    return false;
  }
}

/** The key is shown only once. After that, only somebody who can read the machine's secrets can get it. */
export function wasRecoveryKeyShown(dataDir: string): boolean {
  return existsSync(shownMark(dataDir));
}

export function noteRecoveryKeyShown(dataDir: string, wallMs: number): void {
  writeDurably(shownMark(dataDir), `${new Date(wallMs).toISOString()}\n`);
}

function shownMark(dataDir: string): string {
  return path.join(dataDir, 'recovery-key-shown');
}
