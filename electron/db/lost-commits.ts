/**
 * Detects lost commits after a crash. SQLite silently treats a missing, cut or damaged `-wal` as one that ends earlier.
 * But the `-shm` beside it says how much the `-wal` should hold: SQLite records a commit there after flushing it to the
 * `-wal`, and removes the `-shm` first at a clean close.
 */
import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import { endianness } from 'node:os';
import type { Db } from './open.ts';

/** Offsets in SQLite's index of the `-wal`, in the machine's byte order. */
const isReadyAt = 12;
const framesAt = 16;
const saltsAt = 32;
const checkpointedAt = 96;
const indexBytes = 136;
/** Offsets in the `-wal` itself: its magic number and the two salts of its generation. */
const walMagic = [0x377f0682, 0x377f0683];
const walSaltsAt = 16;
const walHeadBytes = 32;

/**
 * Call before the database is opened, and only while no till has it open.
 * @returns the least number of frames that the `-wal` must hold; 0: nothing can be lost
 */
export function expectedFrames(database: string): number {
  const index = indexOf(database);
  if (index === null) return 0;
  const wal = head(`${database}-wal`, walHeadBytes);
  const isWal = wal !== null && walMagic.includes(wal.readUInt32BE(0));
  // After a power cut, the index may belong to an earlier `-wal`, and then says nothing about this one.
  const isOther = isWal && !wal.subarray(walSaltsAt, walSaltsAt + 8).equals(index.salts);
  return isOther || index.frames <= index.checkpointed ? 0 : index.frames;
}

/**
 * Call after the first connection has read the `-wal`. It asks SQLite: opening and closing the `-shm` here would
 * release this process's locks, and the next reader would truncate the file under the running till (SIGBUS).
 */
export function areCommitsLost(db: Db, expected: number): boolean {
  const frames = () => db.prepare<[], { log: number }>('pragma wal_checkpoint(noop)').get()?.log ?? 0;
  return expected > 0 && frames() < expected;
}

function indexOf(database: string) {
  const bytes = head(`${database}-shm`, indexBytes);
  if (bytes === null || bytes[isReadyAt] !== 1) return null;
  const number = (at: number) => (endianness() === 'LE' ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at));
  return {
    frames: number(framesAt),
    checkpointed: number(checkpointedAt),
    salts: bytes.subarray(saltsAt, saltsAt + 8),
  };
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
