import { existsSync } from 'node:fs';
import path from 'node:path';
import { counted } from '../care/age-in-words.ts';
import { importedEnding } from '../care/rescue/export-unsent.ts';
import { importUnsent, markImported } from '../care/rescue/import-unsent.ts';
import { readRescueFile } from '../care/rescue/sealed-file.ts';
import type { TakeOver } from '../care/rescue/standing-copy.ts';
import { tillCode } from '../config/find-config.ts';
import { directFiles } from '../machine/share/share-files.ts';
import { createRecordKeeper } from '../updates/create-record-keeper.ts';
import { Outbox } from '../updates/outbox.ts';
import { type Command, type CommandIo, CommandRefused, exitCodes, type Given } from './command.ts';
import { mustExist } from './read-database.ts';
import { configOf, dataFolderAnyway } from './till-place.ts';
import { openWithOf, readOrRefuse, recoveryKeyOption } from './typed-secrets.ts';
import { unsentInWords } from './unsent.ts';
import { writeDatabase } from './write-database.ts';

const refusals = {
  'not-a-rescue-file': 'Not a Tillside rescue file, or it was modified. Nothing was imported.',
  'not-the-key':
    "Wrong passphrase or key. Nothing was imported. Try the file's passphrase (TILLSIDE_PASSPHRASE), --private-key, or " +
    '--recovery-key with the recovery key of the till that made the file.',
  'no-passphrase':
    'No passphrase opens this file. Nothing was imported. Use --private-key with the private key that belongs to ' +
    'rescue.publicKey, or --recovery-key with the recovery key of the till that made the file.',
  'other-organisation':
    "This file comes from another organisation's till. Nothing was imported. Import it on a till of that organisation.",
  newer:
    'This file was made by a newer version of Tillside. Nothing was imported. Install the new version on this till first.',
} as const;

export const outboxImport: Command = {
  name: 'outbox import',
  audit: 'outbox-import',
  summary: "Imports another till's unsent changes from a rescue file and sends them",
  arguments: 'FILE',
  about: [
    'Close Tillside first (or do this on screen: menu → This till). Changes that are already here are recognised by ID and ' +
      'not imported twice, so it is safe to run this again. A change that may have been sent already is checked with the ' +
      'server before it is sent.',
    'Import a file on one till only. It is renamed afterwards, so that nobody imports it on another till by mistake.',
    'This also works for a second copy (rescue.copyTo in the config). If its till comes back, it sees that this till has its ' +
      'changes and does not send them.',
    'Exit codes: 0 imported, 2 nothing was imported.',
  ],
  options: {
    'private-key': { value: 'FILE', help: "IT's private key (PEM) that belongs to rescue.publicKey in the config" },
    ...recoveryKeyOption,
  },
  async run(given, io) {
    const file = path.resolve(io.cwd, given.arguments[0] ?? '');
    const text = readOrRefuse(file);
    const head = readRescueFile(text)?.head;
    if (head === undefined) throw new CommandRefused(refusals['not-a-rescue-file']);
    const dataDir = dataFolderAnyway(given, io);
    mustExist(dataDir, io);
    const result = await writeDatabase(dataDir, io, io.openSecrets(dataDir), async ({ db, keyHex }) => {
      const outbox = new Outbox(db, io.clock, io.random);
      const openWith = await openWithOf(given, io, keyHex, outbox.hasMovedOut(head.exportId));
      const imported = await importUnsent(text, {
        db,
        outbox,
        records: createRecordKeeper(db, io.clock),
        openWith,
        nowMs: io.clock.wallMs(),
        keyHex,
        takeOver: (standing) => takeOverHere(given, io, file, standing),
      });
      return { ...imported, here: outbox.counts() };
    });
    if (result.kind === 'refused') throw new CommandRefused(refusals[result.why]);
    const renamed = importedName(file, head.standing);
    const { added, already, takenBack } = result.takenIn;
    const { isToldThere } = result;
    if (given.has('json')) {
      const counts = { fromTill: head.fromTill, added, already, takenBack, isToldThere };
      io.print(JSON.stringify({ ...counts, file: renamed ?? file }));
    } else {
      io.print(`From till ${head.fromTill}: ${unsentInWords(head.updates, head.oldestSavedAtMs, io.clock.wallMs())}.`);
      io.print(`  ${added} imported, ${already} already here, ${takenBack} returned to the till they came from.`);
      io.print(
        renamed === null
          ? 'Could not rename the file. Move it somewhere safe: do not import it on another till.'
          : `The file is ${renamed === file ? 'still' : 'now'} called ${path.basename(renamed)}.`,
      );
      if (!isToldThere) {
        io.print('The till that they come from cannot see that they are here. Keep it closed until they are sent, or');
        io.print('import the file again when the folder of rescue.copyTo is writable.');
      }
      const { attention, ...waiting } = result.here;
      if (waiting.queued + waiting.sending + waiting.unknown > 0) {
        io.print('Changes that wait here are sent the next time Tillside is open.');
      }
      if (attention > 0) io.print(`${counted(attention, 'change')} to resolve in Updates (needs attention).`);
    }
    return exitCodes.fine;
  },
};

/** The folders where the first till can see that its second copy was taken over: the file's, and the config's. */
function takeOverHere(given: Given, io: CommandIo, file: string, standing: string): TakeOver {
  const found = configOf(given, io);
  const copyTo = found.mode === 'live' ? found.config.rescue.copyTo : null;
  const beside = path.basename(file).startsWith(standing) ? [path.dirname(file)] : [];
  const folders = [...new Set([...beside, ...(copyTo === null ? [] : [path.resolve(copyTo)])])];
  return { files: directFiles, folders, by: tillCode(found) };
}

/** @returns the file's new name; null if it could not be renamed */
function importedName(file: string, standing: string | undefined): string | null {
  const taken = standing === undefined ? null : path.join(path.dirname(file), `${standing}${importedEnding}`);
  if (taken !== null && existsSync(taken) && (taken === file || !existsSync(file))) return taken;
  return markImported(file);
}
