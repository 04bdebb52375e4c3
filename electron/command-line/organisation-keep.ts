import { letNextLoginOwn, readOwner } from '../org/data-owner.ts';
import { type Command, exitCodes } from './command.ts';
import { tillPlace } from './till-place.ts';
import { writeDatabase } from './write-database.ts';

export const organisationKeep: Command = {
  name: 'organisation keep',
  audit: 'organisation-kept',
  onlyLooks: (given) => !given.has('yes'),
  summary: "Keeps this till's data when the organisation has a new id or account",
  about: [
    "A till sends nothing if the server belongs to a different organisation than the till's data, because the same mobile " +
      'number can be another person there. Use this command only if it is the same organisation under a new id or ' +
      'account: the data then belongs to the organisation that the till signs in to next.',
    'If it is a different organisation, send or export unsent changes first, then start with a new folder (--data).',
    'Close Tillside first. Without --yes, this is a dry run. Exit codes: 0 done (or dry run, or nothing to do), 2 failed.',
  ],
  options: { yes: { help: 'keep the data for the next organisation' } },
  run(given, io) {
    const { dataDir } = tillPlace(given, io);
    return writeDatabase(dataDir, io, io.openSecrets(dataDir), ({ db }) => {
      const owner = readOwner(db);
      const isHeld = owner !== null && owner.organisation !== null;
      const kept = isHeld && given.has('yes');
      if (kept) letNextLoginOwn(db, io.clock.wallMs());
      if (given.has('json')) io.print(JSON.stringify({ kept }));
      else if (owner === null) io.print('Nothing to do: this data has no organisation yet.');
      else if (!isHeld)
        io.print('Nothing to do: the organisation that this till signs in to next gets this data already.');
      else if (kept) io.print('Done. The data will belong to the organisation that this till signs in to next.');
      else {
        io.print('This data belongs to the organisation of an earlier sign-in. Unless Tillside says that it is now');
        io.print('signed in to another one, there is nothing to do.');
        io.print('Dry run: nothing was changed. If it is the same organisation, run again with --yes.');
      }
      return exitCodes.fine;
    });
  },
};
