/** What may go now: the pace and the state of the line together. */
import type { ConnectionState } from './connection.ts';
import type { Lane, Pace } from './pace.ts';

type Gate = { readonly connection: ConnectionState; readonly pace: Pace };

/** How long until a request of this lane may go; 0: now. */
export function gateMs({ connection, pace }: Gate, lane: Lane): number {
  return Math.max(connection.waitMs, pace.waitMs(lane));
}

/** How many may be on their way at once. */
export function room({ connection, pace }: Gate): number {
  return connection.isProbing ? 1 : pace.maxInFlight;
}

/**
 * Whether the server is to be asked first whether it is there. When a line that was lost comes back, it comes back for all
 * tills: one light request each, and the backlog after that at its own pace. Whoever stands at the counter does not wait
 * for that: their own request tells it.
 */
export function asksFirst({ connection }: Gate, lane: Lane): boolean {
  const { connection: state } = connection;
  return lane === 'backlog' && state.kind === 'offline' && state.why !== 'busy';
}
