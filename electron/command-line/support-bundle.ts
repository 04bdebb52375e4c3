import { existsSync } from 'node:fs';
import path from 'node:path';
import {
  type BundlePart,
  bundleFile,
  configPart,
  doctorPart,
  folderPart,
  type LeftOut,
  logParts,
  makeBundle,
  outboxPart,
} from '../care/bundle.ts';
import { examine } from '../care/doctor/doctor.ts';
import { worst } from '../care/doctor/finding.ts';
import { type Command, type CommandIo, CommandRefused, exitCodes, type Given } from './command.ts';
import { readDatabase } from './read-database.ts';
import { configOf, dataFolderAnyway } from './till-place.ts';

export const supportBundle: Command = {
  name: 'support-bundle',
  summary: 'Makes one zip for whoever helps from afar, without customer data',
  arguments: '[FILE]',
  about: [
    'In it: what tillside doctor finds, the config, the log, every unsent update by id, state, age and codes, and the ' +
      'names and sizes of the files. Never a name, a number or an address of a customer, and never a secret; ' +
      'manifest.json lists what is inside and what could not be had. Works while Tillside is open, and also where the ' +
      "data cannot be opened. Without FILE it lies in the folder support of the till's data.",
    'Exit code 0: made. 2: not made.',
  ],
  async run(given, io) {
    const dataDir = dataFolderAnyway(given, io);
    const nowMs = io.clock.wallMs();
    const [wanted] = given.arguments;
    if (wanted === undefined && !existsSync(dataDir)) {
      throw new CommandRefused(`There is no till's data in ${dataDir}. Name its folder with --data, or a FILE.`);
    }
    const file = wanted === undefined ? bundleFile(dataDir, nowMs) : path.resolve(io.cwd, wanted);
    const findings = await examine({
      ...io,
      findConfig: () => configOf(given, io),
      dataDir,
      secrets: io.openSecrets(dataDir),
      full: false,
    });
    const maybe = [config(given, io), outbox(dataDir, io)];
    const parts = [
      doctorPart(findings, io.home),
      ...maybe.filter((part) => 'content' in part),
      folderPart(dataDir),
      ...logParts(dataDir),
    ];
    const leftOut = maybe.filter((part) => 'why' in part);
    try {
      makeBundle(file, { version: io.version, nowMs, parts, leftOut });
    } catch (error) {
      throw new CommandRefused(
        `The bundle could not be written to ${file} (${codeOf(error)}). Name a place elsewhere: tillside support-bundle FILE`,
      );
    }
    if (given.has('json')) {
      io.print(JSON.stringify({ file, severity: worst(findings), files: parts.map(({ name }) => name), leftOut }));
    } else {
      io.print(file);
      for (const { name, why } of leftOut) io.print(`  without ${name}: ${why}`);
    }
    return exitCodes.fine;
  },
};

function config(given: Given, io: CommandIo): BundlePart | LeftOut {
  const name = 'config.json';
  try {
    const found = configOf(given, io);
    return found.mode === 'live' ? configPart(found.config) : { name, why: 'there is none: this is practice mode' };
  } catch {
    // A mistyped one may hold a secret in a wrong place.
    return { name, why: 'it cannot be used: see doctor.json' };
  }
}

function outbox(dataDir: string, io: CommandIo): BundlePart | LeftOut {
  try {
    return readDatabase(dataDir, io, outboxPart);
  } catch {
    return { name: 'outbox.json', why: 'the database cannot be read: see doctor.json' };
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
}
