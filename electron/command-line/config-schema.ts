import { heartbeatJsonSchema } from '../care/health.ts';
import { configJsonSchema } from '../config/config-schema.ts';
import { type Command, exitCodes } from './command.ts';

export const configSchema: Command = {
  name: 'config schema',
  summary: 'Prints the JSON Schema of the machine config',
  about: [
    'For an editor that completes and checks while somebody writes a config, and for the checks of whoever rolls configs ' +
      'out: it is made from the very rules that tillside config check enforces. JSON Schema cannot express some rules (time ' +
      'zones, languages, plain http for this machine only): tillside config check has the last word.',
    'An editor finds it by the key "$schema" of a config.',
    'Exit code 0.',
  ],
  isWithoutTill: true,
  options: { heartbeat: { help: 'the schema of what health.heartbeatUrl gets, in place of that of the config' } },
  run(given, io) {
    const schema = given.has('heartbeat') ? heartbeatJsonSchema() : configJsonSchema();
    for (const line of JSON.stringify(schema, null, 2).split('\n')) io.print(line);
    return exitCodes.fine;
  },
};
