/** The customers' desk of an engine under test, with nothing masked and nothing refused. */
import { CustomerDesk } from '../../electron/desk/customer-desk.ts';
import { Masking } from '../../electron/desk/masking.ts';
import { Organisation } from '../../electron/org/organisation.ts';
import type { SyncContext } from '../../electron/sync/context.ts';

export function customerDeskOf(context: SyncContext): CustomerDesk {
  const organisation = new Organisation({
    db: context.db,
    clock: context.clock,
    fallback: context.config.org,
    reserved: () => null,
    mayChange: () => null,
    changed: () => undefined,
  });
  const masking = new Masking({ masked: () => [], record: () => undefined, changed: () => undefined });
  return new CustomerDesk({
    context,
    organisation,
    countryCode: 'IN',
    servedSince: () => 0,
    masking,
    leaveDamageOut: () => false,
  });
}
