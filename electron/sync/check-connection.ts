/** "Check connection": verifies the till's credentials, and shows who this till is for the server. */
import type { StoreLogin } from '../model/definitions.ts';
import type { ReadOutcome } from '../model/outcome.ts';
import type { ConnectionCheck } from '../model/sync-status.ts';
import type { Organisation } from '../org/organisation.ts';
import type { SyncContext } from './context.ts';
import type { SyncEngine } from './engine.ts';
import { login } from './login.ts';

/** A success ends a pause, and sending continues. */
export async function checkConnection(
  context: SyncContext,
  engine: SyncEngine,
  organisation: Organisation,
): Promise<ConnectionCheck> {
  const api = context.api();
  if (api === null) return { kind: 'failed', why: 'no-secret' };
  const outcome = await login(context, api, 'counter');
  if (context.owner.ownership === 'other' || outcome.kind !== 'found') {
    engine.changed();
    return { kind: 'failed', why: whyNot(context, outcome) };
  }
  const { serverTimeMs } = outcome.value;
  organisation.keepLogin(outcome.value);
  engine.noteServerTime(serverTimeMs);
  engine.tryNow();
  return {
    kind: 'connected',
    organisation: outcome.value.organisation,
    till: outcome.value.till,
    clockDifferenceMs: serverTimeMs === null ? null : context.clock.wallMs() - serverTimeMs,
  };
}

function whyNot(
  { owner }: SyncContext,
  outcome: ReadOutcome<StoreLogin>,
): Extract<ConnectionCheck, { kind: 'failed' }>['why'] {
  if (owner.ownership === 'other') return 'other-organisation';
  if (outcome.kind === 'held') return outcome.why;
  if (outcome.kind !== 'failed') return 'unreadable-answer';
  return outcome.why === 'till-stopped' ? 'connection-lost' : outcome.why;
}
