/** What may be sent now, given the pace and the connection. */
import type { ConnectionState } from './connection.ts';
import type { Lane, Pace } from './pace.ts';

/** An idle till probes the server this often. */
const idleProbeMs = 5 * 60_000;

type Gate = { readonly connection: ConnectionState; readonly pace: Pace };

/** How long until a request of this lane may go; 0: now. */
export function gateMs({ connection, pace }: Gate, lane: Lane): number {
  return Math.max(connection.waitMs, pace.waitMs(lane));
}

/**
 * How long until the server may be probed; 0: now. If all tills of a crowd probed as soon as the network is back, that
 * would be a flood, so there a probe keeps to the backlog's pace unless it is for the counter.
 */
export function untilProbeMs({ connection, pace }: Gate, lane: Lane = 'backlog'): number {
  const isPaced = lane === 'backlog' && pace.probeLane === 'backlog' && connection.connection.kind !== 'untried';
  return Math.max(connection.waitMs, isPaced ? pace.waitMs('backlog') : 0);
}

/** How long until the next probe while the connection works. */
export function idleMs({ connection, pace }: Gate): number {
  return Math.max(connection.waitMs, Math.max(idleProbeMs, pace.idleProbeMs) - connection.sinceAnswerMs);
}

/** How many requests may be in flight. */
export function mostInFlight({ connection, pace }: Gate): number {
  return connection.isProbing ? 1 : pace.maxInFlight;
}

/**
 * Whether to probe the server first. A lost network comes back for all tills together, so each sends one light request
 * before its backlog. A customer at the counter does not wait for that: their own request is the probe. In a crowd, one
 * probe from each till would use up half an hour of calls, so there the look before each update is the probe.
 */
export function asksFirst({ connection, pace }: Gate, lane: Lane): boolean {
  const { connection: state } = connection;
  return pace.probeLane === 'counter' && lane === 'backlog' && state.kind === 'offline' && state.why !== 'busy';
}
