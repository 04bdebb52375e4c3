/** Rules that the organisation's own definition of a custom or extended field makes. */
import type { FieldKey } from './customer.ts';
import { normalDateTime } from './date-time.ts';
import type { FieldDefinition } from './definitions.ts';
import type { FieldProblem } from './update-view.ts';

/** Several values of one field, as the API holds them: a JSON array in a string. Null where it is not one. */
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

/** A date picker holds a date whatever its data type says; only the organisation's pattern may ask for another spelling. */
function dateProblem(value: string, { pattern }: FieldDefinition): FieldProblem['code'] | null {
  return pattern === null && normalDateTime(value) === null ? 'date' : null;
}

/** A pattern of the organisation's that the browser's and Node's engine cannot read is no reason to refuse a value. */
function matchesPattern(value: string, regex: string): boolean {
  try {
    return new RegExp(`^(?:${regex})$`, 'u').test(value);
  } catch {
    return true;
  }
}

/** @param value not empty */
export function definitionProblem(key: FieldKey, value: string, definition: FieldDefinition): FieldProblem | null {
  const problem = (code: FieldProblem['code'], detail: string | null = null): FieldProblem => ({
    key,
    code,
    detail,
    limit: null,
  });
  const several = definition.widget === 'checkbox' && definition.options.length > 0 ? severalValues(value) : null;
  const values = several ?? [value];
  if (several !== null && several.length === 0 && definition.mandatory) return problem('required');
  if (definition.options.length > 0 && !values.every((item) => definition.options.includes(item))) {
    return problem('not-an-option');
  }
  for (const item of values) {
    const code = definition.widget === 'date' ? dateProblem(item, definition) : dataTypeProblem(item, definition);
    if (code !== null) return problem(code);
    if (definition.pattern !== null && !matchesPattern(item, definition.pattern.regex)) {
      return problem('pattern', definition.pattern.error);
    }
  }
  return null;
}
