/** What staff do, one line each, for tests that call the services. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { FieldChanges, Identifier } from '../../electron/model/customer.ts';
import type { CustomerView } from '../../electron/model/customer-view.ts';
import type { SyncStatus } from '../../electron/model/sync-status.ts';
import type { SaveResult, UpdateView } from '../../electron/model/update-view.ts';
import type { RigTill } from './till-rig.ts';

/** An identifier as typed text that can be read in only one way. */
export function typedAs({ type, value }: Identifier): string {
  if (type === 'userId') return `id:${value}`;
  return type === 'mobile' ? `+${value}` : value;
}

/** Fetches somebody from the server into this till's cache. */
export async function bringIn(till: RigTill, identifier: Identifier): Promise<CustomerView & { customerId: number }> {
  const found = await till.call['customers.lookUpOnline']({ query: typedAs(identifier) });
  assert.equal(found.kind, 'found');
  const { customer } = found;
  assert.ok(customer.customerId !== null);
  return { ...customer, customerId: customer.customerId };
}

export function byServerId(userId: number): Identifier {
  return { type: 'userId', value: String(userId) };
}

export function trySave(till: RigTill, customerId: number, changes: FieldChanges, replaces: string | null = null) {
  return till.call['updates.save']({
    token: randomUUID(),
    target: { customerId },
    changes,
    replaces,
    confirmedFills: [],
  });
}

/** Saves and returns the update's id; anything but `saved` fails the test. */
export async function save(
  till: RigTill,
  customerId: number,
  changes: FieldChanges,
  replaces: string | null = null,
): Promise<string> {
  return savedId(await trySave(till, customerId, changes, replaces));
}

export function savedId(result: SaveResult): string {
  assert.equal(result.kind, 'saved', `the save returned ${result.kind}`);
  return result.updateId;
}

export async function statusOf(till: RigTill): Promise<SyncStatus> {
  return till.call['sync.status'](undefined);
}

export async function untilAllSent(till: RigTill): Promise<void> {
  await till.until('everything is sent', async () => (await statusOf(till)).unsent === 0);
}

export async function openUpdates(till: RigTill): Promise<readonly UpdateView[]> {
  return (await till.call['updates.list']({ which: 'open', offset: 0, limit: 500 })).updates;
}

/** Finds an update, open or closed. */
export async function updateOf(till: RigTill, customerId: number, updateId: string): Promise<UpdateView> {
  const view = await till.call['customers.open']({ customerId });
  const update = view?.updates.find((one) => one.updateId === updateId);
  assert.ok(update !== undefined, 'the update is gone');
  return update;
}

export async function untilState(
  till: RigTill,
  customerId: number,
  updateId: string,
  state: UpdateView['state'],
): Promise<UpdateView> {
  await till.until(`the update is ${state}`, async () => (await updateOf(till, customerId, updateId)).state === state);
  return updateOf(till, customerId, updateId);
}
