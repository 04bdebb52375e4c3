import path from 'node:path';
import { readRescueFile } from '../care/rescue/sealed-file.ts';
import { byIt } from '../updates/history.ts';
import { Outbox } from '../updates/outbox.ts';
import { type Command, CommandRefused, exitCodes } from './command.ts';
import { mustExist } from './read-database.ts';
import { dataFolderAnyway } from './till-place.ts';
import { readOrRefuse } from './typed-secrets.ts';
import { writeDatabase } from './write-database.ts';

export const outboxConfirm: Command = {
  name: 'outbox confirm',
  audit: 'outbox-confirmed',
  onlyLooks: (given) => !given.has('yes'),
  summary: 'Confirms that another till has imported what this one moved to a file',
  arguments: '[FILE]',
  about: [
    'A till cannot see what became of its rescue files. So it says "Waiting", and the doctor warns, until you confirm here ' +
      'that another till has imported them. Then it stops reporting them. With FILE, only that rescue file is confirmed.',
    'Close Tillside first, or do this on screen: menu → This till. It also ends if the file is imported back into this ' +
      "till, or if another till imports it directly from the rescue folder of this till's data.",
    'Without --yes, this is a dry run. Exit codes: 0 confirmed (or dry run, or nothing to confirm), 2 failed.',
  ],
  options: { yes: { help: 'another till has imported them' } },
  async run(given, io) {
    const [name] = given.arguments;
    const exportId = name === undefined ? null : exportOf(path.resolve(io.cwd, name));
    const dataDir = dataFolderAnyway(given, io);
    mustExist(dataDir, io);
    const updates = await writeDatabase(dataDir, io, io.openSecrets(dataDir), ({ db }) => {
      const outbox = new Outbox(db, io.clock, io.random);
      return given.has('yes') ? outbox.confirmedElsewhere(byIt, exportId).length : outbox.inFiles(exportId).updates;
    });
    const confirmed = given.has('yes') ? updates : 0;
    const where = name === undefined ? 'in a rescue file' : 'in this file';
    if (given.has('json')) io.print(JSON.stringify({ confirmed, inFiles: updates - confirmed }));
    else if (updates === 0) io.print(`Nothing to confirm: no change of this till is only ${where}.`);
    else if (confirmed > 0) io.print(`Confirmed: another till has the ${updates} that were only ${where}.`);
    else {
      io.print(`Changes of this till that are only ${where}, as far as it knows: ${updates}.`);
      io.print('Dry run: nothing was changed. If another till has imported them, run again with --yes.');
    }
    return exitCodes.fine;
  },
};

function exportOf(file: string): string {
  const head = readRescueFile(readOrRefuse(file))?.head;
  if (head === undefined)
    throw new CommandRefused('Not a Tillside rescue file, or it was modified. Nothing was changed.');
  return head.exportId;
}
