/**
 * `importing-child.ts FOLDER FILE PHASE [INDEX]` imports the file into the till's folder and kills itself in that phase,
 * while indexing at that index.
 */

import path from 'node:path';
import { attachRegion } from '../../electron/customers/region.ts';
import { openTillDatabase } from '../../electron/data/till-database.ts';

import { systemClock } from '../../electron/machine/system-clock.ts';
import { CustomerImport } from '../../electron/region/customer-import.ts';
import { plainImport } from '../../electron/region/import-state.ts';
import { createRecordKeeper } from '../../electron/updates/create-record-keeper.ts';
import { testKey } from '../customers/cache.ts';

const [folder = '', source = '', phase, index = '0'] = process.argv.slice(2);
const onFile = { file: path.join(folder, 'tillside.db'), keyHex: testKey };
const db = openTillDatabase(onFile);
attachRegion(db, folder, testKey);
const one = new CustomerImport({
  db,
  records: createRecordKeeper(db, systemClock),
  log: { write: () => undefined },
  onFile,
  dataDir: folder,
  clock: systemClock,
  store: { countryCode: 'IN', timeZone: 'Asia/Kolkata' },
  changed: (state) => {
    const isUnderWay =
      (state.kind !== 'reading' || state.records > 0) && (state.kind !== 'indexing' || state.done >= Number(index));
    // The kernel ends the process, threads included, before this call returns.
    if (state.kind === phase && isUnderWay) process.kill(process.pid, 'SIGKILL');
  },
  customerChanged: () => undefined,
});
one.start(source, { ...plainImport, sure: true });
await one.ended;
