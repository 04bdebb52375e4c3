/**
 * Writes of the same moment share one commit. A commit waits for the disk, which costs more than all that is written in
 * it: where many answers come at once, one wait for all of them is what keeps a backlog flowing.
 *
 * The moment is one round of the event loop, so that a write alone waits for nothing: what comes while the disk is busy
 * is the next group. Within a group each write stands or falls by itself.
 */
import type { Db } from './open.ts';
import { inSavepoint, inTransaction } from './statements.ts';

type Waiting = {
  readonly write: () => void;
  readonly committed: () => void;
  readonly failed: (error: unknown) => void;
};

/** So many writes are a few milliseconds of the main thread. */
const mostAtOnce = 32;

const groups = new WeakMap<Db, Waiting[]>();

/**
 * @param write as in `inTransaction`; what the rest of the program is to be told of it comes after this resolves
 * @returns what `write` returned, once it is durable. Rejects with what it, or the commit, threw: then nothing of it is
 * written
 */
export function commitTogether<T>(db: Db, write: () => T): Promise<T> {
  return new Promise((resolve, reject) => {
    let committed = () => undefined;
    const one: Waiting = {
      write: () => {
        const result = write();
        committed = () => {
          resolve(result);
        };
      },
      committed: () => committed(),
      failed: reject,
    };
    const waiting = groups.get(db);
    if (waiting !== undefined) {
      waiting.push(one);
      return;
    }
    groups.set(db, [one]);
    setImmediate(() => commitGroup(db));
  });
}

function commitGroup(db: Db): void {
  const waiting = groups.get(db) ?? [];
  const group = waiting.splice(0, mostAtOnce);
  if (waiting.length > 0) setImmediate(() => commitGroup(db));
  else groups.delete(db);
  const written: Waiting[] = [];
  try {
    inTransaction(db, () => {
      for (const one of group) {
        try {
          inSavepoint(db, one.write);
          written.push(one);
        } catch (error) {
          // A full disk may have ended the whole transaction: then nobody's write stands.
          if (!db.inTransaction) throw error;
          one.failed(error);
        }
      }
    });
  } catch (error) {
    for (const one of group) one.failed(error);
    return;
  }
  for (const one of written) one.committed();
}
