import { hashPin, longestPin, shortestPin } from '../config/pin-hash.ts';
import { type Command, type CommandIo, CommandRefused, exitCodes } from './command.ts';

export const adminPin: Command = {
  name: 'admin pin',
  summary: 'Hashes a PIN for admin.pin in the config',
  about: [
    'With admin.pin in the config, Tillside asks for the PIN before any action on screen that moves, deletes or reveals ' +
      'data: showing the recovery key, exporting and importing changes, importing and removing customers, restoring a ' +
      'backup. The config holds only a salted hash of the PIN. The command reads the PIN from TILLSIDE_PIN, then from ' +
      'standard input, then asks for it.',
    `Use at least ${shortestPin} characters, ideally ten or more: anyone who can read the config can guess against the hash.`,
    'Exit codes: 0 printed, 2 no PIN, or one that cannot be used.',
  ],
  isWithoutTill: true,
  async run(given, io) {
    const pin = await hashPin(await typedPin(io));
    io.print(given.has('json') ? JSON.stringify({ admin: { pin } }) : `"admin": ${JSON.stringify({ pin })}`);
    return exitCodes.fine;
  },
};

async function typedPin(io: CommandIo): Promise<string> {
  const given = (io.env.TILLSIDE_PIN || (await io.readInput()))?.replace(/\r?\n$/, '');
  if (given) return checked(given);
  const first = await io.askSecret(`PIN (at least ${shortestPin} characters): `);
  if (!first) throw new CommandRefused('No PIN given. Set TILLSIDE_PIN, pipe it to standard input, or type it.');
  if ((await io.askSecret('Repeat PIN: ')) !== first) throw new CommandRefused('The two PINs differ.');
  return checked(first);
}

function checked(pin: string): string {
  if (pin.length >= shortestPin && pin.length <= longestPin && !/[\r\n]/.test(pin)) return pin;
  throw new CommandRefused(`Not a valid PIN: expected one line of ${shortestPin} to ${longestPin} characters.`);
}
