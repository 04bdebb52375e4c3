/** Ties the schema of what is stored to its type, in both directions. */
import type { z } from 'zod';

type ReadOnly<T> = T extends readonly (infer Entry)[]
  ? readonly ReadOnly<Entry>[]
  : T extends object
    ? { readonly [Key in keyof T]: ReadOnly<T[Key]> }
    : T;

type Lacks = 'the type has a kind or a value that the schema does not read';

/**
 * `z.ZodType<T>` alone accepts a schema that knows fewer kinds than the type. A kind added to the type only would then be
 * written, and unreadable at the next start.
 */
export function schemaOf<T>(): <Read extends T>(
  schema: z.ZodType<Read> & (ReadOnly<T> extends ReadOnly<Read> ? unknown : Lacks),
) => z.ZodType<T> {
  return (schema) => schema;
}
