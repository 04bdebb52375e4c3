/**
 * Writes a region file: first the rows, then the indexes, which is several times faster than filling indexed tables. It
 * commits every 20,000 records, and an interrupted import continues from the last commit.
 *
 * New pages need no rollback journal, so a commit costs little, and after a kill or power cut the last commit is
 * intact.
 */
import { closeSync, existsSync, ftruncateSync, openSync, rmSync, writeSync } from 'node:fs';
import { regionFormat, regionIndexes, regionTables } from '../customers/region-format.ts';
import { type Db, type OpenDatabase, openEncrypted } from '../db/open.ts';
import { flushFile } from '../machine/folder-files.ts';
import { IdClaims, rowTables } from './id-claims.ts';
import { type ImportedRow, importedColumns, importedValues } from './imported-row.ts';
import type { KnownIds } from './known-ids.ts';
import type { Reading } from './open-customers.ts';
import type { ReadRow } from './read-rows.ts';
import { type Refusal, refusals } from './refusal.ts';

/** The file of an unfinished import and how it is read. Another or changed file starts over. */
export type Source = {
  readonly path: string;
  readonly size: number;
  readonly modifiedMs: number;
  readonly reading: Reading;
};

export type WriteCounts = { readonly records: number; readonly rows: number; readonly refused: number };

/** Where to continue: how much of the text, and how many lines, are written. */
export type ReadPosition = { readonly textAt: number; readonly lines: number };

/**
 * Number of customers compared with known ones of the same user id, and of those whose other identifiers all differ.
 */
export type Compared = { readonly compared: number; readonly somebodyElse: number };

const commitEvery = 20_000;

export class RegionWriter {
  readonly #db: Db;
  readonly #file: string;
  readonly #insert: (id: number, line: number, imported: ImportedRow) => void;
  readonly #ids: KnownIds;
  readonly #claims: IdClaims;
  readonly #report: RefusedReport;
  /** null: a new import */
  readonly resumedAt: ReadPosition | null;
  #written: WriteCounts;
  #compared: Compared;
  #sinceCommit = 0;
  #nextId: number;

  /** @param reportFile the list of refused lines */
  constructor(onFile: OpenDatabase, source: Source, reportFile: string, ids: KnownIds) {
    this.#file = onFile.file;
    const { db, progress } = openUnfinished(onFile, source);
    this.#db = db;
    this.resumedAt = progress.text_at === null ? null : { textAt: progress.text_at, lines: progress.lines };
    this.#written = { records: progress.records, rows: progress.rows, refused: progress.refused };
    this.#compared = { compared: progress.compared, somebodyElse: progress.somebody_else };
    this.#report = new RefusedReport(reportFile, progress.report_bytes);
    this.#ids = ids;
    this.#claims = new IdClaims(db);
    const highest = db.prepare<[], { n: number | null }>('select max(id) as n from customers').get()?.n ?? 0;
    this.#nextId = Math.max(ids.firstFree, highest + 1);
    this.#insert = inserts(db);
    db.exec('begin');
  }

  get written(): WriteCounts {
    return this.#written;
  }

  get compared(): Compared {
    return this.#compared;
  }

  /** @param linesBefore added to the rows' line numbers @param place the position after these rows */
  take(rows: readonly ReadRow[], linesBefore: number, place: ReadPosition): void {
    let { records, refused, rows: written } = this.#written;
    this.#ids.onOneView(() => {
      for (const row of rows) {
        if ('why' in row) {
          this.#report.add(row.line + linesBefore, row.why);
          refused += 1;
        } else if (this.#ids.isErased(row.imported)) {
          this.#report.add(row.line + linesBefore, 'erased');
          refused += 1;
        } else {
          this.#write(row.line + linesBefore, row.imported);
          written += 1;
        }
      }
    });
    records += rows.length;
    this.#written = { records, rows: written, refused };
    this.#sinceCommit += rows.length;
    if (this.#sinceCommit >= commitEvery) this.#commit(place);
  }

  /**
   * Creates the indexes, then flushes and closes the file.
   * @param place the end of the text
   * @param step called before each index
   */
  finish(place: ReadPosition, asOfMs: number, step: (done: number, of: number) => void): void {
    // Each index commits the rows too. Without this, an import that is cut off here would write them a second time.
    this.#commit(place);
    const indexes = regionIndexes('main');
    for (const [at, index] of indexes.entries()) {
      step(at, indexes.length);
      this.#db.exec(`${index}; commit; begin`);
    }
    this.#dropRepeated();
    this.#claims.assign(() => this.#nextId++);
    this.#db
      .prepare('insert into about (format, rows, as_of_ms) values (?, ?, ?)')
      .run(regionFormat, this.#written.rows, asOfMs);
    this.#db.exec('drop table import_progress; commit');
    this.#report.close();
    this.#db.close();
    flushFile(this.#file);
  }

  /** Keeps the unfinished file to continue later. */
  stop(place: ReadPosition): void {
    this.#commit(place);
    this.#db.exec('commit');
    this.#report.close();
    this.#db.close();
  }

  #commit({ textAt, lines }: ReadPosition): void {
    this.#sinceCommit = 0;
    const { records, rows, refused } = this.#written;
    const { compared, somebodyElse } = this.#compared;
    this.#db
      .prepare(
        `update import_progress set records = ?, rows = ?, refused = ?, text_at = ?, lines = ?, report_bytes = ?,
           compared = ?, somebody_else = ?`,
      )
      .run(records, rows, refused, textAt, lines, this.#report.flush(), compared, somebodyElse);
    this.#db.exec('commit; begin');
  }

  #write(line: number, imported: ImportedRow): void {
    const known = this.#ids.of(imported);
    if (known?.isSomebodyElse !== undefined && known.isSomebodyElse !== null) {
      const { compared, somebodyElse } = this.#compared;
      this.#compared = { compared: compared + 1, somebodyElse: somebodyElse + Number(known.isSomebodyElse) };
    }
    const isFree = known !== null && this.#lineOf(known.id) === undefined;
    const id = known !== null && isFree ? known.id : this.#nextId++;
    if (known !== null && (!isFree || known.by !== 0)) this.#claims.claim(id, known.id, known.by);
    this.#insert(id, line, imported);
  }

  #lineOf(id: number): number | undefined {
    return this.#db.prepare<[number], { line: number }>('select line from customers where id = ?').get(id)?.line;
  }

  /** Drops duplicates, which are next to each other in the index of user ids. */
  #dropRepeated(): void {
    type Row = { readonly id: number; readonly user_id: string; readonly line: number };
    const several = this.#db
      .prepare<[], Row>(
        `select id, user_id, line from customers where user_id in
           (select user_id from customers where user_id is not null group by user_id having count(*) > 1)`,
      )
      .all();
    for (const rows of Map.groupBy(several, (row) => row.user_id).values()) {
      const earlier = rows.sort((a, b) => a.line - b.line).slice(0, -1);
      for (const { id, line } of earlier) {
        this.#report.add(line, 'told-again');
        for (const [table, column] of rowTables) this.#db.prepare(`delete from ${table} where ${column} = ?`).run(id);
      }
      const { records, rows: written, refused } = this.#written;
      this.#written = { records, rows: written - earlier.length, refused: refused + earlier.length };
    }
  }
}

