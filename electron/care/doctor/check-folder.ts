/** Checks the data folder, its disk, and who has it open. */
import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statfsSync,
  statSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { isUsableBackup } from '../../data/usable-backups.ts';
import { listBackups } from '../../db/backup/backups.ts';
import { takeInstanceLock } from '../../db/instance-lock.ts';
import type { Clock } from '../../machine/clock.ts';
import { diskSpace } from '../../machine/disk-space.ts';
import { logFolder } from '../../machine/file-log.ts';
import { fileTrouble } from '../../machine/file-trouble.ts';
import { folderFiles } from '../../machine/folder-files.ts';
import { readInstanceNote } from '../../machine/instance-note.ts';
import { ageInWords, counted } from '../age-in-words.ts';
import { rescueEnding } from '../rescue/export-unsent.ts';
import { readRescueFile } from '../rescue/sealed-file.ts';
import { act, type DraftFinding, fine, look } from './finding.ts';

/** Below this, the next save may fail. */
const nearlyNothingBytes = 50_000_000;
const probeBytes = 65_536;
const dayMs = 86_400_000;

export async function checkDisk(dataDir: string): Promise<DraftFinding> {
  const trouble = tryToWrite(dataDir);
  const space = await diskSpace(dataDir);
  const facts = { freeBytes: space?.freeBytes ?? null, writeError: trouble };
  const free = space === null ? 'free space unknown' : `${gigabytes(space.freeBytes)} free`;
  if (trouble !== null && /^(ENOSPC|EDQUOT|EFBIG)$/.test(trouble)) {
    return act(
      'disk',
      `The disk or quota is full (${trouble}, ${free}). Nothing that was saved is lost.`,
      'Free up disk space now. Until then, saves may fail and no backups are made.',
      facts,
    );
  }
  if (trouble !== null) {
    return act(
      'disk',
      `Cannot write to ${dataDir} (${trouble}).`,
      'Give the user who runs Tillside write permission, and check the disk is not mounted read-only.',
      facts,
    );
  }
  if (space === null || !space.isLow) return fine('disk', `Writable, ${free}`, facts);
  const advice = 'Free up disk space: on a full disk nothing can be saved and no backups are made.';
  return space.freeBytes < nearlyNothingBytes
    ? act('disk', `Nearly full: ${free}`, advice, facts)
    : look('disk', `Low: ${free}`, advice, facts);
}

