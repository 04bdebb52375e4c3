/**
 * Writes a region's file: rows first, without indexes, then the indexes, which is several times quicker than rows into
 * live indexes. What is committed every 20,000 records is what a later run goes on from.
 *
 * New pages need no rollback journal, so that a commit costs little, and a kill or a power cut at any moment leaves the
 * last commit.
 */
import { closeSync, existsSync, openSync, rmSync, writeSync } from 'node:fs';
import { regionFormat, regionIndexes, regionTables } from '../customers/region.ts';
import { type Db, type OpenDatabase, openEncrypted } from '../db/open.ts';
import { flushFile } from '../machine/folder-files.ts';
import type { FileRecord } from './read-file.ts';
import { type Refusal, refusals } from './refusal.ts';
import { type ToldRow, toldRow } from './told-row.ts';

/** Which file an unfinished import reads; another file, or a changed one, is begun anew. */
export type Source = { readonly path: string; readonly size: number; readonly modifiedMs: number };

export type Written = { readonly records: number; readonly rows: number; readonly refused: number };

const commitEvery = 20_000;

export class RegionWriter {
  readonly #db: Db;
  readonly #file: string;
  readonly #insert: (id: number, line: number, told: ToldRow) => void;
  readonly #idOf: (told: ToldRow) => number | null;
  readonly #report: RefusedReport;
  /** Records of the source that a run before this one has taken: they are read over. */
  readonly resumedAt: number;
  #records = 0;
  #rows = 0;
  #refused: number;
  #sinceCommit = 0;
  #nextId: number;

  /** @param reportFile where refused lines are listed */
  constructor(
    onFile: OpenDatabase,
    source: Source,
    reportFile: string,
    ids: { readonly of: (told: ToldRow) => number | null; readonly firstFree: number },
  ) {
    this.#file = onFile.file;
    const unfinished = openUnfinished(onFile, source);
    this.#db = unfinished.db;
    this.resumedAt = unfinished.records;
    this.#rows = unfinished.rows;
    this.#refused = unfinished.refused;
    this.#report = new RefusedReport(reportFile, unfinished.records > 0);
    this.#idOf = ids.of;
    const highest = this.#db.prepare<[], { n: number | null }>('select max(id) as n from customers').get()?.n ?? 0;
    this.#nextId = Math.max(ids.firstFree, highest + 1);
    this.#insert = inserts(this.#db);
    this.#db.exec('begin');
  }

