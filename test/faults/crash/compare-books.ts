/** Compares the server's ledger with the till's books once everything is sent. */
import type { Update } from '../../../electron/updates/rows.ts';
import type { LedgerLine } from './practice-process.ts';
import type { Books } from './till-folder.ts';

export type Findings = {
  /** Acknowledged but not on the books, or shown as applied without a line in the ledger. */
  readonly lost: readonly string[];
  /** More lines in the ledger than saves. */
  readonly doubled: readonly string[];
  /** Neither applied, nor cancelled, nor waiting for a person. */
  readonly stuck: readonly string[];
};

export const noFindings: Findings = { lost: [], doubled: [], stuck: [] };

function signature(userId: string, changes: { readonly [key: string]: string | undefined }): string {
  return `${userId} ${JSON.stringify(Object.entries(changes).sort(([one], [other]) => (one < other ? -1 : 1)))}`;
}

/**
 * Every value the rig saves is unique, so each update can be recognised in the ledger.
 * @param acknowledged save tokens that were answered with `saved`
 * @param serverIds the server's id of each customer of the till
 */
export function compareBooks(
  books: Books,
  ledger: readonly LedgerLine[],
  acknowledged: ReadonlySet<string>,
  serverIds: ReadonlyMap<number, number>,
): Findings {
  const lines = new Map<string, number>();
  for (const { customerId, changes } of ledger) {
    const line = signature(String(customerId), changes);
    lines.set(line, (lines.get(line) ?? 0) + 1);
  }
  const lost: string[] = [];
  const doubled: string[] = [];
  const stuck: string[] = [];
  const known = new Set<string>();
  for (const update of books.updates) {
    const line = signature(String(serverIds.get(update.customerId)), update.changes);
    const times = lines.get(line) ?? 0;
    const found = `${update.id} (${update.state}) is ${times} times in the ledger`;
    if (known.has(line)) doubled.push(`${update.id} has the same values as another update`);
    known.add(line);
    if (times > mostTimes(update)) doubled.push(found);
    if (update.state === 'applied' && times === 0) lost.push(found);
    // Every rescue file has been imported by now.
    if (update.state === 'discarded' && update.discardReason === 'moved')
      lost.push(`${update.id} is in no rescue file`);
    if (update.state === 'attention' && update.reason === null)
      stuck.push(`${update.id} needs attention without a reason`);
    if (update.state === 'queued' || update.state === 'sending' || update.state === 'unknown') stuck.push(found);
  }
  for (const line of lines.keys()) if (!known.has(line)) doubled.push(`${line} is on no till's books`);
  for (const token of acknowledged) if (!books.tokens.has(token)) lost.push(`acknowledged save ${token} is gone`);
  return { lost, doubled, stuck };
}

function mostTimes({ state }: Update): number {
  return state === 'cancelled' ? 0 : 1;
}
