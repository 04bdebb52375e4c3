/**
 * `node --import kill-at-step.ts program.ts` runs the program unchanged and sends it SIGKILL at a named step. It
 * watches SQLite statements and Node's HTTP diagnostics, so the product needs no test hook and a commit added later is
 * covered too.
 *
 * Armed through the environment (for steps of the start) or later by a message from the parent, which gets an answer.
 */
import diagnostics from 'node:diagnostics_channel';
import { isMainThread } from 'node:worker_threads';
import Database from 'better-sqlite3';
import { z } from 'zod';
import { takesWriteLock } from '../../../electron/db/statements.ts';
import { movedOutEvent } from '../../../electron/updates/outbox-reader.ts';
import { type Commit, type KillAt, killAtVariable, type Step, steps } from './steps.ts';

const killAtSchema: z.ZodType<KillAt> = z.object({ step: z.enum(steps), times: z.number().int().positive() });

class Fuse {
  #step: Step | null = null;
  #left = 0;

  arm({ step, times }: KillAt): void {
    this.#step = step;
    this.#left = times;
  }

  reached(step: Step): void {
    if (step !== this.#step) return;
    this.#left -= 1;
    // The kernel ends the process before this call returns.
    if (this.#left <= 0) process.kill(process.pid, 'SIGKILL');
  }
}

type Region = { readonly name: string; readonly laid_through: number | null };
type Moment = { readonly version: number; readonly region: Region | null };
type HistoryRow = {
  readonly event: string;
  readonly from_state: string | null;
  readonly to_state: string;
  readonly detail: string | null;
};

function momentOf(db: Database.Database): Moment {
  const version = Number(db.pragma('user_version', { simple: true }));
  const region = version < 2 ? undefined : db.prepare<[], Region>('select name, laid_through from region_file').get();
  return { version, region: region ?? null };
}

/**
 * What the transaction about to commit has done.
 * @param row the first row it wrote to the history
 */
function commitSince(db: Database.Database, before: Moment, row: HistoryRow | undefined): Commit {
  const { version, region } = momentOf(db);
  if (version !== before.version) return 'a migration';
  if (region?.name !== before.region?.name) return 'an imported region';
  if (region?.laid_through !== before.region?.laid_through) return 'a slice of laid changes';
  if (row === undefined) return 'a stored record';
  if (row.event === movedOutEvent) return 'an export';
  if (row.from_state === 'discarded') return 'a rescue file imported here';
  if (row.to_state === 'sending') return 'a claim';
  if (row.from_state === 'unknown') return 'a read-back';
  if (row.from_state !== 'sending') return 'a save';
  if (row.detail === 'till-stopped') return 'a recovery';
  if (row.to_state === 'unknown') return 'an outcome of unknown';
  return row.to_state === 'queued' ? 'an outcome of not sent' : 'an outcome';
}

/** @param updateId the first column of every insert into the history */
function lastHistoryOf(db: Database.Database, updateId: unknown): HistoryRow {
  const row = db
    .prepare<[unknown], HistoryRow>(
      'select event, from_state, to_state, detail from update_history where update_id = ? order by id desc limit 1',
    )
    .get(updateId);
  if (row === undefined) throw new Error('The history row just written is missing.');
  return row;
}

function watchCommits(fuse: Fuse): void {
  const atBegin = new WeakMap<Database.Database, Moment>();
  const firstHistory = new WeakMap<Database.Database, HistoryRow>();
  const probe = new Database(':memory:');
  const statementType: { run: (this: Database.Statement, ...parameters: unknown[]) => Database.RunResult } =
    Object.getPrototypeOf(probe.prepare('select 1'));
  probe.close();
  const { run } = statementType;
  statementType.run = function (...parameters) {
    const { database, source } = this;
    if (source !== 'commit') {
      const result = run.apply(this, parameters);
      if (source === takesWriteLock) {
        atBegin.set(database, momentOf(database));
        firstHistory.delete(database);
      } else if (source.startsWith('insert into update_history ') && !firstHistory.has(database)) {
        firstHistory.set(database, lastHistoryOf(database, parameters[0]));
      }
      return result;
    }
    const before = atBegin.get(database);
    if (before === undefined) throw new Error('A transaction committed whose beginning was not seen.');
    const commit = commitSince(database, before, firstHistory.get(database));
    fuse.reached(`before the commit of ${commit}`);
    const result = run.apply(this, parameters);
    fuse.reached(`after the commit of ${commit}`);
    return result;
  };
}

function isUpdate(message: unknown): boolean {
  const request: unknown = typeof message === 'object' && message !== null ? Reflect.get(message, 'request') : null;
  if (typeof request !== 'object' || request === null || Reflect.get(request, 'method') !== 'POST') return false;
  return String(Reflect.get(request, 'path')).startsWith('/v1.1/customer/update');
}

function watchExchanges(fuse: Fuse): void {
  diagnostics.subscribe('http.client.request.created', (message) => {
    if (isUpdate(message)) fuse.reached('before the first byte');
  });
  diagnostics.subscribe('http.client.response.finish', (message) => {
    if (isUpdate(message)) fuse.reached('before the reply is read');
  });
}

if (isMainThread) {
  const fuse = new Fuse();
  watchCommits(fuse);
  watchExchanges(fuse);
  const armedWith = process.env[killAtVariable];
  if (armedWith !== undefined) fuse.arm(killAtSchema.parse(JSON.parse(armedWith)));
  process.on('message', (message) => {
    const parsed = killAtSchema.safeParse(message);
    if (!parsed.success) return;
    fuse.arm(parsed.data);
    process.send?.({ armed: true });
  });
}