/** Writes and flushes as much as a save would, then deletes it. @returns the system's error code; null: it worked */
function tryToWrite(dataDir: string): string | null {
  const probe = path.join(dataDir, `doctor-${process.pid}.probe`);
  try {
    const descriptor = openSync(probe, 'wx', 0o600);
    try {
      writeSync(descriptor, Buffer.alloc(probeBytes));
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    return null;
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  } finally {
    rmSync(probe, { force: true });
  }
}

export function checkFolder(dataDir: string, platform: NodeJS.Platform): DraftFinding {
  // A folder that cannot be written may still be readable; the disk check reports it.
  const unusable = wrongIn(dataDir, 'folder', constants.R_OK | constants.X_OK);
  if (unusable !== null) return act('folder', unusable.found, unusable.advice, { exists: null });
  if (!existsSync(dataDir)) {
    return look(
      'folder',
      `${dataDir} does not exist: Tillside was never opened with this folder`,
      'Start Tillside once, or choose the folder with --data.',
      { exists: false },
    );
  }
  const mode = statSync(dataDir).mode & 0o077;
  const files = folderFiles(dataDir);
  const setAside = namesIn(files.aside).length;
  const rescueFiles = namesIn(files.rescue).filter((name) => name.endsWith(rescueEnding));
  const rescue = rescueFiles.length;
  const facts = { exists: true, setAside, rescueFiles: rescue };
  if (platform !== 'win32' && mode !== 0) {
    return look('folder', `Other users can read ${dataDir}`, `chmod 700 ${dataDir}`, facts);
  }
  const wrong = wrongParts(dataDir);
  const [first] = wrong;
  if (first !== undefined) return act('folder', wrong.map(({ found }) => found).join('; '), first.advice, facts);
  if (setAside > 0) {
    return look(
      'folder',
      `A database was set aside${setAside === 1 ? '' : `, ${setAside} times,`} in ${files.aside}`,
      'Keep it until you are sure nothing is missing, then delete it.',
      facts,
    );
  }
  const unreadable = rescueFiles.filter((name) => !isRescueFile(path.join(files.rescue, name)));
  if (unreadable.length > 0) {
    return act(
      'folder',
      `Cannot read ${unreadable.join(', ')} in ${files.rescue}: it may hold the only copy of unsent changes`,
      'Keep the file and look for a copy of it elsewhere. Support may be able to recover it.',
      facts,
    );
  }
  const withRescue = rescue === 0 ? '' : `, with ${counted(rescue, 'rescue file')} in ${files.rescue}`;
  return fine('folder', `${dataDir}${withRescue}`, facts);
}

function isRescueFile(file: string): boolean {
  try {
    return readRescueFile(readFileSync(file, 'utf8')) !== null;
  } catch {
    return false;
  }
}

function namesIn(folder: string): string[] {
  return statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true ? readdirSync(folder) : [];
}

const moveAway = 'Move it somewhere else, but do not delete it. Tillside creates what it needs.';

type WrongPart = { readonly found: string; readonly advice: string };

/** Files and folders that Tillside needs but cannot use: of the wrong kind, or without permission. */
function wrongParts(dataDir: string): WrongPart[] {
  const files = folderFiles(dataDir);
  const { database, lock, keyMark, incoming, unsentNote, firstStart, backups, aside, rescue } = files;
  const needed: readonly (readonly [string, 'file' | 'folder'])[] = [
    ...[`${database}-wal`, `${database}-shm`, lock, keyMark, incoming, unsentNote, firstStart].map(
      (place) => [place, 'file'] as const,
    ),
    ...[backups, aside, rescue, logFolder(dataDir)].map((place) => [place, 'folder'] as const),
  ];
  return needed.flatMap(([place, kind]) => {
    const wrong = wrongIn(place, kind);
    return wrong === null ? [] : [wrong];
  });
}

function wrongIn(
  place: string,
  needed: 'file' | 'folder',
  access = constants.R_OK | constants.W_OK | constants.X_OK,
): WrongPart | null {
  try {
    if (lstatSync(place, { throwIfNoEntry: false }) === undefined) return null;
    const there = statSync(place, { throwIfNoEntry: false });
    if (there === undefined) return { found: `${place} is a link to something that does not exist`, advice: moveAway };
    const isFolder = there.isDirectory();
    if (isFolder !== (needed === 'folder')) {
      return { found: `${place} is a ${isFolder ? 'folder' : 'file'}, not a ${needed}`, advice: moveAway };
    }
    if (isFolder) accessSync(place, access);
    return null;
  } catch (error) {
    return {
      found: `Cannot use ${place} (${fileTrouble(error)?.code ?? 'unknown'})`,
      advice: 'Run this as the user who runs Tillside, and let that user read and write there.',
    };
  }
}

function findNetworkShare(dataDir: string): DraftFinding | null {
  const network = networkOf(dataDir);
  return network === null ? null : noLocks(`${dataDir} is on a network file system (${network})`, dataDir);
}

export function checkInstance(dataDir: string, clock: Clock, nativeBinding: string | undefined): DraftFinding {
  const { lock: file } = folderFiles(dataDir);
  const withoutLocks = findNetworkShare(dataDir);
  if (withoutLocks !== null) return withoutLocks;
  if (!existsSync(file)) return fine('instance', 'Tillside is not open', { open: false });
  try {
    const lock = takeInstanceLock(file, nativeBinding);
    lock?.release();
    if (lock !== null) return fine('instance', 'Tillside is not open', { open: false });
  } catch (error) {
    if (isLockRefused(error)) return noLocks(`The file system of ${dataDir} does not support locks`, dataDir);
    return look(
      'instance',
      'Could not tell whether Tillside is open',
      { see: ['disk', 'folder'], otherwise: 'Run this as the user who runs Tillside.' },
      {},
    );
  }
  const note = readInstanceNote(dataDir);
  const who = note === null ? 'another program' : `process ${note.pid}, ${note.host}`;
  const since = note === null ? '' : `, for ${ageInWords(clock.wallMs() - note.sinceMs)}`;
  return fine('instance', `Tillside is open (${who}${since})`, { open: true, pid: note?.pid ?? null });
}

/** How SQLite reports a file system without locks. */
function isLockRefused(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return /^(SQLITE_IOERR_(LOCK|UNLOCK|RDLOCK|CHECKRESERVEDLOCK)|SQLITE_PROTOCOL|SQLITE_NOLFS)$/.test(code);
}

/** By `statfs` type. On these, locks and flushes may not work across machines, or at all. */
const networkFileSystems: { readonly [type: number]: string } = {
  26985: 'NFS',
  4283649346: 'CIFS',
  4266872130: 'SMB',
  20859: 'SMB',
  16914839: '9P',
  2020557398: 'a folder shared with a virtual machine',
};

function networkOf(dataDir: string): string | null {
  if (/^[\\/]{2}[^\\/?.]/.test(dataDir) && process.platform === 'win32') return 'a share';
  try {
    return networkFileSystems[statfsSync(dataDir).type >>> 0] ?? null;
  } catch {
    return null;
  }
}

function noLocks(found: string, dataDir: string): DraftFinding {
  const why = 'two tills could open the same data, and a power cut could lose saved changes';
  return act('instance', `${found}: ${why}`, 'Move the data to a local disk (--data).', {
    locks: false,
    dataDir,
  });
}

/** @param keyHex null: the key cannot be read, so backups are not checked */
export function checkBackups(
  dataDir: string,
  clock: Clock,
  keyHex: string | null,
  nativeBinding: string | undefined,
): DraftFinding {
  const [last] = listBackups(dataDir);
  const damaged =
    keyHex === null
      ? []
      : listBackups(dataDir).filter(({ file }) => !isUsableBackup(file, keyHex, 'outbox', nativeBinding));
  if (damaged.length > 0) {
    const found = `Unusable backups (empty, damaged or from another till): ${damaged.map(({ name }) => name).join(', ')}`;
    return look('backups', found, 'Make a new backup: tillside backup. Then delete the unusable ones.', {
      backups: listBackups(dataDir).length,
      damaged: damaged.length,
    });
  }
  const { database } = folderFiles(dataDir);
  const facts = { backups: listBackups(dataDir).length, lastAtMs: last?.atMs ?? null };
  if (last !== undefined) {
    const ageMs = clock.wallMs() - last.atMs;
    const found = `${facts.backups}, the last ${ageInWords(ageMs)} old`;
    return ageMs < 2 * dayMs
      ? fine('backups', found, facts)
      : look(
          'backups',
          found,
          { see: ['disk'], otherwise: 'Tillside makes one a day while it is open. To make one now: tillside backup.' },
          facts,
        );
  }
  const isNew = !existsSync(database) || clock.wallMs() - statSync(database).birthtimeMs < 2 * dayMs;
  return isNew
    ? fine('backups', 'None yet; the first is made within a day', facts)
    : look('backups', 'No backups', { see: ['disk'], otherwise: 'Make one: tillside backup.' }, facts);
}

function gigabytes(bytes: number): string {
  return bytes < 1e9 ? `${Math.round(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}
