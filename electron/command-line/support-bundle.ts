import { existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import {
  auditPart,
  type BundlePart,
  bundleFile,
  bundleZip,
  configPart,
  doctorPart,
  folderPart,
  type LeftOut,
  logParts,
  outboxPart,
} from '../care/bundle.ts';
import { examine } from '../care/doctor/doctor.ts';
import { worst } from '../care/doctor/finding.ts';
import { fileTrouble } from '../machine/file-trouble.ts';
import type { ResultFile } from '../machine/result-file.ts';
import { type Command, type CommandIo, CommandRefused, exitCodes, type Given } from './command.ts';
import { readDatabase } from './read-database.ts';
import { openTarget } from './result-target.ts';
import { configOf, dataFolderAnyway } from './till-place.ts';

export const supportBundle: Command = {
  name: 'support-bundle',
  summary: 'Creates a support zip, without customer data',
  arguments: '[FILE]',
  makes: '.zip',
  about: [
    'Contains the findings of tillside doctor, the config, the log, every unsent change (id, state, age and codes), and file ' +
      'names and sizes. Never contains secrets, or names, numbers or addresses of customers. manifest.json lists ' +
      'what is included and what is missing. Works while Tillside is open, and even if the data cannot be opened. ' +
      "Without FILE, the zip is stored in the support folder of the till's data.",
    'Exit codes: 0 created, 2 failed.',
  ],
  async run(given, io) {
    const dataDir = dataFolderAnyway(given, io);
    const nowMs = io.clock.wallMs();
    const [wanted] = given.arguments;
    if (wanted === undefined && !existsSync(dataDir)) {
      throw new CommandRefused(`No till data in ${dataDir}. Choose its folder with --data, or name a FILE.`);
    }
    const place = wanted === undefined ? bundleFile(dataDir, nowMs) : path.resolve(io.cwd, wanted);
    if (wanted === undefined) mkdirSync(path.dirname(place), { recursive: true, mode: 0o700 });
    const target = bundleTarget(place);
    try {
      const { parts, leftOut, severity } = await collect(given, io, dataDir);
      target.write(bundleZip({ version: io.version, nowMs, parts, leftOut }));
      const { file } = target;
      if (given.has('json'))
        io.print(JSON.stringify({ file, severity, files: parts.map(({ name }) => name), leftOut }));
      else {
        io.print(file);
        for (const { name, why } of leftOut) io.print(`  without ${name}: ${why}`);
      }
      return exitCodes.fine;
    } finally {
      target.close();
    }
  },
};

/** Only an earlier zip may be overwritten. */
function bundleTarget(file: string): ResultFile {
  const isThere = existsSync(file) && statSync(file).isFile();
  if (isThere && readFileSync(file).subarray(0, 2).toString('latin1') !== 'PK') {
    throw new CommandRefused(`${file} already exists and is not a zip. Choose another name.`);
  }
  return openTarget(file);
}

async function collect(given: Given, io: CommandIo, dataDir: string) {
  const findings = await examine({
    ...io,
    findConfig: () => configOf(given, io),
    dataDir,
    secrets: io.openSecrets(dataDir),
    full: false,
  });
  const maybe = [config(given, io), outbox(dataDir, io), ...folder(dataDir)];
  return {
    parts: [doctorPart(findings, io.home), ...maybe.filter((part) => 'content' in part)],
    leftOut: maybe.filter((part) => 'why' in part),
    severity: worst(findings),
  };
}

function config(given: Given, io: CommandIo): BundlePart | LeftOut {
  const name = 'config.json';
  try {
    const found = configOf(given, io);
    return found.mode === 'live' ? configPart(found.config) : { name, why: 'no config: this is practice mode' };
  } catch {
    // An invalid config may hold a secret in the wrong place.
    return { name, why: 'not valid: see doctor.json' };
  }
}

function outbox(dataDir: string, io: CommandIo): BundlePart | LeftOut {
  try {
    return readDatabase(dataDir, io, outboxPart);
  } catch {
    return { name: 'outbox.json', why: 'the database could not be read: see doctor.json' };
  }
}

function folder(dataDir: string): readonly (BundlePart | LeftOut)[] {
  const part = (name: string, read: () => readonly BundlePart[]): readonly (BundlePart | LeftOut)[] => {
    try {
      return read();
    } catch (error) {
      const trouble = fileTrouble(error);
      if (trouble === null) throw error;
      return [{ name, why: `could not be read (${trouble.code})` }];
    }
  };
  return [
    auditPart(dataDir),
    ...part('files.json', () => [folderPart(dataDir)]),
    ...part('logs', () => logParts(dataDir)),
  ];
}
