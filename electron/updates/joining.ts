/** Decides when a save is joined to an update that is still waiting, and combines the two. */

import type { Db } from '../db/open.ts';
import { type FieldChanges, type FieldKey, type FieldValues, fieldKeys, isFillable } from '../model/customer.ts';
import { wantedValue } from '../model/same-value.ts';
import { isSentBefore, type NewUpdate, openUpdatesOf, type Update } from './rows.ts';
import { isUntouched } from './update-states.ts';

export type SaveInput = Omit<NewUpdate, 'id' | 'savedAtMs' | 'place' | 'replaces'> & { readonly token: string };

/** Changes that are never joined, because history and consent must show each step (F20). */
function standsAlone(changes: FieldChanges): boolean {
  return fieldKeys(changes).some(
    (key) => isFillable(key) || key === 'type' || key === 'fraudStatus' || key.startsWith('subscription.'),
  );
}

/** The same staff member's last update of the customer, if it was never sent and can take in the new changes. */
export function joinable(db: Db, input: SaveInput): Update | null {
  if (input.kind !== 'fields' || standsAlone(input.changes)) return null;
  const last = openUpdatesOf(db, input.customerId).at(-1);
  if (last === undefined || last.kind !== 'fields' || !isUntouched(last) || standsAlone(last.changes)) return null;
  return last.staff?.code === input.staff?.code ? last : null;
}

/** The combined changes. Empty: everything was changed back. */
export function joinedChanges(
  db: Db,
  last: Update,
  input: SaveInput,
): { readonly changes: FieldChanges; readonly baseline: FieldValues } {
  const earlier = openUpdatesOf(db, last.customerId).filter((update) => isSentBefore(update, last));
  const baseline: FieldValues = { ...input.baseline, ...last.baseline };
  const all: FieldChanges = { ...last.changes, ...input.changes };
  /** The server already has the new value, as far as we know. */
  const isHeld = (values: FieldValues, key: FieldKey) => {
    const held = values[key];
    return held !== undefined && held === wantedValue(all[key] ?? '');
  };
  // A field that is changed back need not be sent if the server had that value at the first edit and has it now (F49),
  // and no earlier edit changes it in between.
  const isBack = (key: FieldKey) =>
    isHeld(baseline, key) &&
    isHeld({ ...baseline, ...input.baseline }, key) &&
    !earlier.some((update) => update.changes[key] !== undefined);
  const changes: FieldChanges = Object.fromEntries(
    fieldKeys(all)
      .filter((key) => !isBack(key))
      .map((key) => [key, all[key] ?? '']),
  );
  return { changes, baseline };
}
