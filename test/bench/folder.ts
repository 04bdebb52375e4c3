/** A till's folder with a number of customers, as the import makes it; kept between runs under `.data/bench`. */

import { randomUUID } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { projectRoot } from '../../build/project-root.ts';
import { attachRegion, firstRegionId } from '../../electron/customers/region.ts';
import { migrateTill, openTillDatabase } from '../../electron/data/till-database.ts';

import type { Db, OpenDatabase } from '../../electron/db/open.ts';
import { inTransaction } from '../../electron/db/statements.ts';
import { folderFiles } from '../../electron/machine/folder-files.ts';
import { secretFile } from '../../electron/machine/secret-file.ts';
import { systemClock, systemRandom } from '../../electron/machine/system-clock.ts';
import { CustomerImport } from '../../electron/region/customer-import.ts';
import { createRecordKeeper } from '../../electron/updates/create-record-keeper.ts';
import { Outbox } from '../../electron/updates/outbox.ts';
import { benchCustomer, writeBenchFile } from './customers.ts';

export const benchFolder = path.join(projectRoot, '.data', 'bench');
export const benchKey = 'be'.repeat(32);
/** Change this when the contents of the folders change. */
const made = 'made-6';

export function customersFile(customers: number): string {
  const file = path.join(benchFolder, `customers-${customers}.ndjson`);
  mkdirSync(benchFolder, { recursive: true });
  if (!existsSync(file)) {
    writeBenchFile(`${file}.unfinished`, customers);
    renameSync(`${file}.unfinished`, file);
  }
  return file;
}

export function onFile(dataDir: string): OpenDatabase {
  return { file: folderFiles(dataDir).database, keyHex: benchKey };
}

export function emptyFolder(name: string): string {
  const dataDir = path.join(benchFolder, name);
  rmSync(dataDir, { recursive: true, force: true });
  mkdirSync(dataDir, { recursive: true });
  secretFile(dataDir, null).write('database-key', benchKey);
  return dataDir;
}

export function openBench(dataDir: string): Db {
  const db = openTillDatabase(onFile(dataDir));
  migrateTill(db);
  attachRegion(db, dataDir, benchKey);
  return db;
}

export async function importInto(db: Db, dataDir: string, customers: number): Promise<void> {
  const one = new CustomerImport({
    db,
    records: createRecordKeeper(db, systemClock),
    log: { write: () => undefined },
    onFile: onFile(dataDir),
    dataDir,
    clock: systemClock,
    store: { countryCode: 'IN', timeZone: 'Asia/Kolkata' },
    changed: () => undefined,
    customerChanged: () => undefined,
  });
  one.start(customersFile(customers));
  await one.ended;
  if (one.state.kind !== 'done') throw new Error(`the import ended as ${JSON.stringify(one.state)}`);
}

/** The folder with all customers and nothing unsent. Do not write to it: see `copyOf`. */
export async function folderWith(customers: number): Promise<string> {
  const dataDir = path.join(benchFolder, `till-${customers}`);
  const mark = path.join(dataDir, 'made');
  if (existsSync(mark) && readFileSync(mark, 'utf8') === made) return dataDir;
  emptyFolder(`till-${customers}`);
  const db = openBench(dataDir);
  await importInto(db, dataDir, customers);
  db.close();
  writeFileSync(mark, made);
  return dataDir;
}

/** A copy that may be written to. */
export async function copyOf(customers: number, name: string): Promise<string> {
  const from = await folderWith(customers);
  const to = path.join(benchFolder, `${name}-${customers}`);
  rmSync(to, { recursive: true, force: true });
  cpSync(from, to, { recursive: true });
  return to;
}

/** Saves updates of different customers, a second one for every fifth, by two members of staff. */
export function saveMany(db: Db, updates: number, customers: number): void {
  const outbox = new Outbox(db, systemClock, systemRandom);
  const seconds = Math.floor(updates / 5);
  const save = (at: number, lastName: string, staff: string) => {
    const { userId } = benchCustomer(at);
    outbox.save({
      token: randomUUID(),
      customerId: firstRegionId + at,
      kind: 'fields',
      identifier: { type: 'userId', value: String(userId) },
      changes: { lastName },
      baseline: {},
      confirmedFills: [],
      staff: { code: staff, name: staff },
      till: 'bench',
    });
  };
  const step = Math.floor(customers / updates);
  inTransaction(db, () => {
    for (let at = 0; at < updates - seconds; at += 1) save(at * step, `First${at}`, 'a');
    for (let at = 0; at < seconds; at += 1) save(at * step, `Second${at}`, 'b');
  });
}
