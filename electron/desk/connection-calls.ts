/** The screen's calls about the connection to head office. */
import type { ConnectionCheck } from '../model/sync-status.ts';
import type { OrgDesk } from '../org/org-desk.ts';
import { checkConnection } from '../sync/check-connection.ts';
import type { SyncContext } from '../sync/context.ts';
import type { SyncEngine } from '../sync/engine.ts';

export function connectionCalls(context: SyncContext, engine: SyncEngine, orgDesk: OrgDesk) {
  return {
    'sync.status': () => engine.status(),
    'sync.sendNow': () => {
      engine.sendNow();
      return engine.status();
    },
    'sync.checkConnection': async (): Promise<ConnectionCheck> => {
      const result = await checkConnection(context, engine, orgDesk.organisation);
      if (result.kind === 'connected') void orgDesk.refreshDue();
      return result;
    },
  };
}
