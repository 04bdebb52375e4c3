/**
 * Reads the envelope of an answer: the JSON, `response.status`, the items and their `item_status`. `outcomes.ts`
 * decides what they mean.
 */
import {
  isDeeperThan,
  isEmpty,
  isObject,
  type JsonObject,
  maxDepth,
  partOf,
  readBoolean,
  readCode,
  readHeldList,
  readList,
  readMessage,
  readText,
} from './scalars.ts';

/** `response.status`. A part is `null` if it is missing or unreadable. */
export type WireStatus = {
  readonly success: boolean | null;
  readonly code: number | null;
  readonly message: string | null;
  readonly total: number | null;
  readonly successCount: number | null;
};

export type WireWarning = { readonly code: number | null; readonly message: string | null };

export type WireItemStatus = {
  readonly success: boolean | null;
  readonly code: number | null;
  readonly message: string | null;
  readonly warnings: readonly WireWarning[];
};

/** A parsed body. `object` is the content of `response` if there is such a wrapper, else the whole. */
export type Body =
  | { readonly kind: 'object'; readonly object: JsonObject; readonly status: WireStatus | null }
  | { readonly kind: 'empty' }
  /** A page or plain text, which never comes from the API. */
  | { readonly kind: 'foreign' }
  /** Invalid JSON, or JSON that is not an object: perhaps a cut-off answer. */
  | { readonly kind: 'garbled' };

/**
 * Parses JSON with exact integers: an id or mobile above 2^53 stays text, because rounding it would name another
 * customer.
 * @throws SyntaxError (not JSON) or RangeError (nested too deeply)
 */
function parseExactly(text: string): unknown {
  if (!/[0-9]{16}/.test(text)) return JSON.parse(text);
  return JSON.parse(text, (_key, value: unknown, context?: { readonly source?: string }) => {
    if (typeof value !== 'number' || Number.isSafeInteger(value) || context?.source === undefined) return value;
    return /^-?\d+$/.test(context.source) ? context.source : value;
  });
}

function readStatus(holder: JsonObject): WireStatus | null {
  const status = readList(partOf(holder, 'status'))[0];
  if (!isObject(status)) return null;
  return {
    success: readBoolean(partOf(status, 'success')),
    code: readCode(partOf(status, 'code')),
    message: readMessage(partOf(status, 'message')),
    total: readCode(partOf(status, 'total')),
    successCount: readCode(partOf(status, 'success_count')),
  };
}

/** Reads a body's text. Never throws. */
export function readBody(text: string): Body {
  const trimmed = text.replace(/^\uFEFF/, '').trim();
  if (trimmed === '') return { kind: 'empty' };
  let parsed: unknown;
  try {
    parsed = parseExactly(trimmed);
  } catch {
    return { kind: /^[[{"]/.test(trimmed) ? 'garbled' : 'foreign' };
  }
  if (!isObject(parsed)) return { kind: 'garbled' };
  // Some calls wrap the body in `response`, some do not (trap 4).
  const inner = readList(partOf(parsed, 'response'))[0];
  const object = isObject(inner) ? inner : parsed;
  return { kind: 'object', object, status: readStatus(object) };
}

/** The customers of an answer as raw objects, each once (F51); other entries are left out. */
export function readCustomers(object: JsonObject): readonly JsonObject[] {
  const list = partOf(object, 'customers') ?? partOf(object, 'customer');
  const customers = readHeldList(list, 'customer').filter(isObject);
  if (customers.length < 2) return customers;
  const keyOf = (customer: JsonObject) => (isDeeperThan(customer, maxDepth) ? customer : JSON.stringify(customer));
  return [...new Map<unknown, JsonObject>(customers.map((customer) => [keyOf(customer), customer])).values()];
}

/** Whether the answer lists only empty customers: `"customer":[{}]`. */
export function holdsEmptyCustomer(object: JsonObject): boolean {
  const [holder] = readList(partOf(object, 'customers'));
  if (!isObject(holder) || !Object.hasOwn(holder, 'customer')) return false;
  const entries = holder.customer;
  const customers = Array.isArray(entries) ? entries : [entries];
  return customers.length > 0 && customers.every((entry) => isObject(entry) && isEmpty(entry));
}

function readWarning(value: unknown): readonly WireWarning[] {
  if (isObject(value)) {
    const code = readCode(partOf(value, 'code', 'warning_code'));
    const message = readMessage(partOf(value, 'message', 'warning_message', 'warning'));
    return code === null && message === null ? [] : [{ code, message }];
  }
  const text = readMessage(value);
  if (text === null) return [];
  if (/^\d+(\s*,\s*\d+)*$/.test(text)) return text.split(',').map((code) => ({ code: readCode(code), message: null }));
  const [, code, words] = /^(\d{3,6})\b\s*[:,-]?\s*(.*)$/s.exec(text) ?? [];
  return code === undefined ? [{ code: null, message: text }] : [{ code: readCode(code), message: readText(words) }];
}

const mostWarnings = 50;

/** `item_status` of a customer; `null` if there is none. */
export function readItemStatus(item: JsonObject): WireItemStatus | null {
  const status = readList(partOf(item, 'item_status'))[0];
  if (!isObject(status)) return null;
  return {
    success: readBoolean(partOf(status, 'success', 'status')),
    code: readCode(partOf(status, 'code')),
    message: readMessage(partOf(status, 'message')),
    warnings: readHeldList(partOf(status, 'warnings', 'warning'), 'warning')
      .slice(0, mostWarnings)
      .flatMap(readWarning),
  };
}
