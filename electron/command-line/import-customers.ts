import path from 'node:path';
import type { OpenFolder } from '../data/data-folder.ts';
import { folderFiles } from '../machine/folder-files.ts';
import { silentLog } from '../machine/log.ts';
import type { ColumnReport } from '../region/csv-columns.ts';
import { CustomerImport } from '../region/customer-import.ts';
import type { Doubt, Findings, ImportFailure, ImportOptions, ImportState } from '../region/import-state.ts';
import { toldDoor } from '../updates/told-door.ts';
import {
  BadUsage,
  type Command,
  type CommandIo,
  CommandRefused,
  type ExitCode,
  exitCodes,
  type Given,
  type Option,
} from './command.ts';
import { storeOf, tillPlace } from './till-place.ts';
import { writeDatabase } from './write-database.ts';

const encodings = ['utf-8', 'windows-1252'] as const;
const dateOrders = ['day-first', 'month-first'] as const;

/** What whoever gives a file says of it. */
export const readingOptions: { readonly [name: string]: Option } = {
  encoding: { value: 'NAME', help: 'what lines are that are not UTF-8: windows-1252' },
  dates: { value: 'ORDER', help: 'how the file writes dates such as 11/09/2019: day-first or month-first' },
};

export const importCustomers: Command = {
  name: 'import',
  audit: 'customers-import',
  onlyLooks: (given) => given.has('check'),
  summary: "Reads a file of the region's customers into this till",
  arguments: '[FILE]',
  about: [
    'FILE is CSV with a heading, or newline-delimited JSON with one customer a line as customer/get tells it, of any ' +
      'size, also packed as gz or zst. It takes the place of the customers of the last import. Customers who were opened ' +
      'or changed at this till stay, and its unsent updates are laid over the new records.',
    'CSV columns: user_id, firstname, lastname, mobile, email, external_id, registered_on, type, fraud_status, tier, ' +
      'points, lifetime_points, lifetime_purchases, updated_on, custom.NAME, extended.NAME, subscription.CHANNEL.PRIORITY, ' +
      'and what other programs call these. It is said how each column is taken; other columns are left out. One of ' +
      'user_id, mobile, email and external_id is needed. An empty cell, NULL, \\N, N/A, nan or - says that the customer has ' +
      'none of it: leave out a column that the file does not know.',
    'Until everything is read and indexed, nothing changes on the till. Stopped in the middle (Ctrl+C, or a power cut), ' +
      'the same command goes on where it was. Lines that are refused are listed in FILE.refused.csv by number and ' +
      'reason. A file that would take away more than a fifth of the customers, of which more than 2 % of the lines cannot ' +
      'be taken, or that looks mixed up, is taken only with --yes. The customers before stay for one step back: --undo. ' +
      'While Tillside is open, import from its screen for IT instead.',
    'Exit code 0: done, or the check found nothing. 1: done or checked, and lines were refused. 2: not done.',
  ],
  options: {
    check: { help: 'read and check all of it, say what would be done, and change nothing' },
    yes: { help: 'take the file although it looks wrong' },
    undo: { help: 'put the customers of the import before in place again; no FILE' },
    ...readingOptions,
  },
  run(given, io) {
    const isUndo = given.has('undo');
    const [file] = given.arguments;
    if (isUndo === (file !== undefined)) throw new BadUsage(isUndo ? '--undo takes no FILE.' : 'FILE is missing.');
    const options = optionsOf(given);
    const { found, dataDir } = tillPlace(given, io);
    return writeDatabase(dataDir, io, io.openSecrets(dataDir), async (folder) => {
      const customerImport = openImport(folder, dataDir, storeOf(found), io);
      const stop = () => customerImport.cancel();
      process.on('SIGINT', stop);
      process.on('SIGTERM', stop);
      try {
        if (file === undefined) customerImport.undo();
        else customerImport.start(path.resolve(io.cwd, file), options);
        await customerImport.ended;
      } finally {
        process.off('SIGINT', stop);
        process.off('SIGTERM', stop);
      }
      return tellEnd(customerImport.state, given, io);
    });
  },
};

function optionsOf(given: Given): ImportOptions {
  return {
    encoding: oneOf(given, 'encoding', encodings) ?? 'utf-8',
    dateOrder: oneOf(given, 'dates', dateOrders),
    check: given.has('check'),
    sure: given.has('yes'),
  };
}

/** @throws BadUsage */
export function oneOf<Name extends string>(given: Given, option: string, names: readonly Name[]): Name | null {
  const text = given.text(option);
  const name = names.find((one) => one === text) ?? null;
  if (text !== undefined && name === null) throw new BadUsage(`--${option} is one of ${names.join(', ')}.`);
  return name;
}

/** An import that tells on standard error how it goes on. */
function openImport(
  { db, keyHex }: OpenFolder,
  dataDir: string,
  store: { readonly countryCode: string; readonly timeZone: string },
  io: CommandIo,
): CustomerImport {
  let shownAtMs = Number.NEGATIVE_INFINITY;
  let isColumnsTold = false;
  return new CustomerImport({
    told: toldDoor(db, io.clock),
    log: silentLog,
    db,
    dataDir,
    onFile: { file: folderFiles(dataDir).database, keyHex, nativeBinding: io.nativeBinding },
    clock: io.clock,
    store,
    changed: (state) => {
      if (state.kind === 'reading' && state.columns !== null && !isColumnsTold) {
        isColumnsTold = true;
        for (const line of columnLines(state.columns)) io.warn(line);
      }
      const nowMs = io.clock.monotonicMs();
      const line = progressLine(state);
      if (line === null || nowMs - shownAtMs < 1000) return;
      shownAtMs = nowMs;
      io.warn(line);
    },
    customerChanged: () => undefined,
  });
}

