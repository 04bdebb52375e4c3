/** Creates what staff use, as the screen's calls. */
import type { LiveConfig } from './config/live-config.ts';
import type { Db } from './db/open.ts';
import { CustomerDesk } from './desk/customer-desk.ts';
import { updateCalls } from './desk/update-calls.ts';
import { UpdateDesk } from './desk/update-desk.ts';
import type { OrgDesk } from './org/org-desk.ts';
import type { SyncContext } from './sync/context.ts';
import type { SyncEngine } from './sync/engine.ts';
import type { Outbox } from './updates/outbox.ts';

/** When an opened customer's record is older than this, it is refreshed in the background. */
const freshForMs = 60_000;

export type DeskParts = {
  readonly live: LiveConfig;
  readonly till: string;
  readonly db: Db;
  readonly outbox: Outbox;
  readonly orgDesk: OrgDesk;
  readonly context: SyncContext;
  readonly engine: SyncEngine;
  /** Whether the call that failed with this error can be repeated. */
  readonly mended: (error: unknown) => boolean;
};

export function createDesks({ live, till, db, outbox, orgDesk, context, engine, mended }: DeskParts) {
  const { organisation, staff } = orgDesk;
  const { store, staff: staffRules } = live.config;
  const { countryCode } = store;
  const customerDesk = new CustomerDesk(
    context,
    organisation,
    countryCode,
    freshForMs,
    () => (live.config.data.showRecent ? staff.signedOutAtMs : null),
    mended,
  );
  const updates = new UpdateDesk({
    db,
    outbox,
    org: () => organisation.view(),
    staff: () => staff.current,
    staffRequired: staffRules.required,
    till,
    countryCode,
    isOnline: () => context.connection.connection.kind === 'online',
    mended,
  });
  const calls = {
    ...customerDesk.calls(() => engine.changed()),
    ...updateCalls({
      db,
      outbox,
      updates,
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
  return { customerDesk, calls };
}
