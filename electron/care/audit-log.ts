/**
 * The audit log: who moved, destroyed or revealed data of this till, and when. One line per action, written before it
 * happens; a command adds a second line with how it ended. Codes and times only, never customer data. Anyone who can write to the data folder can change it
 * (SECURITY.md).
 */
import { appendFileSync, readFileSync, renameSync, statSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';

const auditActions = [
  'recovery-key',
  'outbox-export',
  'outbox-import',
  'outbox-confirmed',
  'customers-import',
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
  /** Of commands only. Absent for actions on screen, and in entries of older versions. */
  outcome: z.enum(['begun', 'done', 'failed']).optional(),
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
    appendFileSync(current, `${JSON.stringify(what)}\n`, { mode: 0o600, flush: true });
    return true;
  } catch {
    return false;
  }
}

/** Oldest first, each action once, without lines that a crash cut off. */
export function readAudit(dataDir: string): readonly AuditEntry[] {
  const lines = linesOf(dataDir);
  const ended = new Set(lines.filter(({ outcome }) => outcome === 'done' || outcome === 'failed').map(actionOf));
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
