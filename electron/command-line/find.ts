import { ringDoorbell } from '../machine/doorbell.ts';
import { findAddress, readFindAddress } from '../model/find-address.ts';
import { findByNames } from '../model/find-request.ts';
import { BadUsage, type Command, CommandRefused, exitCodes } from './command.ts';
import { tillPlace } from './till-place.ts';

export const find: Command = {
  name: 'find',
  summary: 'Searches for a customer on the screen of the running Tillside',
  about: [
    'For POS programs. Works like a scanned card: the value is searched for, and the customer opens if exactly one has it. ' +
      'Never changes, saves or sends anything; what staff have typed is kept as a draft. Takes one of --card, --mobile, ' +
      '--email and --id.',
    'The address tillside://find?card=NUMBER does the same (also mobile, email and id; percent-encode the value) and starts ' +
      'Tillside if it is not open.',
    'Exit code 0: passed to the screen, which shows the customer once somebody has signed in where that is required. 2: ' +
      'Tillside is not open.',
  ],
  options: {
    card: { value: 'NUMBER', help: 'number of a card, or an external ID' },
    mobile: { value: 'NUMBER', help: 'whole mobile' },
    email: { value: 'ADDRESS', help: 'whole email' },
    id: { value: 'ID', help: 'customer number at head office, or an external ID' },
  },
  async run(given, io) {
    const asked = findByNames.flatMap((by) => {
      const text = given.text(by);
      return text === undefined ? [] : [{ by, text }];
    });
    const [request, another] = asked;
    if (request === undefined || another !== undefined) {
      throw new BadUsage('One of --card, --mobile, --email and --id is needed.');
    }
    const address = findAddress(request);
    if (typeof readFindAddress(address) === 'string')
      throw new BadUsage(`--${request.by}: this cannot be searched for.`);
    const answer = await ringDoorbell(tillPlace(given, io).dataDir, address);
    if (answer === null) throw new CommandRefused('Tillside is not open. Start it, then try again.');
    if (answer !== 'taken') throw new CommandRefused('Tillside did not take it.');
    if (given.has('json')) io.print(JSON.stringify({ taken: true }));
    return exitCodes.fine;
  },
};
