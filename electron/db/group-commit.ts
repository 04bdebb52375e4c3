/**
 * Writes that arrive at the same time share one commit. Waiting for the disk costs more than the writes themselves, so
 * when many answers arrive together, a shared commit keeps the backlog moving.
 *
 * A group is one round of the event loop, so a single write does not wait; writes that arrive while the disk is busy
 * form the next group. A group writes for about as long as the disk takes to commit, because every write in it waits
 * for the whole group. Within a group, each write succeeds or fails on its own.
 */
import type { Db } from './open.ts';
import { inSavepoint, inTransaction } from './statements.ts';

type Waiting = {
  readonly write: () => void;
  readonly committed: () => void;
  readonly failed: (error: unknown) => void;
};

type Groups = {
  /** Writes that a request waits for. They go first, so that the server is busy while answers are written. */
  readonly ahead: Waiting[];
  readonly others: Waiting[];
  isDue: boolean;
  /** Duration of the last commit. */
  diskMs: number;
};

/** A group may always write for this long, even on a fast disk. */
const leastWritingMs = 1.5;
const leastAtOnce = 4;
/** Limits a group to a few milliseconds of the main thread, even on a slow disk. */
const mostAtOnce = 32;

const groupsOf = new WeakMap<Db, Groups>();

/**
 * @param write as in `inTransaction`. Announce its effects only after this resolves
 * @returns the result of `write`, once it is durable. Rejects with the error of the write or the commit; then nothing
 * of it was written
 */
export function commitTogether<T>(db: Db, write: () => T): Promise<T> {
  return commitIn(db, 'others', write);
}

/** Like `commitTogether`, but first in line, for a write that a request waits for. */
export function commitAhead<T>(db: Db, write: () => T): Promise<T> {
  return commitIn(db, 'ahead', write);
}

function commitIn<T>(db: Db, place: 'ahead' | 'others', write: () => T): Promise<T> {
  return new Promise((resolve, reject) => {
    let committed = () => undefined;
    const groups = groupsOf.get(db) ?? { ahead: [], others: [], isDue: false, diskMs: 0 };
    groupsOf.set(db, groups);
    groups[place].push({
      write: () => {
        const result = write();
        committed = () => {
          resolve(result);
        };
      },
      committed: () => committed(),
      failed: reject,
    });
    commitSoon(db, groups);
  });
}

function commitSoon(db: Db, groups: Groups): void {
  if (groups.isDue) return;
  groups.isDue = true;
  setImmediate(() => {
    groups.isDue = false;
    commitGroup(db, groups);
    if (groups.ahead.length + groups.others.length > 0) commitSoon(db, groups);
  });
}

function commitGroup(db: Db, groups: Groups): void {
  const waiting = groups.ahead.length > 0 ? groups.ahead : groups.others;
  const taken: Waiting[] = [];
  const written: Waiting[] = [];
  const startedMs = performance.now();
  let writtenAtMs = startedMs;
  try {
    inTransaction(db, () => {
      const longestMs = Math.max(leastWritingMs, groups.diskMs);
      while (taken.length < leastAtOnce || (taken.length < mostAtOnce && writtenAtMs - startedMs < longestMs)) {
        const one = waiting.shift();
        if (one === undefined) break;
        taken.push(one);
        try {
          inSavepoint(db, one.write);
          written.push(one);
        } catch (error) {
          // A full disk may have rolled back the whole transaction, including the other writes.
          if (!db.inTransaction) throw error;
          one.failed(error);
        }
        writtenAtMs = performance.now();
      }
    });
  } catch (error) {
    // If not even the transaction could begin, all waiting writes fail.
    for (const one of taken.length > 0 ? taken : waiting.splice(0)) one.failed(error);
    return;
  }
  groups.diskMs = performance.now() - writtenAtMs;
  for (const one of written) one.committed();
}
