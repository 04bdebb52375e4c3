/** "Check connection": proves the till's credentials, and tells who the server believes this till is. */

import type { ConnectionCheck } from '../model/sync-status.ts';
import type { Organisation } from '../org/organisation.ts';
import type { SyncEngine } from './engine.ts';
import { type Line, noteHeld, noteTrouble } from './line.ts';

/** A success lifts a pause: what waited goes on. */
export async function checkLine(line: Line, engine: SyncEngine, organisation: Organisation): Promise<ConnectionCheck> {
  const { connection } = line;
  const api = line.api();
  if (api === null) return { kind: 'failed', why: 'no-secret' };
  line.pace.take('counter');
  const outcome = await api.login();
  switch (outcome.kind) {
    case 'found': {
      const { serverTimeMs } = outcome.value;
      connection.answered();
      organisation.keepLogin(outcome.value);
      engine.noteServerTime(serverTimeMs);
      engine.tryNow();
      return {
        kind: 'connected',
        organisation: outcome.value.organisation,
        till: outcome.value.till,
        clockDifferenceMs: serverTimeMs === null ? null : line.clock.wallMs() - serverTimeMs,
      };
    }
    case 'held':
      if (outcome.why === 'credentials') noteHeld(line, api, outcome.why);
      else connection.answered();
      engine.changed();
      return { kind: 'failed', why: outcome.why };
    case 'failed':
      noteTrouble(line, outcome.why, outcome.retryAfterMs);
      engine.changed();
      return { kind: 'failed', why: outcome.why === 'till-stopped' ? 'connection-lost' : outcome.why };
    case 'not-found':
    case 'refused':
      connection.answered();
      engine.changed();
      return { kind: 'failed', why: 'unreadable-answer' };
  }
}
