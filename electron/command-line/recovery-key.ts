import { keyUnreadable } from '../data/data-folder.ts';
import { noteRecoveryKeyShown, recoverKey, recoveryKeyOf, wasRecoveryKeyShown } from '../db/recovery-key.ts';
import { type Command, CommandRefused, exitCodes } from './command.ts';
import { mustExist } from './read-database.ts';
import { dataFolderAnyway } from './till-place.ts';
import { mistyped, typedRecoveryKey } from './typed-secrets.ts';

export const recoveryKeyShow: Command = {
  name: 'recovery-key show',
  summary: 'Shows, once, the key that opens the data on another machine',
  about: [
    'The data is encrypted with a key that only this user of this machine can read. The recovery key is the same key for ' +
      'IT to keep: without it, a restored disk or another user of the machine cannot open the data. It is shown once. ' +
      'Keep it where passwords are kept, with the name of the till.',
    'Exit code 0: shown. 2: it was shown before, or cannot be read.',
  ],
  run(given, io) {
    const dataDir = dataFolderAnyway(given, io);
    mustExist(dataDir);
    const key = io.openSecrets(dataDir).read('database-key');
    if (key.kind !== 'value') throw keyUnreadable();
    if (wasRecoveryKeyShown(dataDir)) {
      throw new CommandRefused('The recovery key of this till was shown before. Look where passwords are kept.');
    }
    noteRecoveryKeyShown(dataDir, io.clock.wallMs());
    const recoveryKey = recoveryKeyOf(key.value);
    io.print(given.has('json') ? JSON.stringify({ recoveryKey }) : recoveryKey);
    return exitCodes.fine;
  },
};

export const recoveryKeyUse: Command = {
  name: 'recovery-key use',
  summary: 'Opens the data with the recovery key, and keeps the key with this machine',
  about: [
    'For a disk from another machine, or another user of this one. The key is read from TILLSIDE_RECOVERY_KEY, or asked ' +
      'for. It is kept only when it opens the data. Close Tillside first.',
    'Exit code 0: kept. 2: it does not open the data, or cannot be kept.',
  ],
  async run(given, io) {
    const dataDir = dataFolderAnyway(given, io);
    mustExist(dataDir);
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
        throw new CommandRefused('This recovery key is of another till: it does not open the data in this folder.');
      case 'not-stored':
        throw new CommandRefused(`The key opens the data, but could not be kept on this machine (${result.why}).`);
    }
  },
};
