/** The machine config as JSON Schema, for the editors and the checks of whoever writes it. Made from what is enforced. */
import { z } from 'zod';
import { machineConfigSchema } from './config-sections.ts';

/** Not a place to fetch it from: a name for what it is. */
const schemaId = 'urn:tillside:machine-config';

export function configJsonSchema(): object {
  const { $schema, ...rest } = z.toJSONSchema(machineConfigSchema, {
    io: 'input',
    override: ({ zodSchema, jsonSchema }) => {
      // An absent section is one with all its defaults, which stand at its keys.
      if (zodSchema._zod.def.type === 'prefault') delete jsonSchema.default;
      // The default is this machine's own time zone: another machine has another.
      if (zodSchema === machineConfigSchema.shape.store.unwrap().shape.timeZone) delete jsonSchema.default;
    },
  });
  return { $schema, $id: schemaId, title: 'Machine config of Tillside', ...rest };
}
