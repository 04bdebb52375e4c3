import path from 'node:path';
import { openSealedKey } from '../care/rescue/escrow.ts';
import { keyUnreadable } from '../data/cannot-open.ts';
import { noteRecoveryKeyShown, recoverKey, recoveryKeyOf, wasRecoveryKeyShown } from '../db/recovery-key.ts';
import { fileTrouble } from '../machine/file-trouble.ts';
import { BadUsage, type Command, CommandRefused, exitCodes, ResultNotWritten } from './command.ts';
import { mustExist } from './read-database.ts';
import { dataFolderAnyway } from './till-place.ts';
import { mistyped, privateKey, readOrRefuse, typedRecoveryKey } from './typed-secrets.ts';

export const recoveryKeyShow: Command = {
  name: 'recovery-key show',
  audit: 'recovery-key',
  summary: 'Shows the recovery key, once',
  about: [
    'The data is encrypted with a key that only this user on this machine can read. The recovery key is a copy of that key ' +
      'for IT: without it, nobody can open the data from a restored disk or as another user. It is shown once. Store it ' +
      'with your passwords, under the name of the till.',
    'Exit codes: 0 shown, 2 already shown, or the key could not be read or printed.',
  ],
  async run(given, io) {
    const dataDir = dataFolderAnyway(given, io);
    mustExist(dataDir, io);
    const key = io.openSecrets(dataDir).read('database-key');
    if (key.kind !== 'value') throw keyUnreadable();
    if (wasRecoveryKeyShown(dataDir)) {
      throw new CommandRefused("This till's recovery key was already shown. Check where you store passwords.");
    }
    const recoveryKey = recoveryKeyOf(key.value);
    io.print(given.has('json') ? JSON.stringify({ recoveryKey }) : recoveryKey);
    const trouble = await io.printed();
    if (trouble !== null) {
      throw new CommandRefused(
        `Could not print the recovery key (${trouble}). It was not marked as shown, so you can run this again.`,
      );
    }
    noteShown(dataDir, io.clock.wallMs());
    return exitCodes.fine;
  },
};

/** A full or read-only disk must not stop the key from being shown: it may be what saves the data. */
function noteShown(dataDir: string, wallMs: number): void {
  try {
    noteRecoveryKeyShown(dataDir, wallMs);
  } catch (error) {
    const trouble = fileTrouble(error);
    if (trouble === null) throw error;
    throw new ResultNotWritten(
      `The key was shown, but not marked as shown (${trouble.code}), so it can be shown again.`,
    );
  }
}

export const recoveryKeyOpen: Command = {
  name: 'recovery-key open',
  summary: "Opens a till's encrypted recovery key with your private key",
  arguments: 'FILE',
  isWithoutTill: true,
  about: [
    'With rescue.escrow in the config, each till keeps its recovery key encrypted with rescue.publicKey: as ' +
      'recovery-key.sealed in its data folder, and as TILL-….recovery-key in the folder of rescue.copyTo. This prints it.',
    'Exit codes: 0 printed, 2 it could not be opened or printed.',
  ],
  options: {
    'private-key': { value: 'FILE', help: 'your private key (PEM) that belongs to rescue.publicKey in the config' },
  },
  async run(given, io) {
    const keyFile = given.text('private-key');
    if (keyFile === undefined) throw new BadUsage('Your private key is missing: --private-key FILE.');
    const text = readOrRefuse(path.resolve(io.cwd, given.arguments[0] ?? ''));
    const opened = await openSealedKey(text, { kind: 'private-key', key: privateKey(keyFile, io) });
    switch (opened.kind) {
      case 'not-a-sealed-key':
        throw new CommandRefused('Not an encrypted recovery key, or it was modified.');
      case 'not-the-key':
        throw new CommandRefused('Wrong private key: this recovery key was encrypted with another public key.');
      case 'opened':
        io.print(
          given.has('json')
            ? JSON.stringify({ till: opened.till, recoveryKey: opened.recoveryKey })
            : opened.recoveryKey,
        );
        return exitCodes.fine;
    }
  },
};

export const recoveryKeyUse: Command = {
  name: 'recovery-key use',
  audit: 'recovery-key-used',
  summary: 'Unlocks the data with the recovery key and stores the key on this machine',
  about: [
    'For a disk from another machine, or for another user on this one. The key is read from TILLSIDE_RECOVERY_KEY, or ' +
      'asked for. It is stored only if it opens the data. Close Tillside first.',
    'Exit codes: 0 stored, 2 wrong key or it could not be stored.',
  ],
  async run(given, io) {
    const dataDir = dataFolderAnyway(given, io);
    mustExist(dataDir, io);
    const { nativeBinding } = io;
    const result = recoverKey({
      dataDir,
      typed: await typedRecoveryKey(io),
      secrets: io.openSecrets(dataDir),
      wallMs: io.clock.wallMs(),
      nativeBinding,
    });
    switch (result.kind) {
      case 'recovered':
        io.print(
          given.has('json') ? JSON.stringify({ recovered: true }) : 'The data opens with this key. Start Tillside.',
        );
        return exitCodes.fine;
      case 'mistyped':
        throw mistyped();
      case 'other-key':
        throw new CommandRefused('Wrong recovery key: it belongs to another till.');
      case 'not-stored':
        throw new CommandRefused(`The key opens the data, but could not be stored on this machine (${result.why}).`);
    }
  },
};
