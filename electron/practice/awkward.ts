/**
 * The same answer in the shapes that the vendor's own samples show beside the documented one (api-facts, traps 2, 3, 4,
 * 5 and 7): a list of one as the thing itself, nothing as `[]`, `{}`, `""` or null, numbers and booleans as text, no
 * `response` around it, other cases of an enum, keys that nobody knows.
 */

/** Text that the vendor spells in both cases. */
const enumKeys: ReadonlySet<string> = new Set(['channel', 'priority', 'scope', 'type', 'fraud_status', 'source']);

type Turn = { count: number };

function nothing(turn: Turn): unknown {
  turn.count += 1;
  return [[], {}, '', null][turn.count % 4];
}

function isEmpty(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}

function bend(key: string, value: unknown, turn: Turn): unknown {
  turn.count += 1;
  if (Array.isArray(value)) {
    if (value.length === 0) return nothing(turn);
    const items = value.map((item) => bend(key, item, turn));
    return items.length === 1 && turn.count % 2 === 0 ? items[0] : items;
  }
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value);
    // The holder of an empty list is left away in favour of an empty list.
    if (entries.length === 1 && isEmpty(entries[0]?.[1]) && turn.count % 2 === 1) return [];
    const bent = entries.map(([name, part]): [string, unknown] => [name, bend(name, part, turn)]);
    return Object.fromEntries(turn.count % 5 === 0 ? [...bent, [`x_release_${turn.count}`, { added: [] }]] : bent);
  }
  if (typeof value === 'number' || typeof value === 'boolean') return turn.count % 2 === 0 ? String(value) : value;
  if (value === null) return turn.count % 2 === 0 ? '' : null;
  if (typeof value === 'string' && enumKeys.has(key) && turn.count % 2 === 0) return value.toLowerCase();
  return value;
}

/**
 * @param order the request's number: the same order always gives the same shapes
 * @param answer of this server's own making, plain JSON
 */
export function awkwardAnswer(order: number, answer: unknown): unknown {
  const bent = bend('', answer, { count: order * 7 });
  if (order % 2 === 1 && typeof bent === 'object' && bent !== null && 'response' in bent) return bent.response;
  return bent;
}
