/** A till on a real folder whose server never answers, for tests of its data. */

import { readFileSync, writeFileSync } from 'node:fs';
import { parseMachineConfig } from '../../electron/config/machine-config.ts';
import { openTillDatabase } from '../../electron/data/till-database.ts';
import type { Db } from '../../electron/db/open.ts';
import { folderFiles } from '../../electron/machine/folder-files.ts';
import { silentLog } from '../../electron/machine/log.ts';
import { secretFile } from '../../electron/machine/secret-file.ts';
import { systemClock, systemRandom } from '../../electron/machine/system-clock.ts';
import { openTill } from '../../electron/open-till.ts';
import type { Till, TillOptions } from '../../electron/till-options.ts';

export const someMobile = '919845012345';

export function offlineConfig(till = 'store123') {
  return parseMachineConfig(
    { api: { url: 'http://127.0.0.1:9' }, auth: { method: 'basic', till }, store: { timeZone: 'Asia/Kolkata' } },
    'test',
  );
}

/** @param others what this test overrides */
export function openOfflineTill(dataDir: string, others: Partial<TillOptions> = {}): Promise<Till> {
  return openTill({
    dataDir,
    config: offlineConfig(),
    mode: 'live',
    host: 'preview',
    version: '0.0.0-test',
    secrets: secretFile(dataDir, null),
    transport: () => Promise.resolve({ kind: 'not-sent', why: 'no-connection', code: 'ECONNREFUSED' }),
    clock: systemClock,
    random: systemRandom,
    log: silentLog,
    practice: null,
    ...others,
  });
}

/** Saves a change for somebody not on this till; each mobile makes another customer. */
export function saveFor(till: Till, mobile: string, lastName: string) {
  return till.handlers['updates.save']({
    token: crypto.randomUUID(),
    target: { identifier: { type: 'mobile', value: mobile } },
    changes: { lastName },
    replaces: null,
    confirmedFills: [],
  });
}

export async function openUpdatesOf(till: Till) {
  return (await till.handlers['updates.list']({ which: 'open', offset: 0, limit: 500 })).updates;
}

export function storedKey(dataDir: string): string {
  const stored = secretFile(dataDir, null).read('database-key');
  if (stored.kind !== 'value') throw new Error(`the key of the test folder is ${stored.kind}`);
  return stored.value;
}

/** The till's database itself, for checks behind the services. Close it. */
export function openRaw(dataDir: string): Db {
  return openTillDatabase({ file: folderFiles(dataDir).database, keyHex: storedKey(dataDir) });
}

/** A bad disk block in the page where a table begins. */
export function damageTable(folder: string, table: 'updates' | 'update_history'): void {
  const db = openRaw(folder);
  const page = Number(db.prepare('select rootpage from sqlite_schema where name = ?').pluck().get(table));
  db.close();
  const { database } = folderFiles(folder);
  const bytes = readFileSync(database);
  writeFileSync(database, bytes.fill(0x5a, (page - 1) * 4096 + 100, (page - 1) * 4096 + 200));
}
