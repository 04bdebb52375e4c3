/** A login shows whether the server is reachable, accepts the till's password, and which organisation it belongs to. */
import type { LoyaltyApi } from '../loyalty-api/loyalty-api.ts';
import type { StoreLogin } from '../model/definitions.ts';
import type { ReadOutcome } from '../model/outcome.ts';
import { pauseFor, type SyncContext } from './context.ts';
import type { Lane } from './pace.ts';

/** Logs in, and records what the answer says about the connection, the till and the organisation. */
export async function login(context: SyncContext, api: LoyaltyApi, lane: Lane): Promise<ReadOutcome<StoreLogin>> {
  const { blame, connection, pace, owner, log } = context;
  pace.take(lane);
  const outcome = await api.login();
  switch (outcome.kind) {
    case 'found':
      blame.loginPassed();
      // An answer to an old password says nothing about the new one.
      if (context.api() === api && owner.confirm(outcome.value) === 'other') {
        if (connection.paused !== 'other-organisation')
          log.write('error', 'the server speaks for another organisation');
        connection.pause('other-organisation');
      }
      break;
    case 'held':
      if (outcome.why === 'credentials') pauseFor(context, api, 'credentials');
      else blame.loginPassed();
      break;
    case 'failed':
      blame.connectionFailed(outcome);
      break;
    case 'not-found':
    case 'refused':
      blame.loginPassed();
      break;
  }
  return outcome;
}

/** Whether the server is reachable and accepts the till. */
export function isWelcome({ kind, ...outcome }: ReadOutcome<StoreLogin>): boolean {
  return kind !== 'failed' && !('why' in outcome && outcome.why === 'credentials');
}
