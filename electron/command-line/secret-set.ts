import { BadUsage, type Command, type CommandIo, CommandRefused, exitCodes } from './command.ts';
import { dataFolderAnyway } from './till-place.ts';

const longest = 1000;

export const secretSet: Command = {
  name: 'secret set',
  summary: "Keeps the till's password (or the OAuth secret) in this user's secret storage",
  about: [
    'For a roll-out without anybody at the till: the secret is read from TILLSIDE_SECRET, else from standard input, else ' +
      'asked for; never from an argument, which every program on the machine could see. It takes the place of the one ' +
      'that was there. A Tillside that is open uses it from its next start on.',
    'Run it as the user who runs Tillside: the secret storage is of that user, and nobody else can read it. Whether the ' +
      'server takes it is told by tillside doctor.',
    'Exit code 0: kept. 2: not kept.',
  ],
  async run(given, io) {
    const dataDir = dataFolderAnyway(given, io);
    const written = io.openSecrets(dataDir).write('api-secret', await typedSecret(io));
    if (written.kind === 'not-stored') {
      throw new CommandRefused(
        `The secret could not be kept in ${dataDir} (${written.why}). Run this as the user who runs Tillside; ` +
          'tillside doctor says whether that folder and its disk are well.',
      );
    }
    if (given.has('json')) io.print(JSON.stringify({ stored: true }));
    else io.print('The secret is kept. Start Tillside anew where it is open; tillside doctor asks the server.');
    return exitCodes.fine;
  },
};

async function typedSecret(io: CommandIo): Promise<string> {
  const given = io.givenSecret ?? (await io.readInput()) ?? (await io.askSecret('Secret of this till: ')) ?? '';
  // The end of the line that echo or a text file brings along.
  const secret = given.replace(/\r?\n$/, '');
  if (secret === '') {
    throw new BadUsage('There is no secret: give it in TILLSIDE_SECRET, or on standard input, or type it.');
  }
  if (secret.length > longest || /[\r\n]/.test(secret)) {
    throw new BadUsage(`This is no secret: expected one line of at most ${longest} characters.`);
  }
  return secret;
}
