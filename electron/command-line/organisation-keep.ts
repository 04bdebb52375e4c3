import { letNextLoginOwn, readOwner } from '../org/data-owner.ts';
import { type Command, exitCodes } from './command.ts';
import { tillPlace } from './till-place.ts';
import { writeDatabase } from './write-database.ts';

export const organisationKeep: Command = {
  name: 'organisation keep',
  audit: 'organisation-kept',
  summary: "Keeps this till's data when the organisation has a new id or account",
  about: [
    "A till sends nothing if the server belongs to a different organisation than the till's data, because the same mobile " +
      'number can be another person there. Use this command only if it is the same organisation under a new id or ' +
      'account: the data then belongs to the organisation that the till signs in to next.',
    'If it is a different organisation, send or export unsent changes first, then start with a new folder (--data).',
    'Close Tillside first. Exit codes: 0 done, 2 failed.',
  ],
  run(given, io) {
    const { dataDir } = tillPlace(given, io);
    return writeDatabase(dataDir, io, io.openSecrets(dataDir), ({ db }) => {
      const isKnown = readOwner(db) !== null;
      letNextLoginOwn(db, io.clock.wallMs());
      if (given.has('json')) io.print(JSON.stringify({ kept: isKnown }));
      else
        io.print(
          isKnown
            ? 'Done. The data will belong to the organisation that this till signs in to next.'
            : 'This data has no organisation yet.',
        );
      return exitCodes.fine;
    });
  },
};
