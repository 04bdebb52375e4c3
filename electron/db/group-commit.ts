/**
 * Writes of the same moment share one commit. A commit waits for the disk, which costs more than what is written in it:
 * where many answers come at once, one wait for several of them is what keeps a backlog flowing.
 *
 * The moment is one round of the event loop, so that a write alone waits for nothing: what comes while the disk is busy
 * is the next group. A group writes for about as long as the disk takes, no more: whoever is in it waits for all of it.
 * Within a group each write stands or falls by itself.
 */
import type { Db } from './open.ts';
import { inSavepoint, inTransaction } from './statements.ts';

type Waiting = {
  readonly write: () => void;
  readonly committed: () => void;
  readonly failed: (error: unknown) => void;
};

type Groups = {
  /** Whatever a request waits for: it goes first, so that the server has work while the answers are written down. */
  readonly ahead: Waiting[];
  readonly others: Waiting[];
  isDue: boolean;
  /** How long the disk took for the last group. */
  diskMs: number;
};

/** A quick disk is still worth this much. */
const leastWritingMs = 1.5;
const leastAtOnce = 4;
/** So many writes are a few milliseconds of the main thread, however slow the disk is. */
const mostAtOnce = 32;

const groupsOf = new WeakMap<Db, Groups>();

/**
 * @param write as in `inTransaction`; what the rest of the program is to be told of it comes after this resolves
 * @returns what `write` returned, once it is durable. Rejects with what it, or the commit, threw: then nothing of it is
 * written
 */
export function commitTogether<T>(db: Db, write: () => T): Promise<T> {
  return commitIn(db, 'others', write);
}

/** As `commitTogether`, before all others: a request to the server waits for it. */
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
          // A full disk may have ended the whole transaction: then nobody's write stands.
          if (!db.inTransaction) throw error;
          one.failed(error);
        }
        writtenAtMs = performance.now();
      }
    });
  } catch (error) {
    // Where not even the transaction began, everybody who waits hears of it.
    for (const one of taken.length > 0 ? taken : waiting.splice(0)) one.failed(error);
    return;
  }
  groups.diskMs = performance.now() - writtenAtMs;
  for (const one of written) one.committed();
}
