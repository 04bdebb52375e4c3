/** Secrets that a command needs. They come from the environment or are asked for, never from its arguments. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { type OpenWith, readPrivateKey } from '../care/rescue/sealed-file.ts';
import { keyOfRecovery } from '../db/recovery-key.ts';
import { NotAFile, readOthersFile } from '../machine/others-file.ts';
import type { Secrets } from '../machine/secrets.ts';
import { BadUsage, type CommandIo, CommandRefused, type Given, type Option } from './command.ts';

const shortestPassphrase = 12;

export const recoveryKeyOption: { readonly [name: string]: Option } = {
  'recovery-key': {
    help: "open the data with the recovery key (TILLSIDE_RECOVERY_KEY, or asked for), not this machine's key",
  },
};

/** The till's secrets. With `--recovery-key`, the database's key comes from the recovery key. */
export async function secretsOf(given: Given, io: CommandIo, dataDir: string): Promise<Secrets> {
  const stored = io.openSecrets(dataDir);
  if (!given.has('recovery-key')) return stored;
  const keyHex = keyOfRecovery(await typedRecoveryKey(io));
  if (keyHex === null) throw mistyped();
  return {
    read: (name) => (name === 'database-key' ? { kind: 'value', value: keyHex } : stored.read(name)),
    write: stored.write,
  };
}

export async function typedRecoveryKey(io: CommandIo): Promise<string> {
  const typed = io.env.TILLSIDE_RECOVERY_KEY || (await io.askSecret('Recovery key: '));
  if (!typed) throw new CommandRefused('No recovery key given. Set TILLSIDE_RECOVERY_KEY, or type it.');
  return typed;
}

export function mistyped(): CommandRefused {
  return new CommandRefused('Not a recovery key: expected 14 groups of 4 letters and digits. Check it and try again.');
}

/** @returns null if none was given: the file may be opened with a key instead */
export async function newPassphrase(io: CommandIo): Promise<string | null> {
  const given = io.env.TILLSIDE_PASSPHRASE;
  if (given) return longEnough(given);
  const first = await io.askSecret(`Passphrase for the file (at least ${shortestPassphrase} characters): `);
  if (first === null) return null;
  const second = await io.askSecret('Repeat passphrase: ');
  if (first !== second) throw new CommandRefused('The two passphrases differ.');
  return longEnough(first);
}

function longEnough(passphrase: string): string {
  if (passphrase.length >= shortestPassphrase) return passphrase;
  throw new CommandRefused(`The passphrase is too short: expected at least ${shortestPassphrase} characters.`);
}

/** Opens a rescue file with IT's private key, its till's recovery key, its passphrase, or else this till's own key. */
export async function openWithOf(given: Given, io: CommandIo, ownKeyHex: string, isOwn: boolean): Promise<OpenWith> {
  const keyName = given.text('private-key');
  if (keyName !== undefined) return { kind: 'private-key', key: privateKey(keyName, io) };
  if (given.has('recovery-key')) {
    const keyHex = keyOfRecovery(await typedRecoveryKey(io));
    if (keyHex === null) throw mistyped();
    return { kind: 'till-key', keyHex };
  }
  const passphrase = io.env.TILLSIDE_PASSPHRASE || (isOwn ? null : await io.askSecret('Passphrase of the file: '));
  return passphrase ? { kind: 'passphrase', passphrase } : { kind: 'till-key', keyHex: ownKeyHex };
}

export function readOrRefuse(file: string): string {
  try {
    return readOthersFile(file).toString('utf8');
  } catch (error) {
    if (error instanceof NotAFile) throw new CommandRefused(`${file} is a folder, a device or a pipe, not a file.`);
    const why = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw new CommandRefused(why === 'ENOENT' ? `${file} does not exist.` : `Cannot read ${file} (${why}).`);
  }
}

/** Reads a file with a key. If the key itself was given instead of a file name, the error does not repeat it. */
export function keyFile(option: string, name: string, file: string): string {
  const isKey = /-----BEGIN|^[A-Za-z0-9+/]{40,}={0,2}$/.test(name.trim()) && !existsSync(file);
  if (isKey) throw new BadUsage(`--${option} takes the name of a PEM file, not the key itself.`);
  return readOrRefuse(file);
}

export function privateKey(name: string, { cwd }: Pick<CommandIo, 'cwd'>) {
  const file = path.resolve(cwd, name);
  const key = readPrivateKey(keyFile('private-key', name, file));
  if (key === null) throw new CommandRefused(`${file} is not an X25519 private key in PEM format.`);
  return key;
}
