import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { copyUnsent, type Export, exportUnsent, finishExports, sealUnsent } from '../care/rescue/export-unsent.ts';
import { tillCode } from '../config/find-config.ts';
import { readPublicKey } from '../config/public-key.ts';
import { keyUnreadable } from '../data/cannot-open.ts';
import { lockFolder } from '../data/data-folder.ts';
import { copyToRead, mayWrite } from '../data/read-beside.ts';
import type { Db } from '../db/open.ts';
import { openToRead } from '../db/open-to-read.ts';
import type { FolderFiles } from '../machine/folder-files.ts';
import type { ResultFile } from '../machine/result-file.ts';
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
import { openTarget, tell } from './result-target.ts';
import { tillPlace } from './till-place.ts';
import { newPassphrase, recoveryKeyOption, secretsOf } from './typed-secrets.ts';
import { unsentInWords } from './unsent.ts';
import { writeDatabase } from './write-database.ts';

export const outboxExport: Command = {
  name: 'outbox export',
  audit: 'outbox-export',
  summary: 'Moves all unsent changes into one encrypted file for another till to send',
  arguments: '[FILE]',
  about: [
    'Close Tillside first (or do this on screen: menu → This till). From then on this till never sends them ' +
      'again, and another till sends them once they were brought in with tillside outbox import. The file ' +
      "also stays in the folder rescue of the till's data; FILE is a copy of it.",
    'The file is sealed for a passphrase (TILLSIDE_PASSPHRASE, or asked for) or for the rescue.publicKey of the config, ' +
      "and always for the recovery key of this till. Where the machine's own key cannot be read, as on a disk from a " +
      'dead till, use --recovery-key with --data.',
    'Of a database that is damaged, --copy takes a copy of what can be read; it cannot be marked there as moved, so the ' +
      'till that imports it checks each change with the server before sending it. From a disk that can only be read, such ' +
      'as a dead till’s, it is always a copy.',
    'Exit codes: 0 exported or nothing unsent, 1 exported but some rows could not be read, 2 failed, 4 exported but not ' +
      'copied to FILE.',
  ],
  options: {
    ...recoveryKeyOption,
    copy: { help: 'copy only, for a damaged database; changes are not marked as moved' },
  },
  async run(given, io) {
    const { found, dataDir } = tillPlace(given, io);
    mustExist(dataDir, io);
    const secrets = await secretsOf(given, io, dataDir);
    const tillKeyHex = keyOf(secrets);
    const publicKey = found.mode === 'live' ? readPublicKey(found.config.rescue.publicKey ?? '') : null;
    const passphrase = await newPassphrase(io);
    if (passphrase === null && publicKey === null) {
      throw new BadUsage(
        'The file needs a passphrase or key: set TILLSIDE_PASSPHRASE, or rescue.publicKey in the config.',
      );
    }
    const [wanted] = given.arguments;
    const isReadOnly = !mayWrite(dataDir);
    if (isReadOnly && wanted === undefined) {
      throw new BadUsage(`${dataDir} can only be read: name a FILE elsewhere to export to.`);
    }
    const target = wanted === undefined ? null : newTarget(path.resolve(io.cwd, wanted));
    try {
      const options: Export = {
        dataDir,
        fromTill: tillCode(found),
        sealFor: { passphrase, publicKey, tillKeyHex },
        clock: io.clock,
        random: io.random,
      };
      const end = { given, io, target };
      if (target !== null && isReadOnly) return await copyFromReadOnly(end, target, options);
      return given.has('copy') ? await copy(end, options) : await move(end, secrets, options);
    } finally {
      target?.close();
    }
  },
};

/** What a command ends with: what was typed, the terminal, and the FILE that was named. */
type End = { readonly given: Given; readonly io: CommandIo; readonly target: ResultFile | null };

/** Another rescue file may be all that is left of other updates. */
function newTarget(file: string): ResultFile {
  if (existsSync(file) && statSync(file).isFile()) {
    throw new CommandRefused(`${file} already exists. Nothing was exported. Choose another name.`);
  }
  return openTarget(file);
}

