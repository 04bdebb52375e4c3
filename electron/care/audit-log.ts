/**
 * The audit log: who moved, destroyed or revealed data of this till, and when. Two lines per action: one written before
 * it happens, one with how it ended. Codes and times only, never customer data. Anyone who can write to the data folder
 * can change it (SECURITY.md).
 */
import {
  accessSync,
  appendFileSync,
  closeSync,
  constants,
  existsSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  statSync,
} from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { fileTrouble } from '../machine/file-trouble.ts';

const auditActions = [
  'recovery-key',
  'recovery-key-kept',
  'recovery-key-used',
  'outbox-export',
  'outbox-import',
  'outbox-confirmed',
  'customers-import',
  'customers-import-undone',
  'customer-forgotten',
  'restore',
  'secret-set',
  'organisation-kept',
  'details-shown',
  'unlocked',
  'wrong-pin',
] as const;
export type AuditAction = (typeof auditActions)[number];

const entry = z.object({
  atMs: z.number(),
  action: z.enum(auditActions),
  from: z.enum(['screen', 'command']),
  /** The staff code (on screen) or the system user (for a command); null: nobody was signed in. */
  author: z.string().max(100).nullable(),
  /** `left`: staff ended it before it changed anything. Absent if it has no end of its own, and in older entries. */
  outcome: z.enum(['begun', 'done', 'failed', 'left']).optional(),
  /** Why it failed or was left; for a command, its exit code. */
  code: z.string().max(60).optional(),
});
export type AuditEntry = z.output<typeof entry>;

/** Holds years of actions. A larger file is set aside and replaces the one set aside before. */
const longestFile = 1_000_000;

export function auditFiles(dataDir: string): readonly string[] {
  return ['audit.1.jsonl', 'audit.jsonl'].map((name) => path.join(dataDir, name));
}

/** @returns whether it was written. It never throws: on a full disk, an action that saves data must still go ahead. */
export function writeAudit(dataDir: string, what: AuditEntry): boolean {
  const [older = '', current = ''] = auditFiles(dataDir);
  try {
    if ((statSync(current, { throwIfNoEntry: false })?.size ?? 0) > longestFile) renameSync(current, older);
    // A crash may have cut the last line off, and this one must not become a part of it.
    const start = endsInALine(current) ? '' : '\n';
    appendFileSync(current, `${start}${JSON.stringify(what)}\n`, { mode: 0o600, flush: true });
    return true;
  } catch {
    return false;
  }
}

function endsInALine(file: string): boolean {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size === 0) return true;
  const descriptor = openSync(file, 'r');
  try {
    const last = Buffer.alloc(1);
    readSync(descriptor, last, 0, 1, size - 1);
    return last.toString() === '\n';
  } finally {
    closeSync(descriptor);
  }
}

export type AuditTrouble =
  /** `code`: the system's error code. */
  | { readonly kind: 'no-access'; readonly file: string; readonly code: string }
  /** Tillside never writes an empty file or such lines: a crash cut a line off, or somebody changed the file. */
  | { readonly kind: 'empty'; readonly file: string }
  | { readonly kind: 'unreadable'; readonly file: string; readonly lines: number };

/** Why the log may be incomplete; null: nothing is known to be missing. A removed file leaves no trace. */
export function auditTrouble(dataDir: string): AuditTrouble | null {
  for (const file of auditFiles(dataDir)) {
    if (!existsSync(file)) continue;
    try {
      accessSync(file, constants.R_OK | constants.W_OK);
      const text = readFileSync(file, 'utf8');
      if (text === '') return { kind: 'empty', file };
      const lines = text.split('\n').filter((line) => line !== '' && !isEntry(line)).length;
      if (lines > 0) return { kind: 'unreadable', file, lines };
    } catch (error) {
      return { kind: 'no-access', file, code: fileTrouble(error)?.code ?? 'unknown' };
    }
  }
  return null;
}

/** An entry of this version, or of a newer one that may know other actions. */
const anyEntry = entry.extend({
  action: z.string().max(40),
  from: z.string().max(40),
  outcome: z.string().max(40).optional(),
});

function isEntry(line: string): boolean {
  try {
    return anyEntry.safeParse(JSON.parse(line)).success;
  } catch {
    return false;
  }
}

export type AuditEnd = {
  readonly outcome: 'done' | 'failed' | 'left';
  readonly code?: string;
};

/**
 * Writes that an action begins. @param write calls `writeAudit`
 * @returns a function that writes how it ended
 */
export function beginAudit(
  what: Omit<AuditEntry, 'outcome' | 'code'>,
  write: (entry: AuditEntry) => void,
): (end: AuditEnd) => void {
  write({ ...what, outcome: 'begun' });
  return (end) => write({ ...what, ...end });
}

/** Oldest first, each action once, without lines that a crash cut off. */
export function readAudit(dataDir: string): readonly AuditEntry[] {
  const lines = linesOf(dataDir);
  const ended = new Set(lines.filter(({ outcome = 'begun' }) => outcome !== 'begun').map(actionOf));
  return lines.filter((line) => line.outcome !== 'begun' || !ended.has(actionOf(line)));
}

function actionOf({ atMs, action, from, author }: AuditEntry): string {
  return JSON.stringify([atMs, action, from, author]);
}

function linesOf(dataDir: string): readonly AuditEntry[] {
  return auditFiles(dataDir)
    .flatMap((file) => {
      try {
        return readFileSync(file, 'utf8').split('\n');
      } catch {
        return [];
      }
    })
    .flatMap((line) => {
      try {
        const read = entry.safeParse(JSON.parse(line));
        return read.success ? [read.data] : [];
      } catch {
        return [];
      }
    });
}
