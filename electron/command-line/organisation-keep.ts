import { letNextLoginOwn, readOwner } from '../org/data-owner.ts';
import { type Command, exitCodes } from './command.ts';
import { tillPlace } from './till-place.ts';
import { writeDatabase } from './write-database.ts';

export const organisationKeep: Command = {
  name: 'organisation keep',
  audit: 'organisation-kept',
  summary: "Says that this till's data belongs to the organisation it signs in to next",
  about: [
    'A till sends nothing where the server speaks for another organisation than the data on it: a mobile number names ' +
      'another person there. Use this only where it is the same organisation after all, under another id or account.',
    'Where it is another organisation, send or export what is unsent first, then start with a new folder (--data).',
    'Close Tillside first. Exit codes: 0 done, 2 failed.',
  ],
  run(given, io) {
    const { dataDir } = tillPlace(given, io);
    return writeDatabase(dataDir, io, io.openSecrets(dataDir), ({ db }) => {
      const isKnown = readOwner(db) !== null;
      letNextLoginOwn(db, io.clock.wallMs());
      if (given.has('json')) io.print(JSON.stringify({ kept: isKnown }));
      else io.print(isKnown ? 'Done. The next login says whose data this is.' : 'This data has no organisation yet.');
      return exitCodes.fine;
    });
  },
};
