import { keyUnreadable } from '../data/cannot-open.ts';
import { noteRecoveryKeyShown, recoverKey, recoveryKeyOf, wasRecoveryKeyShown } from '../db/recovery-key.ts';
import { fileTrouble } from '../machine/file-trouble.ts';
import { type Command, CommandRefused, DoneUntold, exitCodes } from './command.ts';
import { mustExist } from './read-database.ts';
import { dataFolderAnyway } from './till-place.ts';
import { mistyped, typedRecoveryKey } from './typed-secrets.ts';

export const recoveryKeyShow: Command = {
  name: 'recovery-key show',
  audit: 'recovery-key',
  summary: 'Shows the recovery key, once',
  about: [
    'The data is encrypted with a key that only this user of this machine can read. The recovery key is the same key for ' +
      'IT to keep: without it, a restored disk or another user of the machine cannot open the data. It is shown once. ' +
      'Keep it where passwords are kept, with the name of the till.',
    'Exit codes: 0 shown, 2 already shown, or it cannot be read or written to the output.',
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
        `The recovery key could not be shown (${trouble}). Run it again: it was not marked as shown.`,
      );
    }
    noteShown(dataDir, io.clock.wallMs());
    return exitCodes.fine;
  },
};

/** On a disk that is full or only to be read the key is shown all the same: it may be what saves the data. */
function noteShown(dataDir: string, wallMs: number): void {
  try {
    noteRecoveryKeyShown(dataDir, wallMs);
  } catch (error) {
    const trouble = fileTrouble(error);
    if (trouble === null) throw error;
    throw new DoneUntold(`The key was shown, but that could not be noted (${trouble.code}): it can be shown again.`);
  }
}

export const recoveryKeyUse: Command = {
  name: 'recovery-key use',
  summary: 'Unlocks the data with the recovery key and stores the key on this machine',
  about: [
    'For a disk from another machine, or another user of this one. The key is read from TILLSIDE_RECOVERY_KEY, or asked ' +
      'for. It is kept only when it opens the data. Close Tillside first.',
    'Exit codes: 0 stored, 2 it does not open the data or cannot be stored.',
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
        throw new CommandRefused(`The key opens the data, but could not be kept on this machine (${result.why}).`);
    }
  },
};
