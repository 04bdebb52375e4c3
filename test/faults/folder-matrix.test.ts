/**
 * Every file of a till's folder, lost or damaged in every way, against everything that reads it. No cell may report
 * that all is well, stop with a fault, or lose a save. The cells are generated: a new file or command is one more line.
 */
import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync } from 'node:crypto';
import {
  accessSync,
  chmodSync,
  constants,
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { before, describe, it } from 'node:test';
import Database from 'better-sqlite3';
import { changeHealthNote } from '../../electron/care/health-note.ts';
import { readRescueContent } from '../../electron/care/rescue/rescue-file.ts';
import { readRescueFile, unseal } from '../../electron/care/rescue/sealed-file.ts';
import { commands } from '../../electron/command-line/commands.ts';
import { regionFilesIn } from '../../electron/customers/region.ts';
import { lockWaitMs, openEncrypted } from '../../electron/db/open.ts';
import { openToRead } from '../../electron/db/open-to-read.ts';
import { folderFiles } from '../../electron/machine/folder-files.ts';
import { secretFile } from '../../electron/machine/secret-file.ts';
import { TillCannotOpen } from '../../electron/machine/till-cannot-open.ts';
import { type Ran, run } from '../command-line/run.ts';
import { openOfflineTill, saveFor } from '../db/offline-till.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { virtualClock } from '../helpers/virtual-clock.ts';

// Root may read and write everything, so "another owner" cannot be tested as root.
if (process.getuid?.() === 0) process.setuid?.(54_321);
process.umask(0o077);

const configFile = path.join(temporaryFolder(), 'config.json');
const env = { TILLSIDE_CONFIG: configFile };

/** `tells`: the till's own data is in it, so its loss must be reported. */
type Kept = { readonly find: (folder: string) => string; readonly tells: 'start' | 'doctor' | 'nobody' };

const files: { readonly [name: string]: Kept } = {
  'the database': { find: (folder) => folderFiles(folder).database, tells: 'start' },
  'its last commits': { find: (folder) => `${folderFiles(folder).database}-wal`, tells: 'start' },
  'the secrets': { find: (folder) => path.join(folder, 'secrets.json'), tells: 'start' },
  "the region's customers": { find: (folder) => path.join(folder, regionFilesIn(folder)[0] ?? 'none'), tells: 'start' },
  'the mark of the key': { find: (folder) => folderFiles(folder).keyMark, tells: 'doctor' },
  'a backup': { find: (folder) => firstIn(folderFiles(folder).backups), tells: 'doctor' },
  'the audit log': { find: (folder) => path.join(folder, 'audit.jsonl'), tells: 'doctor' },
  'a rescue file': { find: (folder) => firstIn(folderFiles(folder).rescue), tells: 'doctor' },
  // Everything in these can be made again.
  'the lock': { find: (folder) => folderFiles(folder).lock, tells: 'nobody' },
  'the note of unsent changes': { find: (folder) => folderFiles(folder).unsentNote, tells: 'nobody' },
  'what monitoring was told': { find: (folder) => path.join(folder, 'health.json'), tells: 'nobody' },
  'who has it open': { find: (folder) => path.join(folder, 'instance.json'), tells: 'nobody' },
};

/** `isHarmless`: what the file holds can still be read. */
type Fault = {
  readonly harm: (file: string) => void;
  /** Another program has it open; call the result to release it. */
  readonly hold?: (file: string, keyHex: string) => () => void;
  readonly isHarmless?: true;
};

const faults: { readonly [name: string]: Fault } = {
  missing: { harm: (file) => rmSync(file) },
  empty: { harm: (file) => truncateSync(file) },
  'cut in half': { harm: (file) => truncateSync(file, statSync(file).size >> 1) },
  'damaged at its beginning': {
    harm: (file) => writeFileSync(file, readFileSync(file).fill(0x5a, 0, Math.min(100, statSync(file).size))),
  },
  'damaged in the middle': {
    harm: (file) => {
      const bytes = readFileSync(file);
      writeFileSync(file, bytes.fill(0x5a, bytes.length >> 2, (bytes.length >> 2) * 3));
    },
  },
  locked: { harm: () => undefined, hold: lock, isHarmless: true },
  "another owner's": { harm: (file) => chmodSync(file, 0) },
  'read-only': { harm: (file) => chmodSync(file, 0o400), isHarmless: true },
};

/** Locked the way SQLite locks, by another program that has the key. Only a database can be locked like this. */
function lock(file: string, keyHex: string): () => void {
  if (!/\.(db|lock)$/.test(file)) return () => undefined;
  const db = file.endsWith('.lock') ? new Database(file) : openEncrypted({ file, keyHex });
  db.pragma('locking_mode = exclusive');
  db.exec('begin exclusive');
  return () => db.close();
}

function firstIn(folder: string): string {
  return path.join(folder, readdirSync(folder)[0] ?? 'none');
}

type Cell = { readonly file: string; readonly fault: string };

const cells: readonly Cell[] = Object.keys(files).flatMap((file) =>
  Object.keys(faults).map((fault) => ({ file, fault })),
);

/** A person may have moved it on purpose: that is what it is for. */
const takenAway = ['a backup', 'a rescue file', 'the audit log'];

function isLoss({ file, fault }: Cell): boolean {
  if (fault === 'missing' && takenAway.includes(file)) return false;
  if (faults[fault]?.isHarmless !== true) return true;
  // A file that cannot be written makes the till unusable, even if it can be read.
  return file === 'the database' && (fault === 'read-only' || fault === 'locked');
}

let base = '';
let keyHex = '';
const inputs = temporaryFolder();
const region = path.join(inputs, 'region.csv');
const otherRescue = path.join(inputs, 'other.tillside-rescue');

before(async () => {
  // These cells hold a lock forever, and waiting for it would take minutes.
  Object.assign(lockWaitMs, { whileOpening: 50, afterwards: 20 });
  const folder = temporaryFolder();
  // Sealing rescue files for a key is fast; a passphrase is slow by design.
  const { publicKey } = generateKeyPairSync('x25519');
  writeFileSync(
    configFile,
    JSON.stringify({
      api: { url: 'http://127.0.0.1:9' },
      auth: { method: 'basic', till: 'store123' },
      rescue: { publicKey: publicKey.export({ format: 'der', type: 'spki' }).toString('base64') },
    }),
  );
  writeFileSync(region, 'mobile,firstname,lastname\n919846000001,Regina,Person\n919846000002,Regis,Person\n');
  const setUp = async (argv: readonly string[]) => {
    const ran = await run([...argv, '--data', folder], { env });
    assert.ok(ran.code < 2, `${argv.join(' ')}: ${ran.err}`);
  };
  const first = await openOfflineTill(folder);
  await saveFor(first, '919845010001', 'Moved');
  await first.close();
  await setUp(['outbox', 'export']);
  await setUp(['outbox', 'confirm', '--yes']);
  await setUp(['import', region]);
  const second = await openOfflineTill(folder);
  await saveFor(second, '919845010002', 'Backedup');
  await second.backUp();
  await saveFor(second, '919845010003', 'Later');
  writeFileSync(folderFiles(folder).unsentNote, '2 changes\n');
  changeHealthNote(folder, { crashes: 1 });
  // As a power cut leaves it: the last commits are still in the -wal.
  base = path.join(temporaryFolder(), 'base');
  cpSync(folder, base, { recursive: true });
  chmodSync(base, 0o700);
  await second.close();
  assert.ok(statSync(`${folderFiles(base).database}-wal`).size > 0);
  cpSync(firstIn(folderFiles(base).rescue), otherRescue);
  const key = secretFile(base, null).read('database-key');
  keyHex = key.kind === 'value' ? key.value : assert.fail();
});

/** A till's folder with one thing wrong. */
function broken({ file, fault }: Cell): { readonly folder: string; readonly mend: () => void } {
  const folder = path.join(temporaryFolder(), 'till');
  cpSync(base, folder, { recursive: true });
  const place = files[file]?.find(folder) ?? '';
  assert.ok(existsSync(place), `${file} is missing`);
  faults[fault]?.harm(place);
  const release = faults[fault]?.hold?.(place, keyHex);
  return {
    folder,
    mend: () => {
      release?.();
      if (existsSync(place)) chmodSync(place, 0o600);
    },
  };
}

const holdsUpdates = /\.db(\.incoming)?(-wal|-shm)?$|\.tillside-rescue$/;

/** Which updates can still be read from any file in the folder. Works on a copy. */
async function findable(folder: string): Promise<ReadonlySet<string>> {
  const copy = path.join(temporaryFolder(), 'copy');
  cpSync(folder, copy, {
    recursive: true,
    filter: (file) => statSync(file).isDirectory() || (holdsUpdates.test(file) && isReadable(file)),
  });
  const found = new Set<string>();
  for (const entry of readdirSync(copy, { recursive: true, withFileTypes: true })) {
    const file = path.join(entry.parentPath, entry.name);
    if (!entry.isFile()) continue;
    if (/\.db(\.incoming)?$/.test(entry.name)) for (const id of updatesIn(file)) found.add(id);
    if (entry.name.endsWith('.tillside-rescue')) for (const id of await updatesOfRescue(file)) found.add(id);
  }
  rmSync(copy, { recursive: true });
  return found;
}

function isReadable(file: string): boolean {
  try {
    accessSync(file, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}

function updatesIn(file: string): readonly string[] {
  const ids: string[] = [];
  try {
    const db = openToRead({ file, keyHex });
    try {
      for (const id of db.prepare<[], string>('select id from updates').pluck().iterate()) ids.push(id);
    } finally {
      db.close();
    }
  } catch {
    // Whatever could be read up to the damage counts.
  }
  return ids;
}

async function updatesOfRescue(file: string): Promise<readonly string[]> {
  const rescue = readRescueFile(readFileSync(file, 'utf8'));
  const text = rescue === null ? null : await unseal(rescue, { kind: 'till-key', keyHex });
  return text === null ? [] : (readRescueContent(text)?.updates ?? []).map(({ row }) => String(row.id));
}

function contentsOf(folder: string): string {
  return JSON.stringify(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !/^instance\.|^audit\.|-shm$/.test(entry.name))
      .map((entry) => path.join(entry.parentPath, entry.name))
      .map((file) => [path.relative(folder, file), fingerprint(file)])
      .toSorted(),
  );
}

function fingerprint(file: string): string {
  try {
    return createHash('sha256').update(readFileSync(file)).digest('hex');
  } catch {
    return 'unreadable';
  }
}

const looking: readonly (readonly string[])[] = [
  ['doctor', '--json'],
  ['outbox', 'list'],
  ['backup', '--list'],
  ['region', 'status'],
  ['restore'],
  ['recovery-key', 'use'],
  ['find', '--card', 'RJ-1001'],
];
const doing: readonly (readonly string[])[] = [
  ['outbox', 'export'],
  ['outbox', 'import', otherRescue],
  ['outbox', 'confirm', '--yes'],
  ['outbox', 'confirm', otherRescue, '--yes'],
  ['import', region],
  ['backup'],
  ['restore', '--yes'],
  ['recovery-key', 'show'],
  ['secret', 'set'],
  ['organisation', 'keep', '--yes'],
  ['support-bundle'],
];
const withoutFolder = [
  'config check',
  'config schema',
  'recovery-key open',
  'admin pin',
  'region publish',
  'region schema',
];

function assertTrue(ran: Ran, what: string): void {
  assert.notEqual(ran.code, 3, `${what}: ${ran.err}`);
  assert.doesNotMatch(ran.out + ran.err, /error in Tillside|^\s+at .*\.ts:/m, what);
}

it('the matrix covers every command', () => {
  const tried = [...looking, ...doing].map((argv) => argv.join(' '));
  const missing = commands.map(({ name }) => name).filter((name) => !tried.some((one) => one.startsWith(name)));
  assert.deepEqual(missing.toSorted(), withoutFolder.filter((name) => missing.includes(name)).toSorted());
});

it('a healthy folder is reported as fine, even after a power cut', async () => {
  const folder = path.join(temporaryFolder(), 'till');
  cpSync(base, folder, { recursive: true });
  const doctor = await run(['doctor', '--data', folder]);
  assert.equal(doctor.code, 0, doctor.out);
  const till = await openOfflineTill(folder);
  assert.equal(till.status().unsent, 2);
  assert.equal((await till.handlers['till.facts'](undefined)).isDamaged, false);
  await till.close();
});

describe('F58 each file × each fault', () => {
  for (const cell of cells) {
    const { file, fault } = cell;
    it(`${file}, ${fault}: commands that only read change nothing, and the doctor reports it`, async () => {
      const { folder, mend } = broken(cell);
      const before = contentsOf(folder);
      for (const argv of looking) {
        const what = `${argv.join(' ')} with ${file} ${fault}`;
        const ran = await run([...argv, '--data', folder], { env: { TILLSIDE_RECOVERY_KEY: 'x' } });
        assertTrue(ran, what);
        if (argv[0] === 'doctor' && isLoss(cell) && files[file]?.tells !== 'nobody') {
          assert.notEqual(ran.code, 0, `${what}: ${ran.out}`);
        }
        assert.equal(contentsOf(folder), before, what);
      }
      mend();
    });

    it(`${file}, ${fault}: a start reports it and loses nothing`, async () => {
      const { folder, mend } = broken(cell);
      const before = await findable(folder);
      const logged: string[] = [];
      let isReported = false;
      try {
        const till = await openOfflineTill(folder, {
          log: { write: (level, event) => level === 'error' && logged.push(event) },
        });
        const { isDamaged, isRegionLost } = await till.handlers['till.facts'](undefined);
        isReported = (isDamaged || isRegionLost) && logged.length > 0;
        await till.close();
      } catch (error) {
        assert.ok(error instanceof TillCannotOpen, String(error));
        isReported = true;
      }
      if (isLoss(cell) && files[file]?.tells === 'start') assert.ok(isReported, 'nobody learnt of it');
      mend();
      const after = await findable(folder);
      assert.deepEqual(
        [...before].filter((id) => !after.has(id)),
        [],
      );
    });

    it(`${file}, ${fault}: no command crashes or loses anything`, async () => {
      const untouched = broken(cell);
      const before = await findable(untouched.folder);
      untouched.mend();
      for (const argv of doing) {
        // They start a thread and open the folder the same way as the others.
        if (['import', 'backup'].includes(argv[0] ?? '') && files[file]?.tells !== 'start') continue;
        const what = `${argv.join(' ')} with ${file} ${fault}`;
        const { folder, mend } = broken(cell);
        const sealing = argv[0] === 'outbox' || argv[0] === 'restore';
        const ran = await run([...argv, '--data', folder], { env: sealing ? env : {}, givenSecret: 'secret' });
        assertTrue(ran, what);
        mend();
        const after = await findable(folder);
        assert.deepEqual(
          [...before].filter((id) => !after.has(id)),
          [],
          what,
        );
        rmSync(path.dirname(folder), { recursive: true });
      }
    });
  }
});

describe('F58 while the till is open', () => {
  const harms: { readonly [how: string]: (database: string) => void } = {
    'taken away': (database) => rmSync(database),
    'moved aside': (database) => renameSync(database, `${database}.moved`),
    'another one in its place': (database) => {
      rmSync(database);
      writeFileSync(database, 'not a database');
    },
  };
  for (const [how, harm] of Object.entries(harms)) {
    it(`the database ${how}: the till reports it, and the next start has the saves from before and after`, async () => {
      const folder = path.join(temporaryFolder(), 'till');
      cpSync(base, folder, { recursive: true });
      const clock = virtualClock();
      const logged: string[] = [];
      const till = await openOfflineTill(folder, {
        clock,
        log: { write: (level, event) => level === 'error' && logged.push(event) },
      });
      harm(folderFiles(folder).database);
      await clock.pass(6 * 60_000);
      while (!(await till.handlers['till.facts'](undefined)).isDamaged) await clock.pass(60_000);
      assert.ok(logged.includes('the database file was removed while it was open'));
      await saveFor(till, '919845010009', 'Afterwards');
      await till.close();
      const again = await openOfflineTill(folder);
      assert.equal(again.status().unsent, 3);
      await again.close();
    });
  }
});
