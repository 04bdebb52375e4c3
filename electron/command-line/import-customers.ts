import path from 'node:path';
import { counted } from '../care/age-in-words.ts';
import type { OpenFolder } from '../data/data-folder.ts';
import { folderFiles } from '../machine/folder-files.ts';
import { silentLog } from '../machine/log.ts';
import type { ColumnReport } from '../region/csv-columns.ts';
import { CustomerImport } from '../region/customer-import.ts';
import type { Doubt, Findings, ImportFailure, ImportOptions, ImportState } from '../region/import-state.ts';
import { createRecordKeeper } from '../updates/create-record-keeper.ts';
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

/** How to read a file, where the file itself does not show it. */
export const readingOptions: { readonly [name: string]: Option } = {
  encoding: { value: 'NAME', help: 'encoding of lines that are not UTF-8: windows-1252' },
  dates: { value: 'ORDER', help: 'order in dates such as 11/09/2019: day-first or month-first' },
};

export const importCustomers: Command = {
  name: 'import',
  audit: 'customers-import',
  onlyLooks: (given) => given.has('check'),
  summary: "Imports the region's customers from a file",
  arguments: '[FILE]',
  about: [
    'FILE is CSV with a header row, or newline-delimited JSON with one customer a line in the format of customer/get. It can ' +
      'be of any size, and compressed (gz or zst). It replaces the customers of the last import. Customers who were opened ' +
      'or changed at this till stay, and unsent changes are applied to the new records.',
    'CSV columns: user_id, firstname, lastname, mobile, email, external_id, registered_on, type, fraud_status, tier, ' +
      'points, lifetime_points, lifetime_purchases, updated_on, custom.NAME, extended.NAME, subscription.CHANNEL.PRIORITY, ' +
      'and common names for these from other programs. The command lists how it reads each column and ignores unknown ones. ' +
      'One of user_id, mobile, email and external_id is required. An empty cell, NULL, \\N, N/A, nan or - means the customer ' +
      'has no value. If your file has no data for a column, leave the column out.',
    'The till keeps its current customers until the whole file is read and indexed. If the import is interrupted (Ctrl+C ' +
      'or a power cut), run the same command again to continue. FILE.refused.csv lists skipped lines by number and reason. ' +
      'Add --yes to import a file that would remove more than a fifth of the customers, that has more than 2 % unusable ' +
      'lines, or that looks mixed up. To go back to the previous customers, use --undo. While Tillside is open, import on ' +
      'screen instead (menu → This till).',
    'Exit codes: 0 done, or the check found no problems, 1 done or checked but some lines were skipped, 2 failed, or it ' +
      'needs --yes.',
  ],
  options: {
    check: { help: 'check the whole file and report what an import would do, without changing anything' },
    yes: { help: 'import the file even if it looks wrong' },
    undo: { help: 'go back to the customers of the previous import (no FILE)' },
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

/** An import that reports its progress on standard error. */
function openImport(
  { db, keyHex }: OpenFolder,
  dataDir: string,
  store: { readonly countryCode: string; readonly timeZone: string },
  io: CommandIo,
): CustomerImport {
  let shownAtMs = Number.NEGATIVE_INFINITY;
  let areColumnsShown = false;
  return new CustomerImport({
    records: createRecordKeeper(db, io.clock),
    log: silentLog,
    db,
    dataDir,
    onFile: { file: folderFiles(dataDir).database, keyHex, nativeBinding: io.nativeBinding },
    clock: io.clock,
    store,
    changed: (state) => {
      // A small file is read before it can be shown as being read.
      if ('columns' in state && state.columns !== null && !areColumnsShown) {
        areColumnsShown = true;
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

/** The names in README and the help. */
const documentedNames: ReadonlyMap<string, string> = new Map([
  ['current_slab', 'tier'],
  ['loyalty_points', 'points'],
]);

function columnLines(columns: readonly ColumnReport[]): string[] {
  return columns.map(({ column, takenAs, why }) => {
    if (takenAs !== null) return `  "${column}" is read as ${documentedNames.get(takenAs) ?? takenAs}`;
    const reason = why === 'again' ? 'another column gives the same value more clearly' : 'unknown name';
    return `  "${column}" is ignored: ${reason}`;
  });
}

function tellEnd(state: ImportState, given: Given, io: CommandIo): ExitCode {
  const isJson = given.has('json');
  if (isJson) io.print(JSON.stringify(state));
  switch (state.kind) {
    case 'done':
      if (!isJson) {
        io.print(`Customers now on this till: ${state.customers} (${state.seconds} s).`);
        if (state.report !== null) io.print(`Skipped ${counted(state.refused, 'line')}: see ${state.report}`);
      }
      return state.refused === 0 ? exitCodes.fine : exitCodes.look;
    case 'checked': {
      if (!isJson) for (const line of findingLines(state)) io.print(line);
      if (state.doubts.length > 0) return exitCodes.act;
      return state.refused === 0 ? exitCodes.fine : exitCodes.look;
    }
    case 'question':
      throw new CommandRefused(
        [...findingLines(state), `${unchanged} If this is what you want, run the command again with --yes.`].join('\n'),
      );
    case 'cancelled':
      throw new CommandRefused(`The import was stopped after ${state.records} records. ${unchanged} ${toContinue}`);
    case 'failed': {
      const where = state.line === null ? '' : `Line ${state.line}: `;
      throw new CommandRefused(`${where}${failureText(state.why)}`);
    }
    default:
      throw new CommandRefused(failureText('stopped'));
  }
}

export const doubtText: {
  readonly [Name in Doubt]: (found: Pick<Findings, 'before' | 'customers' | 'records' | 'refused'>) => string;
} = {
  shrinks: ({ before, customers }) =>
    `It would leave ${counted(customers, 'customer')}; the previous one had ${before}.`,
  'many-refused': ({ refused, records }) => `Too many lines cannot be used: ${refused} of ${records}.`,
  columns: () => 'Some columns were not recognised, so no customer would have a mobile, or a name.',
  'other-people': () =>
    'Its user ids have different mobiles, emails and cards than on this till: it looks mixed up, or comes from another system.',
};

function findingLines(found: Findings): string[] {
  return [
    `Can import ${counted(found.customers, 'customer')}; skips ${found.refused} of ${counted(found.records, 'line')}.`,
    ...(found.report === null ? [] : [`Skipped lines: see ${found.report}`]),
    ...found.doubts.map((doubt) => doubtText[doubt](found)),
  ];
}

function progressLine(state: ImportState): string | null {
  if (state.kind === 'reading') {
    const { records, recordsPerSecond, secondsLeft, part } = state;
    const left = secondsLeft === null ? '' : `, ${secondsLeft} s left to read`;
    const rate = recordsPerSecond === 0 ? '' : `, ${recordsPerSecond} a second`;
    return `${Math.floor(part * 100)} %: ${counted(records, 'record')}${rate}${left}`;
  }
  if (state.kind === 'indexing')
    return `Read all records (${state.records}); building index ${state.done + 1} of ${state.of}`;
  return state.kind === 'refreshing' ? 'Customers imported; applying unsent changes' : null;
}

const unchanged = '{unchanged}';
const toContinue = 'To continue, run the same command again.';
const failureTexts: { readonly [Why in ImportFailure]: string } = {
  'not-a-file': `This is a folder, a device or a pipe, not a file. ${unchanged}`,
  empty: `The file is empty. ${unchanged}`,
  'utf-16': `The file is UTF-16 without a byte order mark. ${unchanged} Save it as UTF-8.`,
  'not-utf-8': `The file is not UTF-8. ${unchanged} Save it as UTF-8. If it comes from a Windows program, try --encoding windows-1252 with --check.`,
  'not-text': `The file is not a list of customers in text form. ${unchanged}`,
  spreadsheet: `The file is a spreadsheet. ${unchanged} Save it as CSV (UTF-8).`,
  packed: `The file is compressed in a format other than gz or zst. ${unchanged} Unpack it first.`,
  'web-page': `The file is a web page, perhaps a sign-in page. ${unchanged} Download the file itself.`,
  'json-list': `The file is a single JSON list. ${unchanged} Put each customer on a line of its own.`,
  damaged: `The file is damaged or incomplete. ${unchanged} Download it again.`,
  'no-identifier-column': `No column identifies the customer. ${unchanged} One of user_id, mobile, email and external_id is required.`,
  'day-or-month': `Dates such as 11/09/2019 can be read two ways. ${unchanged} Add --dates day-first or --dates month-first.`,
  'no-such-file': `The file does not exist. ${unchanged}`,
  'not-allowed': `This user may not read the file. ${unchanged}`,
  'disk-full': `The disk is full. ${unchanged} Free up disk space. ${toContinue}`,
  'nothing-in-it': `No line of the file could be used. ${unchanged} For the reasons, see the .refused.csv file beside it.`,
  'not-taken': `The new customers could not be read back from the disk. ${unchanged} Check the disk.`,
  'nothing-before': `There is no previous import to go back to. ${unchanged}`,
  stopped: `The import was interrupted. ${unchanged} ${toContinue}`,
  other: `Disk or database error. ${unchanged} Try again; if it happens again, ask support.`,
};

/** @param nothing the sentence that says what did not change */
export function failureText(why: ImportFailure, nothing = 'Nothing changed on this till.'): string {
  return failureTexts[why].replace(unchanged, nothing);
}
