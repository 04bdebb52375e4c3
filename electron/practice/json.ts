/** Reading JSON of unknown shape without trusting it. */

export function memberOf(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}

/** Text of a string or a number, trimmed; `null` where there is neither. */
export function textOf(value: unknown): string | null {
  if (typeof value === 'string') return value.trim();
  return typeof value === 'number' ? String(value) : null;
}

/** The list in `holder[key]`; one thing stands for a list of one, nothing for an empty list. */
export function listOf(holder: unknown, key: string): readonly unknown[] {
  const value = memberOf(holder, key);
  if (Array.isArray(value)) return value;
  return value === undefined || value === null || value === '' ? [] : [value];
}

/** @returns undefined where the text is not JSON */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
