import path from 'node:path';
import { folderFiles } from '../machine/folder-files.ts';
import { CustomerImport } from '../region/customer-import.ts';
import type { ImportFailure, ImportState } from '../region/import-state.ts';
import { type Command, CommandRefused, exitCodes } from './command.ts';
import { tillPlace } from './till-place.ts';
import { writeDatabase } from './write-database.ts';

export const importCustomers: Command = {
  name: 'import',
  summary: "Reads a file of the region's customers into this till",
  arguments: 'FILE',
  about: [
    'FILE is CSV with a heading, or newline-delimited JSON with one customer a line as customer/get tells it, of any ' +
      'size. It takes the place of the customers of the last import. Customers who were opened or changed at this till ' +
      'stay, and its unsent updates are laid over the new records.',
    'CSV columns: user_id, firstname, lastname, mobile (with country code), email, external_id, registered_on, type, ' +
      'fraud_status, tier, points, lifetime_points, lifetime_purchases, custom.NAME, extended.NAME, ' +
      'subscription.CHANNEL.PRIORITY. Other columns are left out; one of the first, mobile, email and external_id is needed. ' +
      'An empty cell says that the customer has none of it: leave out a column that the file does not know.',
    'Until everything is read and indexed, nothing changes on the till. Stopped in the middle (Ctrl+C, or a power cut), ' +
      'the same command goes on where it was. Lines that are refused are listed in FILE.refused.csv by number and ' +
      'reason. While Tillside is open, import from its screen for IT instead.',
    'Exit code 0: done. 1: done, and lines were refused. 2: not done.',
  ],
  run(given, io) {
    const { dataDir } = tillPlace(given, io);
    const file = path.resolve(io.cwd, given.arguments[0] ?? '');
    return writeDatabase(dataDir, io, io.openSecrets(dataDir), async ({ db, keyHex }) => {
      let shownAtMs = Number.NEGATIVE_INFINITY;
      const customerImport = new CustomerImport({
        db,
        dataDir,
        onFile: { file: folderFiles(dataDir).database, keyHex, nativeBinding: io.nativeBinding },
        clock: io.clock,
        changed: (state) => {
          const nowMs = io.clock.monotonicMs();
          const line = progressLine(state);
          if (line === null || nowMs - shownAtMs < 1000) return;
          shownAtMs = nowMs;
          io.warn(line);
        },
        customerChanged: () => undefined,
      });
      const stop = () => customerImport.cancel();
      process.on('SIGINT', stop);
      process.on('SIGTERM', stop);
      try {
        customerImport.start(file);
        await customerImport.ended;
      } finally {
        process.off('SIGINT', stop);
        process.off('SIGTERM', stop);
      }
      const { state } = customerImport;
      if (given.has('json')) io.print(JSON.stringify(state));
      if (state.kind === 'done') {
        if (!given.has('json')) {
          io.print(`${state.customers} customers are on this till now (${state.seconds} s).`);
          if (state.report !== null) io.print(`${state.refused} lines were refused: see ${state.report}`);
        }
        return state.refused === 0 ? exitCodes.fine : exitCodes.look;
      }
      if (state.kind === 'cancelled') {
        throw new CommandRefused(
          `The import was stopped after ${state.records} records. Nothing changed on this till. The same command goes on.`,
        );
      }
      throw new CommandRefused(state.kind === 'failed' ? failureText[state.why] : failureText.stopped);
    });
  },
};

function progressLine(state: ImportState): string | null {
  if (state.kind === 'reading') {
    const { records, recordsPerSecond, secondsLeft, part } = state;
    const left = secondsLeft === null ? '' : `, ${secondsLeft} s left to read`;
    return `${Math.floor(part * 100)} %: ${records} records, ${recordsPerSecond} a second${left}`;
  }
  if (state.kind === 'indexing') return `All ${state.records} records are read; index ${state.done + 1} of ${state.of}`;
  return state.kind === 'laying' ? 'The new customers are there; laying unsent updates over them' : null;
}

const unchanged = 'Nothing changed on this till.';
const failureText: { readonly [Why in ImportFailure]: string } = {
  'utf-16': `The file is UTF-16. ${unchanged} Save it as UTF-8.`,
  'no-heading': `The file has no heading. ${unchanged} Its first line must name the columns.`,
  'no-identifier-column': `No column of the heading says who a customer is. ${unchanged} One of user_id, mobile, email and external_id is needed.`,
  'not-customers': `The file is empty, or is one JSON list. ${unchanged} Write one customer a line.`,
  'no-such-file': `The file is not there. ${unchanged}`,
  'not-allowed': `The file may not be read by this user. ${unchanged}`,
  'disk-full': `The disk is full. ${unchanged} Make room; the same command goes on.`,
  'nothing-in-it': `No line of the file could be taken. ${unchanged} See the list of refused lines beside the file.`,
  'not-taken': `The new customers could not be read again from the disk. ${unchanged} Check the disk.`,
  stopped: `The import was cut off. ${unchanged} The same command goes on.`,
  other: `The disk or the database refused. ${unchanged} Try again; then ask support.`,
};
