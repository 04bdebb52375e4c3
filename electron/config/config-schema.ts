/** The machine config as JSON Schema, generated from the rules that are enforced. */
import { z } from 'zod';
import { machineConfigSchema } from './config-sections.ts';

/** An identifier, not a URL to fetch. */
const schemaId = 'urn:tillside:machine-config';

export function configJsonSchema(): object {
  const { $schema, ...rest } = z.toJSONSchema(machineConfigSchema, {
    io: 'input',
    override: ({ zodSchema, jsonSchema }) => {
      // The default of a section is the defaults of its keys, which are already there.
      if (zodSchema._zod.def.type === 'prefault') delete jsonSchema.default;
      // This default is the machine's own time zone, so it does not belong in the schema.
      if (zodSchema === machineConfigSchema.shape.store.unwrap().shape.timeZone) delete jsonSchema.default;
    },
  });
  return { $schema, $id: schemaId, title: 'Machine config of Tillside', ...rest };
}
