/**
 * Rewrites an answer in the undocumented shapes of the vendor's samples (traps 2, 3, 4, 5 and 7): a single
 * object instead of a list of one, `[]`, `{}`, `""` or null for nothing, numbers and booleans as text, no `response`
 * wrapper, other enum cases, unknown keys.
 */

/** Words that the vendor writes in both cases. */
const enumKeys: ReadonlySet<string> = new Set(['channel', 'priority', 'scope', 'type', 'fraud_status', 'source']);

/** Picks one of several variants, deterministically for each place in an answer. */
type Choose = (ways: number) => number;

function chooser(order: number): Choose {
  let state = Math.imul(order, 0x9e3779b1);
  return (ways) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state >>> 16) % ways;
  };
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}

function bend(key: string, value: unknown, choose: Choose): unknown {
  if (Array.isArray(value)) {
    if (value.length === 0) return [[], {}, '', null][choose(4)];
    const items = value.map((item) => bend(key, item, choose));
    return items.length === 1 && choose(2) === 0 ? items[0] : items;
  }
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value);
    // An object with only an empty list may be replaced by an empty list.
    if (entries.length === 1 && isEmptyList(entries[0]?.[1]) && choose(3) === 0) return [];
    const bent = entries.map(([name, part]): [string, unknown] => [name, bend(name, part, choose)]);
    return Object.fromEntries(choose(5) === 0 ? [...bent, ['x_new_release', { added: [] }]] : bent);
  }
  if (typeof value === 'number' || typeof value === 'boolean') return choose(2) === 0 ? String(value) : value;
  if (value === null) return choose(2) === 0 ? '' : null;
  if (typeof value === 'string' && enumKeys.has(key) && choose(2) === 0) return value.toLowerCase();
  return value;
}

/**
 * @param order the request's number; the same number always gives the same shapes
 * @param answer plain JSON made by this server
 */
export function awkwardAnswer(order: number, answer: unknown): unknown {
  const bent = bend('', answer, chooser(order));
  if (order % 2 === 1 && typeof bent === 'object' && bent !== null && 'response' in bent) return bent.response;
  return bent;
}
