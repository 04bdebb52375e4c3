/** What a staff role may change and see (`staff.roles`). */
import { z } from 'zod';
import { isFieldKey } from '../model/customer.ts';
import { maskableFields } from '../model/masked.ts';
import { word } from './words.ts';

const families = ['subscription.*', 'custom.*', 'extended.*'];
const changeable = word().refine(
  (key) => families.includes(key) || isFieldKey(key),
  'a field, such as "email" or "custom.size", or a whole kind, such as "custom.*"',
);

export function staffRole(about: string) {
  return z
    .strictObject({
      mayChange: z
        .array(changeable)
        .max(500)
        .nullable()
        .default(null)
        .describe(
          'The only fields that they can change, such as "email", "custom.size" or "subscription.*"; null: all.',
        ),
      masked: z
        .array(z.enum(maskableFields))
        .max(maskableFields.length)
        .default([])
        .describe(
          'Fields ("mobile", "email") that they see only in part until they choose to reveal one, which is recorded.',
        ),
    })
    .prefault({})
    .describe(about);
}
