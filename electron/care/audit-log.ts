/**
 * Who moved, destroyed or revealed something of this till, and when: one line an action, written before it. Codes and times
 * only, never a customer. Whoever may write to the till's folder can also change this file (SECURITY.md).
 */
import { appendFileSync, readFileSync, renameSync, statSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';

const auditActions = [
  'recovery-key',
  'outbox-export',
  'outbox-import',
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
  /** The staff code at the screen, the system's user of a command; null: nobody had signed in. */
  author: z.string().max(100).nullable(),
});
export type AuditEntry = z.output<typeof entry>;

/** Years of actions; then the older half is kept beside it. */
const longestFile = 1_000_000;

export function auditFiles(dataDir: string): readonly string[] {
  return ['audit.1.jsonl', 'audit.jsonl'].map((name) => path.join(dataDir, name));
}

/** @returns whether it was written: on a full disk an action that saves the data must go on */
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

/** The oldest first. A line that a crash cut off is left out. */
export function readAudit(dataDir: string): readonly AuditEntry[] {
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
