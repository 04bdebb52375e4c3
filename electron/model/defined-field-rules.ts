/** Validates a value against the organisation's definition of a custom or extended field. */
import type { FieldKey } from './customer.ts';
import { normalDateTime } from './date-time.ts';
import type { FieldDefinition } from './definitions.ts';
import type { PatternMatcher } from './pattern.ts';
import { type FieldProblem, fieldProblem } from './update-view.ts';

/** The values of a field that holds several: the API stores a JSON array in a string. Null if it is not one. */
export function severalValues(value: string): string[] | null {
  if (!value.startsWith('[')) return null;
  try {
    const parsed: unknown = JSON.parse(value);
    return Array.isArray(parsed) && parsed.every((item) => typeof item === 'string') ? parsed : null;
  } catch {
    return null;
  }
}

function dataTypeProblem(value: string, definition: FieldDefinition): FieldProblem['code'] | null {
  switch (definition.dataType) {
    case 'integer':
      return /^[+-]?\d{1,18}$/.test(value) ? null : 'whole-number';
    case 'double':
      return /^[+-]?(\d+\.?\d*|\.\d+)$/.test(value) ? null : 'number';
    case 'boolean':
      return /^(true|false|yes|no|0|1)$/i.test(value) ? null : 'yes-or-no';
    case 'datetime':
      return normalDateTime(value) === null ? 'date' : null;
    case 'string':
    case 'enum':
      return null;
  }
}

/**
 * A date picker must hold a date, whatever its data type says, unless the organisation's pattern asks for another
 * format.
 */
function dateProblem(
  value: string,
  { pattern }: FieldDefinition,
  matcher: PatternMatcher,
): FieldProblem['code'] | null {
  if (normalDateTime(value) !== null) return null;
  return pattern === null || !matcher.isUsed(pattern.regex) ? 'date' : null;
}

/** Definitions by key, cached per list because a form asks for each of its fields. */
const byKey = new WeakMap<readonly FieldDefinition[], ReadonlyMap<string, FieldDefinition>>();

export function definitionOf(key: FieldKey, definitions: readonly FieldDefinition[]): FieldDefinition | undefined {
  let found = byKey.get(definitions);
  if (found === undefined) {
    // Of two definitions with the same name, the first one counts.
    found = new Map(definitions.toReversed().map((one) => [`${one.kind}.${one.name}`, one]));
    byKey.set(definitions, found);
  }
  return found.get(key);
}

/**
 * @param value not empty
 * @param matcher shared by all values of one check
 */
export function definitionProblem(
  key: FieldKey,
  value: string,
  definition: FieldDefinition,
  matcher: PatternMatcher,
): FieldProblem | null {
  const several = definition.widget === 'checkbox' && definition.options.length > 0 ? severalValues(value) : null;
  const values = several ?? [value];
  if (several !== null && several.length === 0 && definition.mandatory) return fieldProblem(key, 'required');
  if (definition.options.length > 0 && !values.every((item) => definition.options.includes(item))) {
    return fieldProblem(key, 'not-an-option');
  }
  for (const item of values) {
    const code =
      definition.widget === 'date' ? dateProblem(item, definition, matcher) : dataTypeProblem(item, definition);
    if (code !== null) return fieldProblem(key, code);
    if (definition.pattern !== null && !matcher.allows(definition.pattern.regex, item)) {
      return fieldProblem(key, 'pattern', { detail: definition.pattern.error });
    }
  }
  return null;
}
