import { heartbeatJsonSchema } from '../care/health.ts';
import { configJsonSchema } from '../config/config-schema.ts';
import { type Command, exitCodes } from './command.ts';

export const configSchema: Command = {
  name: 'config schema',
  summary: 'Prints the JSON Schema of the machine config',
  about: [
    'For editors that complete and check a config, and for your own checks before a roll-out. It is generated from the ' +
      "rules that tillside config check enforces. JSON Schema can't express some rules (time zones, languages, plain http " +
      'for this machine only), so tillside config check has the final say.',
    'Put its location into the config as "$schema" and editors find it.',
    'Exit code: 0.',
  ],
  isWithoutTill: true,
  options: { heartbeat: { help: 'print the schema of the heartbeats sent to health.heartbeatUrl instead' } },
  run(given, io) {
    const schema = given.has('heartbeat') ? heartbeatJsonSchema() : configJsonSchema();
    for (const line of JSON.stringify(schema, null, 2).split('\n')) io.print(line);
    return exitCodes.fine;
  },
};