function inserts(db: Db): (id: number, line: number, imported: ImportedRow) => void {
  const customer = db.prepare(
    `insert into customers (id, ${importedColumns.join(', ')}, line) values (?, ${importedColumns.map(() => '?').join(', ')}, ?)`,
  );
  const word = db.prepare('insert into customer_words (word, customer_id) values (?, ?)');
  const record = db.prepare('insert into customer_records (customer_id, record) values (?, ?)');
  return (id, line, imported) => {
    customer.run(id, ...importedValues(imported), line);
    for (const one of imported.words) word.run(one, id);
    record.run(id, imported.record);
  };
}

type Progress = WriteCounts & {
  readonly source: string;
  readonly text_at: number | null;
  readonly lines: number;
  readonly report_bytes: number;
  readonly compared: number;
  readonly somebody_else: number;
};

function openUnfinished(onFile: OpenDatabase, source: Source): { readonly db: Db; readonly progress: Progress } {
  const sourceText = JSON.stringify(source);
  if (existsSync(onFile.file)) {
    const db = openStaging(onFile);
    const progress = progressOf(db);
    if (db !== null && progress?.source === sourceText) return { db, progress };
    db?.close();
    rmSync(onFile.file, { force: true });
    rmSync(`${onFile.file}-journal`, { force: true });
  }
  const db = openStaging(onFile);
  if (db === null) throw new Error('An unfinished import cannot be made.');
  db.exec(regionTables('main'));
  db.exec(`create table import_progress (source text not null, records integer not null, rows integer not null,
    refused integer not null, text_at integer, lines integer not null, report_bytes integer not null,
    compared integer not null, somebody_else integer not null) strict`);
  db.prepare('insert into import_progress values (?, 0, 0, 0, null, 0, 0, 0, 0)').run(sourceText);
  const progress = progressOf(db);
  if (progress === null) throw new Error('An unfinished import cannot be read.');
  return { db, progress };
}

function progressOf(db: Db | null): Progress | null {
  try {
    return (
      db
        ?.prepare<[], Progress>(
          `select source, records, rows, refused, text_at, lines, report_bytes, compared, somebody_else
             from import_progress`,
        )
        .get() ?? null
    );
  } catch {
    // Finished but never used, or from another version.
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

/** `FILE.refused.csv`: line number and reason, without the line's contents. */
class RefusedReport {
  readonly #file: string;
  #descriptor: number | null = null;
  #lines: string[] = [];
  #bytes: number;

  /** @param bytes the committed length of an earlier run's list; lines after it would be repeated, so they are cut */
  constructor(file: string, bytes: number) {
    this.#file = file;
    this.#bytes = bytes;
    if (bytes === 0) rmSync(file, { force: true });
  }

  add(line: number, why: Refusal): void {
    this.#lines.push(`${line},${why},"${refusals[why]}"\n`);
    if (this.#lines.length >= 1000) this.flush();
  }

  /** @returns the length of the list */
  flush(): number {
    if (this.#lines.length === 0) return this.#bytes;
    if (this.#descriptor === null) {
      const isThere = this.#bytes > 0 && existsSync(this.#file);
      this.#descriptor = openSync(this.#file, isThere ? 'r+' : 'w', 0o600);
      if (isThere) ftruncateSync(this.#descriptor, this.#bytes);
      else this.#bytes = writeSync(this.#descriptor, 'line,reason,explanation\n', 0);
    }
    this.#bytes += writeSync(this.#descriptor, this.#lines.splice(0).join(''), this.#bytes);
    return this.#bytes;
  }

  close(): void {
    this.flush();
    if (this.#descriptor !== null) closeSync(this.#descriptor);
    this.#descriptor = null;
  }
}
