import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { nothingUnsent } from '../care/all-sent.ts';
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
import { copyResult, openTarget } from './result-target.ts';
import { tillPlace } from './till-place.ts';
import { newPassphrase, recoveryKeyOption, secretsOf } from './typed-secrets.ts';
import { unsentInWords } from './unsent.ts';
import { writeDatabase } from './write-database.ts';

export const outboxExport: Command = {
  name: 'outbox export',
  audit: 'outbox-export',
  summary: 'Moves all unsent changes into one encrypted file for another till to send',
  arguments: '[FILE]',
  makes: '.tillside-rescue',
  about: [
    'Close Tillside first (or do this on screen: menu → This till). From then on this till never sends these changes ' +
      'again; another till sends them after tillside outbox import. The file stays in the rescue folder of the ' +
      "till's data. With FILE, it is also copied there.",
    'The file can be opened with a passphrase (TILLSIDE_PASSPHRASE, or asked for) or the private key that belongs to ' +
      "rescue.publicKey in the config, and always with this till's recovery key. If this machine's key cannot be read, " +
      'for example on the disk of a dead till, use --recovery-key with --data.',
    'For a damaged database, --copy exports what can be read. The changes cannot be marked as moved there, so the till ' +
      "that imports the file checks each one with the server before it sends it. A read-only disk, such as a dead till's, " +
      'is always copied.',
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
      throw new CommandRefused(
        'The file needs a passphrase or key: set TILLSIDE_PASSPHRASE, or rescue.publicKey in the config.',
      );
    }
    const [wanted] = given.arguments;
    const isReadOnly = !mayWrite(dataDir);
    if (isReadOnly && wanted === undefined) {
      throw new BadUsage(`${dataDir} is read-only: name a FILE elsewhere to export to.`);
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

/** What reporting the result needs. `target` is the FILE that was named. */
type End = { readonly given: Given; readonly io: CommandIo; readonly target: ResultFile | null };

/** Never overwrites a file: an older rescue file may hold the only copy of other changes. */
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
    const { exported: result, left } = await writeDatabase(options.dataDir, io, secrets, async ({ db }) => {
      const outbox = new Outbox(db, io.clock, io.random);
      outbox.recoverInterrupted();
      finishExports(outbox, options.dataDir);
      const exported = await exportUnsent(db, outbox, options);
      return { exported, left: nothingUnsent(outbox.inFiles()) };
    });
    if (result.kind !== 'exported') return nothing(end, left);
    return done(end, { ...result, lost: 0, moved: true });
  } catch (error) {
    if (error instanceof TillCannotOpen && error.code === 'database-unreadable') {
      throw new CommandRefused(`${error.message} To save what can be read: tillside outbox export --copy`);
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
      return copied === null ? nothing(end, nothingReadable) : done(end, { ...copied, moved: false });
    } finally {
      db.close();
    }
  } finally {
    lock.release();
  }
}

/** For the read-only disk of a dead till, where nothing can be marked as moved. */
async function copyFromReadOnly(end: End, target: ResultFile, options: Export): Promise<ExitCode> {
  const { io } = end;
  const { copy: files, remove } = copyToRead(mustExist(options.dataDir, io));
  try {
    const db = openCopied(files, options, io);
    try {
      const copied = await sealUnsent(db, options);
      if (copied === null) return nothing(end, nothingReadable);
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

/** A damaged database cannot show whether everything was sent. */
const nothingReadable = 'Nothing unsent can be read here';

function nothing({ given, io }: End, left: string): ExitCode {
  io.print(given.has('json') ? JSON.stringify({ updates: 0 }) : `Nothing to export. ${left}.`);
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
  copyResult(() => target.copyFrom(exported.file), what, exported.file);
  return say(end, { ...exported, file: target.file });
}

function say({ given, io }: End, { file, updates, oldestSavedAtMs, lost, moved }: Done): ExitCode {
  if (given.has('json')) io.print(JSON.stringify({ file, updates, oldestSavedAtMs, lost, moved }));
  else {
    io.print(`${moved ? 'Moved' : 'Copied'} ${unsentInWords(updates, oldestSavedAtMs, io.clock.wallMs())}, into`);
    io.print(`  ${file}`);
    io.print('Import it on one other till only: tillside outbox import FILE');
    if (moved) io.print('Then say so here, so that this till stops reporting them: tillside outbox confirm --yes');
    else io.print('This till still has them too. Do not let it send until the other till has checked them.');
    if (lost !== 0) {
      const rows = lost === null ? 'Rows' : `${lost} rows`;
      io.print(`${rows} could not be read. The database keeps them: set it aside, do not delete it.`);
    }
  }
  return lost === 0 ? exitCodes.fine : exitCodes.look;
}
