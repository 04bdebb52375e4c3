/** `importing-child.ts FOLDER FILE PHASE`: imports the file into the till's folder and ends itself hard in that phase. */
import path from 'node:path';
import { systemClock } from '../../electron/clock/system-clock.ts';
import { CustomerImport } from '../../electron/customers/import/customer-import.ts';
import { attachRegion } from '../../electron/customers/region.ts';
import { openDatabase } from '../../electron/db/open.ts';
import { testKey } from './cache.ts';

const [folder = '', source = '', phase] = process.argv.slice(2);
const onFile = { file: path.join(folder, 'tillside.db'), keyHex: testKey };
const db = openDatabase(onFile);
attachRegion(db, folder, testKey);
const one = new CustomerImport({
  db,
  onFile,
  dataDir: folder,
  clock: systemClock,
  changed: (state) => {
    const isUnderWay = state.kind !== 'reading' || state.records > 0;
    // The kernel ends the process, its threads too, before this call returns.
    if (state.kind === phase && isUnderWay) process.kill(process.pid, 'SIGKILL');
  },
  customerChanged: () => undefined,
});
one.start(source);
await one.ended;
