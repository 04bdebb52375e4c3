/** A till's database with an import beside it, in a temporary folder. */
import { randomUUID } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { attachRegion } from '../../electron/customers/region.ts';
import { searchCustomers } from '../../electron/customers/search.ts';
import type { Db } from '../../electron/db/open.ts';
import { systemClock, systemRandom } from '../../electron/machine/system-clock.ts';
import type { FieldChanges, FieldValues, Identifier } from '../../electron/model/customer.ts';
import { CustomerImport } from '../../electron/region/customer-import.ts';
import { type ImportOptions, type ImportState, plainImport } from '../../electron/region/import-state.ts';
import { createRecordKeeper } from '../../electron/updates/create-record-keeper.ts';
import { Outbox } from '../../electron/updates/outbox.ts';
import { openTestCache, type TestCache, testKey } from '../customers/cache.ts';

export type ImportRig = TestCache & {
  readonly dataDir: string;
  readonly outbox: Outbox;
  readonly states: readonly ImportState[];
  readonly newImport: () => CustomerImport;
  /** Writes a file and imports it, despite any doubts. */
  readonly importText: (name: string, text: string | Buffer, options?: Partial<ImportOptions>) => Promise<ImportState>;
  readonly names: (query: string) => string[];
  /** The first match. */
  readonly idOf: (query: string) => number;
};

export function openImportRig(t: TestContext): ImportRig {
  const cache = openTestCache();
  t.after(cache.close);
  const { db, file, folder } = cache;
  attachRegion(db, folder, testKey);
  mkdirSync(path.join(folder, 'files'));
  const states: ImportState[] = [];
  const newImport = () =>
    new CustomerImport({
      db,
      records: createRecordKeeper(db, systemClock),
      log: { write: () => undefined },
      onFile: { file, keyHex: testKey },
      dataDir: folder,
      clock: systemClock,
      store: { countryCode: 'IN', timeZone: 'Asia/Kolkata' },
      changed: (state) => states.push(state),
      customerChanged: () => undefined,
    });
  return {
    ...cache,
    dataDir: folder,
    outbox: new Outbox(db, systemClock, systemRandom),
    states,
    newImport,
    importText: async (name, text, options = {}) => {
      const source = path.join(folder, 'files', name);
      writeFileSync(source, text);
      const one = newImport();
      one.start(source, { ...plainImport, sure: true, ...options });
      await one.ended;
      return one.state;
    },
    names: (query) => namesFound(db, query),
    idOf: (query) => {
      const hit = searchCustomers(db, query, 1, 'IN').hits[0];
      if (hit === undefined) throw new Error(`${query} finds nobody`);
      return hit.customerId;
    },
  };
}

function namesFound(db: Db, query: string): string[] {
  return searchCustomers(db, query, 50, 'IN').hits.map((hit) => `${hit.firstName} ${hit.lastName}`.trim());
}

/** A waiting change that staff made here, to the files' customer 3001 unless it says otherwise. */
export function saveHere(
  { outbox }: Pick<ImportRig, 'outbox'>,
  customerId: number,
  changes: FieldChanges,
  baseline: FieldValues,
  identifier: Identifier = { type: 'userId', value: '3001' },
): string {
  return outbox.save({
    token: randomUUID(),
    customerId,
    kind: 'fields',
    identifier,
    changes,
    baseline,
    confirmedFills: [],
    staff: null,
    till: 'store123',
  });
}
