import { MachineConfigError } from '../config/machine-config.ts';
import { keepTillSecret } from '../loyalty-api/till-secret.ts';
import { type Command, type CommandIo, CommandRefused, exitCodes, type Given } from './command.ts';
import { configOf, dataFolderAnyway } from './till-place.ts';

const longest = 1000;

export const secretSet: Command = {
  name: 'secret set',
  audit: 'secret-set',
  summary: "Stores the till password (or OAuth secret) in this user's secret storage",
  about: [
    'For unattended set-up. The secret is read from TILLSIDE_SECRET, then from standard input, then asked for. It is never ' +
      'an argument, because other programs on the machine can see those. It replaces the stored one. An open ' +
      'Tillside uses the new secret from its next start; if it pauses and asks for the password, you can type it there.',
    'Run it as the user who runs Tillside: each user has their own secret storage. To test the secret, run tillside doctor.',
    'With --otlp it stores a header for the receiver at health.otlp, such as "Authorization: Bearer …".',
    'Exit codes: 0 stored, 2 failed.',
  ],
  options: { otlp: { help: 'store a header for the health.otlp receiver instead of the password' } },
  async run(given, io) {
    const dataDir = dataFolderAnyway(given, io);
    const secrets = io.openSecrets(dataDir);
    const secret = await typedSecret(io);
    const written = given.has('otlp')
      ? secrets.write('otlp-headers', secret)
      : keepTillSecret(secrets, methodOf(given, io), secret);
    if (written.kind === 'not-stored') {
      throw new CommandRefused(
        `Could not store the secret in ${dataDir} (${written.why}). Run this as the user who runs Tillside. To check the ` +
          'folder and its disk, run tillside doctor.',
      );
    }
    if (given.has('json')) io.print(JSON.stringify({ stored: true }));
    else
      io.print(
        given.has('otlp')
          ? 'Secret stored. An open Tillside uses it from its next start.'
          : 'Secret stored. An open Tillside uses it from its next start, or type it there if it asks. To test it, run tillside doctor.',
      );
    return exitCodes.fine;
  },
};

/** Null if there is no config yet, because a roll-out may set the secret first. */
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
  // echo and text files end with a line break.
  const secret = given.replace(/\r?\n$/, '');
  if (secret === '') {
    throw new CommandRefused('No secret given. Set TILLSIDE_SECRET, pipe it to standard input, or type it.');
  }
  // A UTF-16 file contains these characters; stored, it would be a password that the server always refuses.
  if (/[\p{Cc}\ufffd\ufeff]/u.test(secret)) {
    throw new CommandRefused('Not a valid secret: expected one line of text in UTF-8, without control characters.');
  }
  if (secret.length > longest) {
    throw new CommandRefused(`Not a valid secret: expected one line of up to ${longest} characters.`);
  }
  return secret;
}
