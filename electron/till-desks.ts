/** Creates what staff use, as the screen's calls. */
import { writeAudit } from './care/audit-log.ts';
import { CustomerDesk } from './desk/customer-desk.ts';
import { draftCalls } from './desk/draft-calls.ts';
import { Masking } from './desk/masking.ts';
import { updateCalls } from './desk/update-calls.ts';
import { UpdateDesk } from './desk/update-desk.ts';
import type { OrgDesk } from './org/org-desk.ts';
import type { SyncContext } from './sync/context.ts';
import type { SyncEngine } from './sync/engine.ts';
import type { TillParts } from './till-options.ts';

export type DeskParts = TillParts & {
  readonly orgDesk: OrgDesk;
  readonly context: SyncContext;
  readonly engine: SyncEngine;
  /** Leaves the damaged part of the data out. True: that part caused the error, so the failed call can be repeated. */
  readonly leaveDamageOut: (error: unknown) => boolean;
};

export function createDesks({ options, live, till, db, outbox, orgDesk, context, engine, leaveDamageOut }: DeskParts) {
  const { organisation, staff } = orgDesk;
  const { store, staff: staffRules } = live.config;
  const { countryCode } = store;
  const masking = new Masking({
    masked: () => orgDesk.role.masked,
    record: () => {
      const author = staff.current?.code.slice(0, 100) ?? null;
      const isWritten = writeAudit(options.dataDir, {
        atMs: context.clock.wallMs(),
        action: 'details-shown',
        from: 'screen',
        author,
      });
      if (!isWritten) context.log.write('error', 'an action could not be noted', { action: 'details-shown' });
    },
    changed: context.tell.customerChanged,
  });
  const customerDesk = new CustomerDesk({
    context,
    organisation,
    countryCode,
    servedSince: () => (live.config.data.showRecent ? staff.signedOutAtMs : null),
    masking,
    leaveDamageOut,
  });
  const updates = new UpdateDesk({
    db,
    outbox,
    org: () => organisation.view(),
    staff: () => staff.current,
    staffRequired: staffRules.required,
    hidden: masking.hidden,
    till,
    countryCode,
    isOnline: () => context.connection.connection.kind === 'online',
    leaveDamageOut,
  });
  const calls = {
    ...customerDesk.calls(() => engine.changed()),
    ...draftCalls(db, context.clock, masking.hidden),
    ...updateCalls({
      db,
      outbox,
      updates,
      hidden: masking.hidden,
      saved: (updateId, customerId) => {
        context.tell.updateChanged(updateId, customerId);
        engine.saved(updateId);
      },
      changed: (updateId, customerId) => {
        context.tell.updateChanged(updateId, customerId);
        engine.changed();
      },
    }),
  };
  return { customerDesk, masking, calls };
}