function columnLines(columns: readonly ColumnReport[]): string[] {
  return columns.map(({ column, takenAs, why }) => {
    if (takenAs !== null) return `  "${column}" is taken as ${takenAs}`;
    const reason = why === 'again' ? 'another column says the same in a clearer way' : 'this name is not known';
    return `  "${column}" is left out: ${reason}`;
  });
}

function tellEnd(state: ImportState, given: Given, io: CommandIo): ExitCode {
  const isJson = given.has('json');
  if (isJson) io.print(JSON.stringify(state));
  switch (state.kind) {
    case 'done':
      if (!isJson) {
        io.print(`${state.customers} customers are on this till now (${state.seconds} s).`);
        if (state.report !== null) io.print(`${state.refused} lines were refused: see ${state.report}`);
      }
      return state.refused === 0 ? exitCodes.fine : exitCodes.look;
    case 'checked': {
      if (!isJson) for (const line of findingLines(state)) io.print(line);
      if (state.doubts.length > 0) return exitCodes.act;
      return state.refused === 0 ? exitCodes.fine : exitCodes.look;
    }
    case 'question':
      throw new CommandRefused(
        [...findingLines(state), `${unchanged} If all of this is meant so, the same command with --yes takes it.`].join(
          '\n',
        ),
      );
    case 'cancelled':
      throw new CommandRefused(
        `The import was stopped after ${state.records} records. ${unchanged} The same command goes on.`,
      );
    case 'failed': {
      const where = state.line === null ? '' : `Line ${state.line}: `;
      throw new CommandRefused(`${where}${failureText[state.why]}`);
    }
    default:
      throw new CommandRefused(failureText.stopped);
  }
}

const doubtText: { readonly [Name in Doubt]: (found: Findings) => string } = {
  shrinks: ({ before, customers }) => `It would leave ${customers} customers of the ${before} of the import before.`,
  'many-refused': ({ refused, records }) => `${refused} of its ${records} lines cannot be taken.`,
  columns: () => 'Columns were not understood, and nobody in it would have a mobile, or a name.',
  'other-people': () =>
    'Its user ids stand beside other mobiles, emails and cards than on this till: it looks mixed up, or is of another system.',
};

function findingLines(found: Findings): string[] {
  return [
    `${found.customers} customers can be taken; ${found.refused} of ${found.records} lines are refused.`,
    ...(found.report === null ? [] : [`Refused lines: see ${found.report}`]),
    ...found.doubts.map((doubt) => doubtText[doubt](found)),
  ];
}

function progressLine(state: ImportState): string | null {
  if (state.kind === 'reading') {
    const { records, recordsPerSecond, secondsLeft, part } = state;
    const left = secondsLeft === null ? '' : `, ${secondsLeft} s left to read`;
    return `${Math.floor(part * 100)} %: ${records} records, ${recordsPerSecond} a second${left}`;
  }
  if (state.kind === 'indexing') return `All ${state.records} records are read; index ${state.done + 1} of ${state.of}`;
  return state.kind === 'laying' ? 'The customers are there; laying unsent updates over them' : null;
}

const unchanged = 'Nothing changed on this till.';
export const failureText: { readonly [Why in ImportFailure]: string } = {
  empty: `The file is empty. ${unchanged}`,
  'utf-16': `The file is UTF-16 without the mark that says so. ${unchanged} Save it as UTF-8.`,
  'not-utf-8': `The file is not UTF-8. ${unchanged} Save it as UTF-8; if a Windows program wrote it, try --encoding windows-1252 with --check.`,
  'not-text': `The file is no text of customers. ${unchanged}`,
  spreadsheet: `The file is a spreadsheet. ${unchanged} Save it there as CSV (UTF-8).`,
  packed: `The file is packed. ${unchanged} Unpack it; only gz and zst are read as they are.`,
  'web-page': `The file is a web page, perhaps that of a sign-in. ${unchanged} Fetch the file itself.`,
  'json-list': `The file is one JSON list. ${unchanged} Write one customer a line.`,
  damaged: `The file is damaged, or was cut off. ${unchanged} Fetch it again.`,
  'no-identifier-column': `No column of the heading says who a customer is. ${unchanged} One of user_id, mobile, email and external_id is needed.`,
  'day-or-month': `Whether dates such as 11/09/2019 begin with the day cannot be seen. ${unchanged} Say it: --dates day-first, or --dates month-first.`,
  'no-such-file': `The file is not there. ${unchanged}`,
  'not-allowed': `The file may not be read by this user. ${unchanged}`,
  'disk-full': `The disk is full. ${unchanged} Make room; the same command goes on.`,
  'nothing-in-it': `No line of the file could be taken. ${unchanged} See the list of refused lines beside the file.`,
  'not-taken': `The new customers could not be read again from the disk. ${unchanged} Check the disk.`,
  'nothing-before': `There are no customers of an import before. ${unchanged}`,
  stopped: `The import was cut off. ${unchanged} The same command goes on.`,
  other: `The disk or the database refused. ${unchanged} Try again; then ask support.`,
};
