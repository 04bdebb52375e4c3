/**
 * Whether the last commits of a run that was cut off are still there. SQLite takes a `-wal` that is missing, cut or damaged
 * for one that ends earlier, and says nothing. What it should hold stands in the `-shm` beside it: SQLite notes a commit
 * there after it was flushed to the `-wal`, and at a clean end takes the `-shm` away first.
 */
import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import { endianness } from 'node:os';

/** Places in SQLite's index of the `-wal`, in the byte order of the machine. */
const isReadyAt = 12;
const framesAt = 16;
const saltsAt = 32;
const movedAt = 96;
const indexBytes = 136;
/** Of the `-wal` itself: what makes it one, and the two salts of its generation. */
const walMagic = [0x377f0682, 0x377f0683];
const walSaltsAt = 16;
const walHeadBytes = 32;

/**
 * Asked before the database is opened, and of a till that is not open.
 * @returns how many frames the `-wal` must hold at least; 0: nothing can be lost
 */
export function expectedFrames(database: string): number {
  const index = indexOf(database);
  if (index === null) return 0;
  const wal = head(`${database}-wal`, walHeadBytes);
  const isWal = wal !== null && walMagic.includes(wal.readUInt32BE(0));
  // A power cut may leave an index of an earlier generation: it tells nothing of this one.
  const isOther = isWal && !wal.subarray(walSaltsAt, walSaltsAt + 8).equals(index.salts);
  return isOther || index.frames <= index.moved ? 0 : index.frames;
}

/** Asked after the first connection has looked through the `-wal`. */
export function areCommitsLost(database: string, expected: number): boolean {
  return expected > 0 && (indexOf(database)?.frames ?? 0) < expected;
}

function indexOf(database: string) {
  const bytes = head(`${database}-shm`, indexBytes);
  if (bytes === null || bytes[isReadyAt] !== 1) return null;
  const number = (at: number) => (endianness() === 'LE' ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at));
  return { frames: number(framesAt), moved: number(movedAt), salts: bytes.subarray(saltsAt, saltsAt + 8) };
}

function head(file: string, bytes: number): Buffer | null {
  if (!existsSync(file)) return null;
  const buffer = Buffer.alloc(bytes);
  const descriptor = openSync(file, 'r');
  try {
    return readSync(descriptor, buffer, 0, bytes, 0) === bytes ? buffer : null;
  } finally {
    closeSync(descriptor);
  }
}
