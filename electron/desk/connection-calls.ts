/** The screen's calls about the connection to head office. */
import type { ConnectionCheck } from '../model/sync-status.ts';
import type { OrgDesk } from '../org/org-desk.ts';
import { checkLine } from '../sync/check-line.ts';
import type { SyncEngine } from '../sync/engine.ts';
import type { Line } from '../sync/line.ts';

export function connectionCalls(line: Line, engine: SyncEngine, orgDesk: OrgDesk) {
  return {
    'sync.status': () => engine.status(),
    'sync.sendNow': () => {
      engine.sendNow();
      return engine.status();
    },
    'sync.checkConnection': async (): Promise<ConnectionCheck> => {
      const result = await checkLine(line, engine, orgDesk.organisation);
      if (result.kind === 'connected') void orgDesk.refreshDue();
      return result;
    },
  };
}