  get written(): Written {
    return { records: this.#records, rows: this.#rows, refused: this.#refused };
  }

  /** @returns whether it committed what was written so far */
  take(records: readonly FileRecord[]): boolean {
    for (const record of records) {
      this.#records += 1;
      if (this.#records <= this.resumedAt) continue;
      this.#sinceCommit += 1;
      if ('why' in record) this.#refuse(record.line, record.why);
      else {
        const told = toldRow(record.item);
        if (typeof told === 'string') this.#refuse(record.line, told);
        else this.#write(record.line, told);
      }
    }
    if (this.#sinceCommit < commitEvery) return false;
    this.commit();
    return true;
  }

  commit(): void {
    this.#sinceCommit = 0;
    this.#report.flush();
    this.#db
      .prepare('update import_progress set records = ?, rows = ?, refused = ?')
      .run(Math.max(this.#records, this.resumedAt), this.#rows, this.#refused);
    this.#db.exec('commit; begin');
  }

  /** Makes the indexes and closes the file, whole and on the disk. @param step called before each */
  finish(asOfMs: number, step: (done: number, of: number) => void): void {
    const [byUserId = '', ...others] = regionIndexes('main');
    step(0, others.length + 1);
    this.#db.exec(byUserId);
    this.#dropToldAgain();
    this.commit();
    for (const [at, index] of others.entries()) {
      step(at + 1, others.length + 1);
      this.#db.exec(`${index}; commit; begin`);
    }
    this.#db
      .prepare('insert into about (format, rows, as_of_ms) values (?, ?, ?)')
      .run(regionFormat, this.#rows, asOfMs);
    this.#db.exec('drop table import_progress; commit');
    this.#report.close();
    this.#db.close();
    flushFile(this.#file);
  }

  /** Keeps what is there for a later run. */
  stop(): void {
    this.commit();
    this.#db.exec('commit');
    this.#report.close();
    this.#db.close();
  }

  #write(line: number, told: ToldRow): void {
    const known = this.#idOf(told);
    const earlier = known === null ? undefined : this.#lineOf(known);
    if (earlier !== undefined && known !== null) {
      this.#refuse(earlier, 'told-again');
      this.#remove(known);
    }
    this.#insert(known ?? this.#nextId++, line, told);
    this.#rows += 1;
  }

  #lineOf(id: number): number | undefined {
    return this.#db.prepare<[number], { line: number }>('select line from customers where id = ?').get(id)?.line;
  }

  #remove(id: number): void {
    for (const [table, column] of [
      ['customers', 'id'],
      ['customer_records', 'customer_id'],
      ['customer_words', 'customer_id'],
    ] as const) {
      this.#db.prepare(`delete from ${table} where ${column} = ?`).run(id);
    }
    this.#rows -= 1;
  }

  /** Who comes more than once: an index in the order of the user ids shows them side by side. */
  #dropToldAgain(): void {
    const rows = this.#db
      .prepare<[], { id: number; user_id: string }>(
        'select id, user_id from customers indexed by customers_user_id where user_id is not null order by user_id, id',
      )
      .iterate();
    const double: number[] = [];
    let before: { id: number; user_id: string } | null = null;
    for (const row of rows) {
      if (before?.user_id === row.user_id) double.push(before.id);
      before = row;
    }
    for (const id of double) {
      this.#refuse(this.#lineOf(id) ?? 0, 'told-again');
      this.#remove(id);
    }
  }

  #refuse(line: number, why: Refusal): void {
    this.#refused += 1;
    this.#report.add(line, why);
  }
}

function inserts(db: Db): (id: number, line: number, told: ToldRow) => void {
  const customer = db.prepare(
    `insert into customers (id, user_id, mobile, email, external_id, first_name, last_name, tier, name_forward,
       name_backward, mobile_backward, email_key, external_key, line) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const word = db.prepare('insert into customer_words (word, customer_id) values (?, ?)');
  const record = db.prepare('insert into customer_records (customer_id, record) values (?, ?)');
  return (id, line, { userId, row, words, record: text }) => {
    customer.run(
      id,
      userId,
      row.mobile,
      row.email,
      row.external_id,
      row.first_name,
      row.last_name,
      row.tier,
      row.name_forward,
      row.name_backward,
      row.mobile_backward,
      row.email_key,
      row.external_key,
      line,
    );
    for (const one of words) word.run(one, id);
    record.run(id, text);
  };
}

type Unfinished = { readonly db: Db } & Written;
type ProgressRow = Written & { readonly source: string };

function openUnfinished(onFile: OpenDatabase, source: Source): Unfinished {
  const told = JSON.stringify(source);
  if (existsSync(onFile.file)) {
    const db = openStaging(onFile);
    const row = progressOf(db);
    if (db !== null && row?.source === told) return { db, ...row };
    db?.close();
    rmSync(onFile.file, { force: true });
    rmSync(`${onFile.file}-journal`, { force: true });
  }
  const db = openStaging(onFile);
  if (db === null) throw new Error('An unfinished import cannot be made.');
  db.exec(regionTables('main'));
  db.exec(`create table import_progress (source text not null, records integer not null, rows integer not null,
    refused integer not null) strict`);
  db.prepare('insert into import_progress values (?, 0, 0, 0)').run(told);
  return { db, records: 0, rows: 0, refused: 0 };
}

function progressOf(db: Db | null): ProgressRow | null {
  try {
    return db?.prepare<[], ProgressRow>('select source, records, rows, refused from import_progress').get() ?? null;
  } catch {
    // Finished but never taken, or of another version.
    return null;
  }
}

function openStaging(onFile: OpenDatabase): Db | null {
  try {
    const db = openEncrypted(onFile);
    db.pragma('journal_mode = truncate');
    db.pragma('synchronous = normal');
    db.pragma('locking_mode = exclusive');
    db.pragma('cache_size = -65536');
    db.pragma('temp_store = file');
    return db;
  } catch {
    return null;
  }
}

/** `FILE.refused.csv`: line and reason, nothing of what stands in the line. */
class RefusedReport {
  readonly #file: string;
  #descriptor: number | null = null;
  #lines: string[] = [];
  #append: boolean;

  constructor(file: string, append: boolean) {
    this.#file = file;
    this.#append = append;
    if (!append) rmSync(file, { force: true });
  }

  add(line: number, why: Refusal): void {
    this.#lines.push(`${line},${why},"${refusals[why]}"\n`);
    if (this.#lines.length >= 1000) this.flush();
  }

  flush(): void {
    if (this.#lines.length === 0) return;
    if (this.#descriptor === null) {
      const isNew = !this.#append || !existsSync(this.#file);
      this.#descriptor = openSync(this.#file, this.#append ? 'a' : 'w', 0o600);
      if (isNew) writeSync(this.#descriptor, 'line,reason,explanation\n');
      this.#append = true;
    }
    writeSync(this.#descriptor, this.#lines.splice(0).join(''));
  }

  close(): void {
    this.flush();
    if (this.#descriptor !== null) closeSync(this.#descriptor);
    this.#descriptor = null;
  }
}
