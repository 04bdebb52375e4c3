/**
 * Logs the connection to the server, so that support can see since when a till does not send, and why. Only changes are
 * logged, and an unstable connection every five minutes at most (F14).
 */
import type { Clock } from '../machine/clock.ts';
import type { Log } from '../machine/log.ts';
import type { SyncStatus } from '../model/sync-status.ts';

const againMs = 5 * 60_000;

/** @returns a function to call with each status */
export function connectionLog(log: Log, clock: Clock): (status: SyncStatus) => void {
  let connection = 'untried';
  let paused: SyncStatus['paused'] = null;
  let offlineSinceMs: number | null = null;
  let loggedAtMs = Number.NEGATIVE_INFINITY;

  function noteConnection(status: SyncStatus): void {
    const now = status.connection.kind === 'offline' ? status.connection.why : status.connection.kind;
    const nowMs = clock.monotonicMs();
    if (now === 'untried' || now === connection) return;
    if (status.connection.kind === 'offline') {
      offlineSinceMs ??= nowMs;
      // The first problem is logged immediately; a change of its kind only now and then.
      if (connection !== 'online' && connection !== 'untried' && nowMs - loggedAtMs < againMs) return;
      log.write('warn', 'the server cannot be reached', { why: now, unsent: status.unsent });
      loggedAtMs = nowMs;
    } else {
      const offlineMs = offlineSinceMs === null ? 0 : nowMs - offlineSinceMs;
      offlineSinceMs = null;
      log.write('info', 'the server answers', { offlineSeconds: Math.round(offlineMs / 1000) });
    }
    connection = now;
  }

  return (status) => {
    noteConnection(status);
    if (status.paused === paused) return;
    paused = status.paused;
    if (paused === null) log.write('info', 'sending goes on');
    else log.write('error', 'sending is paused', { why: paused, unsent: status.unsent });
  };
}
