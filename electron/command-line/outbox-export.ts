import path from 'node:path';
import { copyUnsent, type Export, exportUnsent, finishExports } from '../care/rescue/export-unsent.ts';
import { tillCode } from '../config/find-config.ts';
import { readPublicKey } from '../config/public-key.ts';
import { keyUnreadable, lockFolder } from '../data/data-folder.ts';
import { openToRead } from '../db/open-to-read.ts';
import { copyDurably } from '../machine/folder-files.ts';
import type { Secrets } from '../machine/secrets.ts';
import { TillCannotOpen } from '../machine/till-cannot-open.ts';
import { Outbox } from '../updates/outbox.ts';
import {
  BadUsage,
  type Command,
  type CommandIo,
  CommandRefused,
  type ExitCode,
  exitCodes,
  type Given,
} from './command.ts';
import { mustExist } from './read-database.ts';
import { tillPlace } from './till-place.ts';
import { newPassphrase, recoveryKeyOption, secretsOf } from './typed-secrets.ts';
import { unsentInWords } from './unsent.ts';
import { writeDatabase } from './write-database.ts';

export const outboxExport: Command = {
  name: 'outbox export',
  summary: 'Moves everything unsent into one sealed file, for another till to send',
  arguments: '[FILE]',
  about: [
    'Close Tillside first (or use the screen: Updates, Rescue). From then on the file has the updates: this till never ' +
      'sends them again, and another till sends them once they were brought in with tillside outbox import. The file ' +
      "also stays in the folder rescue of the till's data; FILE is a copy of it.",
    'The file is sealed for a passphrase (TILLSIDE_PASSPHRASE, or asked for) or for the rescue.publicKey of the config, ' +
      "and always for the recovery key of this till. Where the machine's own key cannot be read, as on a disk from a " +
      'dead till, use --recovery-key with --data.',
    'Of a database that is damaged, --copy takes a copy of what can be read; it cannot be marked there as moved, so the ' +
      'till that brings it in reads each update back before it sends it.',
    'Exit code 0: exported, or nothing was unsent. 1: exported, but some could not be read. 2: not exported.',
  ],
  options: {
    ...recoveryKeyOption,
    copy: { help: 'only copy: of a damaged database; the updates are not marked as moved' },
  },
  async run(given, io) {
    const { found, dataDir } = tillPlace(given, io);
    mustExist(dataDir);
    const secrets = await secretsOf(given, io, dataDir);
    const tillKeyHex = keyOf(secrets);
    const publicKey = found.mode === 'live' ? readPublicKey(found.config.rescue.publicKey ?? '') : null;
    const passphrase = await newPassphrase(io);
    if (passphrase === null && publicKey === null) {
      throw new BadUsage(
        'Nobody could open the file: give a passphrase in TILLSIDE_PASSPHRASE, or IT’s key as rescue.publicKey.',
      );
    }
    const options: Export = {
      dataDir,
      fromTill: tillCode(found),
      sealFor: { passphrase, publicKey, tillKeyHex },
      clock: io.clock,
      random: io.random,
    };
    return given.has('copy') ? copy(given, io, options) : move(given, io, secrets, options);
  },
};

function keyOf(secrets: Secrets): string {
  const key = secrets.read('database-key');
  if (key.kind !== 'value') throw keyUnreadable();
  return key.value;
}

async function move(given: Given, io: CommandIo, secrets: Secrets, options: Export): Promise<ExitCode> {
  try {
    const result = await writeDatabase(options.dataDir, io, secrets, ({ db }) => {
      const outbox = new Outbox(db, io.clock, io.random);
      outbox.recoverInterrupted();
      finishExports(outbox, options.dataDir);
      return exportUnsent(db, outbox, options);
    });
    if (result.kind !== 'exported') return nothing(given, io);
    return done(given, io, { ...result, lost: 0, moved: true });
  } catch (error) {
    if (error instanceof TillCannotOpen && error.code === 'database-unreadable') {
      throw new CommandRefused(`${error.message} Take a copy of what can be read: tillside outbox export --copy`);
    }
    throw error;
  }
}

async function copy(given: Given, io: CommandIo, options: Export): Promise<ExitCode> {
  const { dataDir, sealFor } = options;
  const lock = lockFolder(dataDir, io.nativeBinding);
  try {
    const file = mustExist(dataDir).database;
    const db = openToRead({ file, keyHex: sealFor.tillKeyHex, nativeBinding: io.nativeBinding });
    try {
      const copied = await copyUnsent(db, options);
      return copied === null ? nothing(given, io) : done(given, io, { ...copied, moved: false });
    } finally {
      db.close();
    }
  } finally {
    lock.release();
  }
}

function nothing(given: Given, io: CommandIo): ExitCode {
  io.print(given.has('json') ? JSON.stringify({ updates: 0 }) : 'All sent: there is nothing to export.');
  return exitCodes.fine;
}

type Done = {
  readonly file: string;
  readonly updates: number;
  readonly oldestSavedAtMs: number | null;
  readonly lost: number | null;
  readonly moved: boolean;
};

function done(given: Given, io: CommandIo, { file, updates, oldestSavedAtMs, lost, moved }: Done): ExitCode {
  const [wanted] = given.arguments;
  const target = wanted === undefined ? file : path.resolve(io.cwd, wanted);
  if (wanted !== undefined) {
    try {
      copyDurably(file, target);
    } catch (error) {
      const why = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
      throw new CommandRefused(
        `The updates were exported, but not copied to ${target} (${why}). Copy the file by hand: ${file}`,
      );
    }
  }
  if (given.has('json')) io.print(JSON.stringify({ file: target, updates, oldestSavedAtMs, lost, moved }));
  else {
    io.print(`${moved ? 'Moved' : 'Copied'} ${unsentInWords(updates, oldestSavedAtMs, io.clock.wallMs())}, into`);
    io.print(`  ${target}`);
    io.print('Bring it in on one other till: tillside outbox import FILE');
    if (!moved) io.print('This till still has them: do not let it send before the other till has read them back.');
    if (lost !== 0) {
      const rows = lost === null ? 'Rows' : `${lost} rows`;
      io.print(`${rows} could not be read. The database keeps them: set it aside, do not delete it.`);
    }
  }
  return lost === 0 ? exitCodes.fine : exitCodes.look;
}
