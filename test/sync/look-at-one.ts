import type { TestContext } from 'node:test';
import { readRecord } from '../../electron/customers/store.ts';
import type { FieldChanges, FieldValues } from '../../electron/model/customer.ts';
import { lookBeforeSending } from '../../electron/sync/look.ts';
import { type ContextOptions, contextOfOneCustomer } from './context-of-one.ts';

type Options = ContextOptions & { readonly changes?: FieldChanges; readonly baseline?: FieldValues };

/** One customer's update that waits to be sent, and the look at it. */
export function waiting(t: TestContext, options: Options = {}) {
  const { changes = { lastName: 'New' }, baseline = { lastName: 'Before' } } = options;
  const one = contextOfOneCustomer(t, { ...options, sync: { checkAfterMinutes: 10, ...options.sync } });
  const { outbox, input, seen, context, server, heard, db, customerId } = one;
  const id = outbox.save(input(changes, 'till1', baseline));
  const look = async (isOld = false) => {
    const looked = await lookBeforeSending(context, server.api, seen(id), { isOld, lane: 'counter' });
    return looked.kind;
  };
  const now = () => seen(id);
  const fields = () => readRecord(db, customerId)?.fields;
  const saidOf = (of: number) => heard.includes(`update ${id} of ${of}`);
  return { ...one, id, look, now, fields, saidOf };
}
