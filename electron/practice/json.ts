/** Reads JSON of unknown shape safely. */

export function memberOf(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}

/** A string or number as trimmed text; otherwise `null`. */
export function textOf(value: unknown): string | null {
  if (typeof value === 'string') return value.trim();
  return typeof value === 'number' ? String(value) : null;
}

/** The list in `holder[key]`; a single object is a list of one, a missing key an empty list. */
export function listOf(holder: unknown, key: string): readonly unknown[] {
  const value = memberOf(holder, key);
  if (Array.isArray(value)) return value;
  return value === undefined || value === null || value === '' ? [] : [value];
}

/** @returns undefined if the text is not JSON */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
