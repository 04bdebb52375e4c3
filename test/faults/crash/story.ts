/** What the till noted about one customer's updates, to find out why the books disagree. */
import { fieldKeys } from '../../../electron/model/customer.ts';
import type { AttentionReason } from '../../../electron/model/update-view.ts';
import { historyOf } from '../../../electron/updates/history.ts';
import { movedOutEvent } from '../../../electron/updates/outbox-reader.ts';
import { selectUpdates } from '../../../electron/updates/rows.ts';
import { readFolder } from './till-folder.ts';

/** One line a step, oldest update first. Only for folders with made-up customers. */
export function storyOf(dataDir: string, customerId: number): string {
  return readFolder(dataDir, (db) =>
    selectUpdates(db, 'where u.customer_id = ? order by u.seq', customerId)
      .flatMap(({ id, state, changes, baseline }) => [
        `  ${id} is ${state}: ${JSON.stringify(changes)} where it was ${JSON.stringify(baseline)}`,
        ...historyOf(db, id).map(
          ({ atMs, event, detail, after }) =>
            `    ${new Date(atMs).toISOString()} ${event} ${detail ?? ''} ${after === null ? '' : JSON.stringify(after)}`,
        ),
      ])
      .join('\n'),
  );
}

/**
 * Finds a conflict that no other till caused: all its values came from an update that went into a rescue file while
 * nobody knew it had arrived. Staff could not see those values when they typed, so they have to be asked.
 */
export function asksAboutMovedOut(dataDir: string, customerId: number, reason: AttentionReason | null): boolean {
  if (reason?.kind !== 'conflict') return false;
  return readFolder(dataDir, (db) => {
    const moved = selectUpdates(db, 'where u.customer_id = ?', customerId).filter(({ id }) =>
      historyOf(db, id).some(({ event }) => event === movedOutEvent),
    );
    return reason.fields.every(({ key, theirs }) =>
      moved.some(({ changes }) => fieldKeys(changes).includes(key) && changes[key] === theirs),
    );
  });
}
