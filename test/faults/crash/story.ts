/** Everything that the till noted of one customer's updates, for whoever has to find out why the books do not agree. */
import { historyOf } from '../../../electron/updates/history.ts';
import { selectUpdates } from '../../../electron/updates/rows.ts';
import { readFolder } from './till-folder.ts';

/** One line a step, oldest update first; only for folders whose customers were made up. */
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
