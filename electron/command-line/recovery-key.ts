import { keyUnreadable } from '../data/cannot-open.ts';
import { noteRecoveryKeyShown, recoverKey, recoveryKeyOf, wasRecoveryKeyShown } from '../db/recovery-key.ts';
import { fileTrouble } from '../machine/file-trouble.ts';
import { type Command, CommandRefused, exitCodes, ResultNotWritten } from './command.ts';
import { mustExist } from './read-database.ts';
import { dataFolderAnyway } from './till-place.ts';
import { mistyped, typedRecoveryKey } from './typed-secrets.ts';

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

export const recoveryKeyUse: Command = {
  name: 'recovery-key use',
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
