/** What may be sent now, given the pace and the connection. */
import type { ConnectionState } from './connection.ts';
import type { Lane, Pace } from './pace.ts';

type Gate = { readonly connection: ConnectionState; readonly pace: Pace };

/** How long until a request of this lane may go; 0: now. */
export function gateMs({ connection, pace }: Gate, lane: Lane): number {
  return Math.max(connection.waitMs, pace.waitMs(lane));
}

/** How many requests may be in flight. */
export function room({ connection, pace }: Gate): number {
  return connection.isProbing ? 1 : pace.maxInFlight;
}

/**
 * Whether to probe the server first. A lost network comes back for all tills together, so each sends one light request
 * before its backlog. A customer at the counter does not wait for that: their own request is the probe.
 */
export function asksFirst({ connection }: Gate, lane: Lane): boolean {
  const { connection: state } = connection;
  return lane === 'backlog' && state.kind === 'offline' && state.why !== 'busy';
}
