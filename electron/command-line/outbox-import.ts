import { readFileSync } from 'node:fs';
import path from 'node:path';
import { importUnsent, markImported } from '../care/rescue/import-unsent.ts';
import { readRescueFile } from '../care/rescue/sealed-file.ts';
import { Outbox } from '../updates/outbox.ts';
import { type Command, CommandRefused, exitCodes } from './command.ts';
import { mustExist } from './read-database.ts';
import { dataFolderAnyway } from './till-place.ts';
import { openWithOf, recoveryKeyOption } from './typed-secrets.ts';
import { unsentInWords } from './unsent.ts';
import { writeDatabase } from './write-database.ts';

const refusals = {
  'not-a-rescue-file': 'This is no rescue file of Tillside, or it was changed. Nothing was brought in.',
  'not-the-key':
    'This does not open the file. Nothing was brought in. Try its passphrase (TILLSIDE_PASSPHRASE), --private-key, or ' +
    '--recovery-key with the recovery key of the till that it comes from.',
  newer: 'A newer Tillside made this file. Nothing was brought in. Bring this till up to date first.',
} as const;

export const outboxImport: Command = {
  name: 'outbox import',
  summary: "Brings another till's unsent updates in from a rescue file; this till sends them",
  arguments: 'FILE',
  about: [
    'Close Tillside first (or use the screen: Updates, Rescue). Updates that are here already are known by their ids and ' +
      'left as they are, so that it may be done again. What may have been sent before is read back before it is sent.',
    'Bring a file in on one till only: afterwards it is renamed, so that nobody brings it in elsewhere by mistake.',
    'Exit code 0: all of it is on this till. 2: nothing was brought in.',
  ],
  options: {
    'private-key': { value: 'FILE', help: "IT's private key (PEM), of the rescue.publicKey in the config" },
    ...recoveryKeyOption,
  },
  async run(given, io) {
    const file = path.resolve(io.cwd, given.arguments[0] ?? '');
    const text = read(file);
    const head = readRescueFile(text)?.head;
    if (head === undefined) throw new CommandRefused(refusals['not-a-rescue-file']);
    const dataDir = dataFolderAnyway(given, io);
    mustExist(dataDir);
    const result = await writeDatabase(dataDir, io, io.openSecrets(dataDir), async ({ db, keyHex }) => {
      const outbox = new Outbox(db, io.clock, io.random);
      const openWith = await openWithOf(given, io, keyHex, outbox.hasMovedOut(head.exportId));
      return importUnsent(db, outbox, text, openWith, io.clock.wallMs());
    });
    if (result.kind === 'refused') throw new CommandRefused(refusals[result.why]);
    const renamed = markImported(file);
    const { added, already, takenBack } = result.takenIn;
    if (given.has('json')) {
      io.print(JSON.stringify({ fromTill: head.fromTill, added, already, takenBack, file: renamed ?? file }));
    } else {
      io.print(`From till ${head.fromTill}: ${unsentInWords(head.updates, head.oldestSavedAtMs, io.clock.wallMs())}.`);
      io.print(
        `  ${added} brought in, ${already} were here already, ${takenBack} taken back by the till they came from.`,
      );
      io.print(
        renamed === null
          ? `The file could not be renamed. Put it away: it must not be brought in on another till.`
          : `The file is called ${path.basename(renamed)} now.`,
      );
      io.print('They are sent when Tillside is open.');
    }
    return exitCodes.fine;
  },
};

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw new CommandRefused(`${file} cannot be read (${why}).`);
  }
}
