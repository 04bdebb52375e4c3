/**
 * A file with the results of the last report to IT's monitoring and of the last second copy, for the doctor, which must not
 * send a heartbeat itself. It also counts starts after a crash.
 */
import { hash } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';

/** Null: the last report was accepted, or there was none. `sinceMs`: when reports began to fail. */
const trouble = z
  .object({ code: z.string().max(60), sinceMs: z.number() })
  .nullable()
  .catch(null);
const note = z.object({
  heartbeat: trouble,
  metrics: trouble,
  otlp: trouble,
  /** The receivers that accepted a report, each as `receiverMark` of its address. */
  acceptedBy: z.array(z.string()).catch([]),
  copy: trouble,
  backupCopy: trouble,
  escrow: trouble,
  /** The name of the newest backup that the folder of the second copy has; null: none was copied yet. */
  copiedBackup: z.string().nullable().catch(null),
  /** When the folder of the second copy last held what it should. */
  copyRightAtMs: z.number().nullable().catch(null),
  /** How many of the requests the server refused as too many calls. */
  limit: z.object({ requests: z.number().min(0), refused: z.number().min(0) }).catch({ requests: 0, refused: 0 }),
  crashes: z.number().int().min(0).catch(0),
});
export type HealthNote = z.output<typeof note>;
export type ReportTarget = 'heartbeat' | 'metrics' | 'otlp';

const nothing: HealthNote = {
  heartbeat: null,
  metrics: null,
  otlp: null,
  acceptedBy: [],
  copy: null,
  backupCopy: null,
  escrow: null,
  copiedBackup: null,
  copyRightAtMs: null,
  limit: { requests: 0, refused: 0 },
  crashes: 0,
};

/** An address may hold a key. */
export function receiverMark(url: string): string {
  return hash('sha256', url).slice(0, 16);
}

function noteFile(dataDir: string): string {
  return path.join(dataDir, 'health.json');
}

export function readHealthNote(dataDir: string): HealthNote {
  try {
    return note.parse(JSON.parse(readFileSync(noteFile(dataDir), 'utf8')));
  } catch {
    return nothing;
  }
}

export function changeHealthNote(dataDir: string, change: Partial<HealthNote>): void {
  const file = noteFile(dataDir);
  try {
    writeFileSync(`${file}.new`, JSON.stringify({ ...readHealthNote(dataDir), ...change }), { mode: 0o600 });
    renameSync(`${file}.new`, file);
  } catch {
    // The till can do without this file, and a full disk is reported elsewhere.
  }
}

/** Counts this start of the till. @returns the note, including this start */
export function noteStart(dataDir: string, endedCleanly: boolean): HealthNote {
  const before = readHealthNote(dataDir);
  if (endedCleanly) return before;
  const now = { ...before, crashes: before.crashes + 1 };
  changeHealthNote(dataDir, now);
  return now;
}
