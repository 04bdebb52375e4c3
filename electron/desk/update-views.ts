/** Lists updates for the screen. */

import { customerRow } from '../customers/store.ts';
import type { Db } from '../db/open.ts';
import { count, limitBy } from '../db/statements.ts';
import { coreFields, type FieldKey, fieldKeys } from '../model/customer.ts';
import type { UpdateView } from '../model/update-view.ts';
import type { Outbox } from '../updates/outbox.ts';
import { isDoubleAward, openList, selectUpdates, type Update } from '../updates/rows.ts';
import { isUntouched, mayPutOff } from '../updates/update-states.ts';

const open = `u.state in ${openList}`;

/** Fields are listed in the order of the form. */
const formOrder: readonly FieldKey[] = coreFields;

function orderOf(key: FieldKey): number {
  const at = formOrder.indexOf(key);
  return at < 0 ? formOrder.length : at;
}

function updateView(db: Db, outbox: Outbox, update: Update): UpdateView {
  const customer = customerRow(db, update.customerId);
  const behindAnother = update.state === 'queued' && outbox.isBehindAnother(update);
  return {
    updateId: update.id,
    customerId: update.customerId,
    customerName: `${customer?.first_name ?? ''} ${customer?.last_name ?? ''}`.trim(),
    kind: update.kind,
    state: update.state,
    identifier: update.identifier,
    changes: fieldKeys(update.changes)
      .sort((a, b) => orderOf(a) - orderOf(b) || a.localeCompare(b))
      .map((key) => {
        const was = update.baseline[key];
        return { key, to: update.changes[key] ?? '', ...(was === undefined ? {} : { was }) };
      }),
    staff: update.staff,
    savedAtMs: update.savedAtMs,
    settledAtMs: update.settledAtMs,
    attempts: update.attempts,
    reason: update.reason,
    putOffAtMs: update.putOffAtMs,
    result: update.result,
    lastAnswer: update.answer,
    doubleAward: update.award?.kind === 'possible' ? update.award.found : null,
    discardReason: update.discardReason,
    replacedBy: update.replacedBy,
    replaces: update.replaces,
    behindAnother,
    may: {
      edit: isUntouched(update),
      cancel: isUntouched(update),
      fix: update.state === 'attention' && update.reason?.kind !== 'unreadable',
      discard: update.state === 'attention',
      putOff: mayPutOff(update),
    },
  };
}

/** Keeps a customer's updates together, sorted by the oldest. */
const byCustomer = 'min(u.place) over (partition by u.customer_id), u.customer_id';

const lists = {
  open: {
    where: open,
    order: `u.state <> 'attention' or u.put_off_at_ms is not null, ${byCustomer}, u.place, u.seq`,
  },
  closed: { where: `not ${open}`, order: 'u.settled_at_ms desc, u.seq desc' },
  doubled: { where: isDoubleAward, order: 'u.seq desc' },
} as const;

export type Page = {
  readonly which: keyof typeof lists;
  readonly offset: number;
  readonly limit: number;
};

/**
 * Open updates: first those that need attention now, then by customer, longest waiting first. Closed ones and possible
 * double awards: newest first.
 */
export function listUpdates(
  db: Db,
  outbox: Outbox,
  { which, offset, limit }: Page,
): { updates: UpdateView[]; total: number } {
  const { where, order } = lists[which];
  const updates = selectUpdates(db, `where ${where} order by ${order} ${limitBy('?')} offset ?`, limit, offset);
  const total = count(db, `select count(*) as n from updates u where ${where}`);
  return { updates: updates.map((update) => updateView(db, outbox, update)), total };
}

/** All open updates and the newest closed ones, newest first. */
export function updatesOfCustomer(db: Db, outbox: Outbox, customerId: number, closed: number): UpdateView[] {
  return selectUpdates(
    db,
    `where u.customer_id = ? and (${open} or u.seq in
       (select seq from updates c where c.customer_id = ? and not c.state in ${openList} order by seq desc ${limitBy('?')}))
     order by u.seq desc`,
    customerId,
    customerId,
    closed,
  ).map((update) => updateView(db, outbox, update));
}
