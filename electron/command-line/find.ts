import { ringDoorbell } from '../machine/doorbell.ts';
import { findAddress, readFindAddress } from '../model/find-address.ts';
import { findByNames } from '../model/find-request.ts';
import { BadUsage, type Command, CommandRefused, exitCodes } from './command.ts';
import { tillPlace } from './till-place.ts';

export const find: Command = {
  name: 'find',
  summary: 'Searches for a customer on the screen of the running Tillside',
  about: [
    'For POS programs. Works like a scanned card: Tillside searches for the value and opens the customer if exactly one ' +
      'matches. It never changes, saves or sends anything, and keeps typed text as a draft. Needs one of --card, --mobile, ' +
      '--email and --id.',
    'The address tillside://find?card=NUMBER does the same (also mobile, email and id; percent-encode the value), and starts ' +
      'Tillside if it is not open.',
    'Exit codes: 0 passed to the screen (shown after sign-in, if that is required), 2 Tillside is not open.',
  ],
  options: {
    card: { value: 'NUMBER', help: 'card number or external ID' },
    mobile: { value: 'NUMBER', help: 'full mobile number' },
    email: { value: 'ADDRESS', help: 'full email' },
    id: { value: 'ID', help: "head office's customer number, or an external ID" },
  },
  async run(given, io) {
    const asked = findByNames.flatMap((by) => {
      const text = given.text(by);
      return text === undefined ? [] : [{ by, text }];
    });
    const [request, another] = asked;
    if (request === undefined || another !== undefined) {
      throw new BadUsage('Give exactly one of --card, --mobile, --email and --id.');
    }
    const address = findAddress(request);
    if (typeof readFindAddress(address) === 'string')
      throw new BadUsage(`--${request.by}: not a valid value to search for.`);
    const answer = await ringDoorbell(tillPlace(given, io).dataDir, address);
    if (answer === null) throw new CommandRefused('Tillside is not open. Start it, then try again.');
    if (answer !== 'taken') throw new CommandRefused('Tillside refused the request.');
    if (given.has('json')) io.print(JSON.stringify({ taken: true }));
    return exitCodes.fine;
  },
};
