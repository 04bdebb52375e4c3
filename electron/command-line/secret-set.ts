import { MachineConfigError } from '../config/machine-config.ts';
import { keepTillSecret } from '../loyalty-api/till-secret.ts';
import { BadUsage, type Command, type CommandIo, CommandRefused, exitCodes, type Given } from './command.ts';
import { configOf, dataFolderAnyway } from './till-place.ts';

const longest = 1000;

export const secretSet: Command = {
  name: 'secret set',
  audit: 'secret-set',
  summary: "Stores the till password (or OAuth secret) in this user's secret storage",
  about: [
    'For a roll-out without anybody at the till: the secret is read from TILLSIDE_SECRET, else from standard input, else ' +
      'asked for; never from an argument, which every program on the machine could see. It takes the place of the one ' +
      'that was there. A Tillside that is open uses it from its next start on.',
    'Run it as the user who runs Tillside: the secret storage is of that user, and nobody else can read it. Whether the ' +
      'server takes it is told by tillside doctor.',
    'With --otlp it is a header for the receiver that health.otlp names, such as "Authorization: Bearer …".',
    'Exit codes: 0 stored, 2 failed.',
  ],
  options: { otlp: { help: 'a header for the receiver of health.otlp, in place of the password' } },
  async run(given, io) {
    const dataDir = dataFolderAnyway(given, io);
    const secrets = io.openSecrets(dataDir);
    const secret = await typedSecret(io);
    const written = given.has('otlp')
      ? secrets.write('otlp-headers', secret)
      : keepTillSecret(secrets, methodOf(given, io), secret);
    if (written.kind === 'not-stored') {
      throw new CommandRefused(
        `The secret could not be kept in ${dataDir} (${written.why}). Run this as the user who runs Tillside; ` +
          'tillside doctor says whether that folder and its disk are well.',
      );
    }
    if (given.has('json')) io.print(JSON.stringify({ stored: true }));
    else io.print('Secret stored. Restart Tillside if it is open. To test it, run tillside doctor.');
    return exitCodes.fine;
  },
};

/** Null where there is no config yet: a roll-out may set the secret first. */
function methodOf(given: Given, io: CommandIo) {
  try {
    const found = configOf(given, io);
    return found.mode === 'live' ? found.config.auth.method : null;
  } catch (error) {
    if (error instanceof MachineConfigError) return null;
    throw error;
  }
}

async function typedSecret(io: CommandIo): Promise<string> {
  const given = io.givenSecret ?? (await io.readInput()) ?? (await io.askSecret('Secret of this till: ')) ?? '';
  // The end of the line that echo or a text file brings along.
  const secret = given.replace(/\r?\n$/, '');
  if (secret === '') {
    throw new BadUsage('No secret given. Set TILLSIDE_SECRET, pipe it to standard input, or type it.');
  }
  // A file in UTF-16 arrives as characters that no keyboard types; kept, it would be refused by the server for ever.
  if (/[\p{Cc}\ufffd\ufeff]/u.test(secret)) {
    throw new BadUsage('Not a valid secret: expected one line of text in UTF-8, without control characters.');
  }
  if (secret.length > longest) {
    throw new BadUsage(`Not a valid secret: expected one line of up to ${longest} characters.`);
  }
  return secret;
}