function keyOf(secrets: Secrets): string {
  const key = secrets.read('database-key');
  if (key.kind !== 'value') throw keyUnreadable();
  return key.value;
}

async function move(end: End, secrets: Secrets, options: Export): Promise<ExitCode> {
  const { io } = end;
  try {
    const result = await writeDatabase(options.dataDir, io, secrets, ({ db }) => {
      const outbox = new Outbox(db, io.clock, io.random);
      outbox.recoverInterrupted();
      finishExports(outbox, options.dataDir);
      return exportUnsent(db, outbox, options);
    });
    if (result.kind !== 'exported') return nothing(end);
    return done(end, { ...result, lost: 0, moved: true });
  } catch (error) {
    if (error instanceof TillCannotOpen && error.code === 'database-unreadable') {
      throw new CommandRefused(`${error.message} Take a copy of what can be read: tillside outbox export --copy`);
    }
    throw error;
  }
}

async function copy(end: End, options: Export): Promise<ExitCode> {
  const { io } = end;
  const lock = lockFolder(options.dataDir, io.nativeBinding);
  try {
    const db = openCopied(mustExist(options.dataDir, io), options, io);
    try {
      const copied = await copyUnsent(db, options);
      return copied === null ? nothing(end) : done(end, { ...copied, moved: false });
    } finally {
      db.close();
    }
  } finally {
    lock.release();
  }
}

/** A dead till's disk, mounted to be read only: nothing can be marked there as moved. */
async function copyFromReadOnly(end: End, target: ResultFile, options: Export): Promise<ExitCode> {
  const { io } = end;
  const { copy: files, remove } = copyToRead(mustExist(options.dataDir, io));
  try {
    const db = openCopied(files, options, io);
    try {
      const copied = await sealUnsent(db, options);
      if (copied === null) return nothing(end);
      target.write(copied.text);
      const { updates, oldestSavedAtMs } = copied.head;
      return say(end, { file: target.file, updates, oldestSavedAtMs, lost: copied.lost, moved: false });
    } finally {
      db.close();
    }
  } finally {
    remove();
  }
}

function openCopied({ database }: FolderFiles, { sealFor }: Export, { nativeBinding }: CommandIo): Db {
  return openToRead({ file: database, keyHex: sealFor.tillKeyHex, nativeBinding });
}

function nothing({ given, io }: End): ExitCode {
  io.print(given.has('json') ? JSON.stringify({ updates: 0 }) : 'Nothing to export: all changes were sent.');
  return exitCodes.fine;
}

type Done = {
  readonly file: string;
  readonly updates: number;
  readonly oldestSavedAtMs: number | null;
  readonly lost: number | null;
  readonly moved: boolean;
};

function done(end: End, exported: Done): ExitCode {
  const { target } = end;
  if (target === null) return say(end, exported);
  const what = `The changes were exported, but not copied to ${target.file}`;
  tell(() => target.copyFrom(exported.file), what, exported.file);
  return say(end, { ...exported, file: target.file });
}

function say({ given, io }: End, { file, updates, oldestSavedAtMs, lost, moved }: Done): ExitCode {
  if (given.has('json')) io.print(JSON.stringify({ file, updates, oldestSavedAtMs, lost, moved }));
  else {
    io.print(`${moved ? 'Moved' : 'Copied'} ${unsentInWords(updates, oldestSavedAtMs, io.clock.wallMs())}, into`);
    io.print(`  ${file}`);
    io.print('Import it on one other till only: tillside outbox import FILE');
    if (!moved) io.print('This till still has them too. Do not let it send until the other till has checked them.');
    if (lost !== 0) {
      const rows = lost === null ? 'Rows' : `${lost} rows`;
      io.print(`${rows} could not be read. The database keeps them: set it aside, do not delete it.`);
    }
  }
  return lost === 0 ? exitCodes.fine : exitCodes.look;
}
