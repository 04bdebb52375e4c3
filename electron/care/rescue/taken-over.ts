/** After another till has taken over the second copy: marks its updates as that till's to send. */
import type { Db } from '../../db/open.ts';
import { inTransaction } from '../../db/statements.ts';
import type { Outbox } from '../../updates/outbox.ts';
import { findUpdate } from '../../updates/rows.ts';
import type { Touched } from '../../updates/transfer.ts';
import { isOpen } from '../../updates/update-states.ts';
import { readRescueContent } from './rescue-file.ts';
import { readRescueFile, tillWithReceipt, unseal } from './sealed-file.ts';

export type HandedOver = {
  /** The till that has them. */
  readonly by: string;
  readonly touched: readonly Touched[];
  /** Number of updates being sent right now; they are looked at again when that has finished. */
  readonly left: number;
};

/**
 * An update that staff have edited since stays here too, because the other till has an outdated version of it.
 * @returns null if no till proves to have them
 */
export async function handOver(db: Db, outbox: Outbox, text: string, keyHex: string): Promise<HandedOver | null> {
  const file = readRescueFile(text);
  const by = file === null ? null : await tillWithReceipt(file, keyHex);
  if (file === null || by === null) return null;
  const content = readRescueContent((await unseal(file, { kind: 'till-key', keyHex })) ?? '');
  if (content === null) return null;
  return inTransaction(db, () => {
    const touched: Touched[] = [];
    let left = 0;
    for (const { row } of content.updates) {
      const update = findUpdate(db, String(row.id));
      if (update === null || !isOpen(update.state) || update.revision !== Number(row.revision)) continue;
      if (update.state === 'sending') left += 1;
      else {
        outbox.movedOut(update, file.head.exportId, 'till');
        touched.push({ updateId: update.id, customerId: update.customerId });
      }
    }
    return { by, touched, left };
  });
}
