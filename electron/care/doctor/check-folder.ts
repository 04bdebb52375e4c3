/** The folder of the till's data, the disk it lies on, and who has it open. */
import { closeSync, existsSync, fsyncSync, openSync, readdirSync, rmSync, statSync, writeSync } from 'node:fs';
import path from 'node:path';
import { listBackups } from '../../db/backup/backups.ts';
import { takeInstanceLock } from '../../db/instance-lock.ts';
import type { Clock } from '../../machine/clock.ts';
import { diskSpace } from '../../machine/disk-space.ts';
import { folderFiles } from '../../machine/folder-files.ts';
import { readInstanceNote } from '../../machine/instance-note.ts';
import { ageInWords } from '../age-in-words.ts';
import { rescueEnding } from '../rescue/export-unsent.ts';
import { act, type Finding, fine, look } from './finding.ts';

/** Less than this, and the next save may be refused. */
const nearlyNothingBytes = 50_000_000;
const probeBytes = 65_536;
const dayMs = 86_400_000;

export async function checkDisk(dataDir: string): Promise<Finding> {
  const trouble = tryToWrite(dataDir);
  const space = await diskSpace(dataDir);
  const facts = { freeBytes: space?.freeBytes ?? null, writeError: trouble };
  const free = space === null ? 'the free space is not known' : `${gigabytes(space.freeBytes)} free`;
  if (trouble !== null && /^(ENOSPC|EDQUOT|EFBIG)$/.test(trouble)) {
    return act(
      'disk',
      `Nothing can be written: the disk or the quota is full (${trouble}, ${free}). Nothing that was saved is lost.`,
      'Make room on this disk now: until then a save on this till may be refused, and no backup is made.',
      facts,
    );
  }
  if (trouble !== null) {
    return act(
      'disk',
      `Nothing can be written to ${dataDir} (${trouble}).`,
      'Give the user who runs Tillside the right to write there, and look whether the disk is mounted read-only.',
      facts,
    );
  }
  if (space === null || !space.isLow) return fine('disk', `Can be written to, ${free}`, facts);
  const advice = 'Make room on this disk: a full disk refuses every save, and makes no backups.';
  return space.freeBytes < nearlyNothingBytes
    ? act('disk', `Nearly full: ${free}`, advice, facts)
    : look('disk', `Low: ${free}`, advice, facts);
}

/** Writes and flushes what a save would, and takes it away again. @returns the system's code where that was refused */
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

export function checkFolder(dataDir: string, platform: NodeJS.Platform): Finding {
  if (!existsSync(dataDir)) {
    return look(
      'folder',
      `${dataDir} is not there: Tillside was never opened with this data`,
      'Start Tillside once, or name the folder with --data.',
      { exists: false },
    );
  }
  const mode = statSync(dataDir).mode & 0o077;
  const files = folderFiles(dataDir);
  const setAside = namesIn(files.aside).length;
  const rescue = namesIn(files.rescue).filter((name) => name.endsWith(rescueEnding)).length;
  const facts = { exists: true, setAside, rescueFiles: rescue };
  if (platform !== 'win32' && mode !== 0) {
    return look('folder', `Others on this machine can look into ${dataDir}`, `chmod 700 ${dataDir}`, facts);
  }
  if (setAside > 0) {
    return look(
      'folder',
      `A database was set aside${setAside === 1 ? '' : `, ${setAside} times,`} in ${files.aside}`,
      'Keep it until it is sure that nothing of it is missing, then take it away by hand.',
      facts,
    );
  }
  const told = rescue === 0 ? '' : `, with ${rescue} rescue files in ${files.rescue}`;
  return fine('folder', `${dataDir}${told}`, facts);
}

function namesIn(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}

export function checkInstance(dataDir: string, clock: Clock, nativeBinding: string | undefined): Finding {
  const { lock: file } = folderFiles(dataDir);
  if (!existsSync(file)) return fine('instance', 'Tillside is not open', { open: false });
  try {
    const lock = takeInstanceLock(file, nativeBinding);
    lock?.release();
    if (lock !== null) return fine('instance', 'Tillside is not open', { open: false });
  } catch {
    return look('instance', 'Whether Tillside is open cannot be told', 'See what is said of the disk.', {});
  }
  const note = readInstanceNote(dataDir);
  const who = note === null ? 'another program' : `process ${note.pid}, ${note.host}`;
  const since = note === null ? '' : `, for ${ageInWords(clock.wallMs() - note.sinceMs)}`;
  return fine(
    'instance',
    `Tillside is open (${who}${since})`,
    { open: true, pid: note?.pid ?? null },
    `A second start with the same data is refused. If no window is to be found, end ${who}: nothing that was saved is lost.`,
  );
}

export function checkBackups(dataDir: string, clock: Clock): Finding {
  const [last] = listBackups(dataDir);
  const { database } = folderFiles(dataDir);
  const facts = { backups: listBackups(dataDir).length, lastAtMs: last?.atMs ?? null };
  if (last !== undefined) {
    const ageMs = clock.wallMs() - last.atMs;
    const found = `${facts.backups}, the last ${ageInWords(ageMs)} old`;
    return ageMs < 8 * dayMs
      ? fine('backups', found, facts)
      : look('backups', found, 'One a day is made while Tillside is open and there is room: see the disk.', facts);
  }
  const isNew = !existsSync(database) || clock.wallMs() - statSync(database).birthtimeMs < 2 * dayMs;
  return isNew
    ? fine('backups', 'None yet: the first is made within a day', facts)
    : look('backups', 'There is none', 'Make one: tillside backup. See what is said of the disk.', facts);
}

function gigabytes(bytes: number): string {
  return bytes < 1e9 ? `${Math.round(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}
