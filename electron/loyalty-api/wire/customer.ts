/**
 * Converts a customer in an answer to a `CustomerRecord`. Nothing here fails: unreadable parts are left out, and
 * unknown keys are stored under `unknown` (trap 7).
 */
import {
  type CoreField,
  type CustomerRecord,
  coreFields,
  type FieldGroup,
  type FieldKey,
  isFieldKey,
} from '../../model/customer.ts';
import { fieldNames } from '../field-names.ts';
import { longestName, longestUnknown, longestValue, mostListed, mostNamedFields, readShown } from './limits.ts';
import { loyaltyKeys, readLoyalty } from './loyalty.ts';
import {
  hasAnyKey,
  isDeeperThan,
  isEmpty,
  isObject,
  type JsonObject,
  maxDepth,
  partOf,
  readBoolean,
  readCleanText,
  readHeldList,
  readLocalTime,
  readMobile,
  readText,
  readWord,
} from './scalars.ts';

type Reader = (value: unknown) => string | null;

/** A till is a code or, in `customer/get`, an object that holds it. */
function readTill(value: unknown): string | null {
  return readCleanText(isObject(value) ? partOf(value, 'code', 'till_code', 'name') : value);
}

/** A word, or an object with the word in `status` (trap 6). There are two words for "none" (trap 14). */
function readFraudStatus(value: unknown): string | null {
  const word = readWord(isObject(value) ? partOf(value, 'status') : value);
  return word === 'NOT_FRAUD' ? 'NONE' : word;
}

/**
 * How to read each field, and the other keys that some answers use for it. Emails and external ids keep the server's
 * spelling, because it recognises only that; code that compares or shows them cleans them.
 */
const coreReaders: { readonly [field in CoreField]: { readonly read: Reader; readonly also?: string } } = {
  firstName: { read: readCleanText, also: 'first_name' },
  lastName: { read: readCleanText, also: 'last_name' },
  mobile: { read: readMobile },
  email: { read: readText },
  externalId: { read: readText },
  registeredOn: { read: readLocalTime },
  registeredTill: { read: readTill },
  associatedWith: { read: readTill },
  type: { read: readWord },
  fraudStatus: { read: readFraudStatus, also: 'fraud_details' },
};

function keysOf(field: CoreField): readonly string[] {
  const { also } = coreReaders[field];
  return also === undefined ? [fieldNames[field]] : [fieldNames[field], also];
}

const userIdKeys = ['user_id', 'id'] as const;

const knownKeys: ReadonlySet<string> = new Set([
  ...coreFields.flatMap(keysOf),
  ...userIdKeys,
  ...loyaltyKeys,
  'updated_on',
  'source',
  'custom_fields',
  'extended_fields',
  'subscriptions',
  'side_effects',
  'item_status',
]);

function isTooLong(value: unknown): boolean {
  return typeof value === 'string' && value.length > longestValue;
}

/** The server's id of the customer. Failed items have `-1` or `0`, which mean nobody. */
function readUserId(item: JsonObject): string | null {
  const id = readText(partOf(item, ...userIdKeys));
  return id === null || /^-?0*$|^-\d+$/.test(id) ? null : id;
}

/**
 * A custom or extended value as text. Several values are a JSON array in a string, normalised here so that
 * what was sent and what is read back compare equal.
 */
function readFieldValue(value: unknown): string | null | undefined {
  if (isEmpty(value)) return null;
  if (isTooLong(value)) return undefined;
  if (Array.isArray(value)) {
    const joined = joinedValues(value);
    return joined === null || isTooLong(joined) ? undefined : joined;
  }
  if (typeof value === 'object') return undefined;
  const text = readText(value);
  if (text === null || !/^\[.*\]$/s.test(text)) return text;
  try {
    return joinedValues(JSON.parse(text)) ?? text;
  } catch {
    return text;
  }
}

/** Several values in one text, each as text (trap 2); null if one of them cannot be read. */
function joinedValues(values: unknown): string | null {
  if (!Array.isArray(values)) return null;
  const texts = values.map(readText);
  return texts.includes(null) ? null : JSON.stringify(texts);
}

function readNamedFields(value: unknown, prefix: 'custom' | 'extended'): [FieldKey, string | null][] {
  const fields = readHeldList(value, 'field').flatMap((entry): [FieldKey, string | null][] => {
    const name = readText(partOf(entry, 'name'));
    const text = readFieldValue(partOf(entry, 'value'));
    return name === null || name.length > longestName || text === undefined ? [] : [[`${prefix}.${name}`, text]];
  });
  return fields.slice(0, mostNamedFields);
}

function subscriptionFlag(entry: unknown): boolean | null {
  const status = partOf(entry, 'is_subscribed', 'status');
  const flag = readBoolean(status);
  if (flag !== null) return flag;
  const word = readWord(status);
  if (word === 'SUBSCRIBED' || word === 'OPTIN') return true;
  return word === 'UNSUBSCRIBED' || word === 'OPTOUT' ? false : null;
}

type Subscription = CustomerRecord['otherSubscriptions'][number];

/** Subscriptions of scope `all`. Narrower scopes are left out, because the form does not have them. */
function readSubscriptions(value: unknown): readonly Subscription[] {
  const subscriptions = readHeldList(value, 'subscription').slice(0, mostListed);
  return subscriptions.flatMap((entry): Subscription[] => {
    const channel = readShown(partOf(entry, 'channel'))?.toLowerCase() ?? null;
    const priority = readWord(partOf(entry, 'priority'));
    const scope = readWord(partOf(entry, 'scope')) ?? 'ALL';
    const subscribed = subscriptionFlag(entry);
    if (channel === null || priority === null || scope !== 'ALL' || subscribed === null) return [];
    return [{ channel, priority, subscribed }];
  });
}

function readUnknown(item: JsonObject): JsonObject {
  let lengthLeft = longestUnknown;
  return Object.fromEntries(
    Object.entries(item).filter(([key, value]) => {
      // `__proto__` is never a key of the API, and assigning it later would not store data.
      if (knownKeys.has(key) || key === '__proto__' || isDeeperThan(value, maxDepth)) return false;
      const length = key.length + (JSON.stringify(value)?.length ?? 0);
      if (length > lengthLeft) return false;
      lengthLeft -= length;
      return true;
    }),
  );
}

/** The groups of fields that come as lists, and the key of each list. */
const fieldGroups: readonly (readonly [FieldGroup, string])[] = [
  ['custom', 'custom_fields'],
  ['extended', 'extended_fields'],
  ['subscription', 'subscriptions'],
];

/** Reads one customer. Only fields in the answer get a key in `fields`; empty ones are `null`. */
export function readCustomer(item: JsonObject): CustomerRecord {
  const core = coreFields.flatMap((field): [FieldKey, string | null][] => {
    const keys = keysOf(field);
    const value = partOf(item, ...keys);
    return hasAnyKey(item, ...keys) && !isTooLong(value) ? [[field, coreReaders[field].read(value)]] : [];
  });
  const fields: [FieldKey, string | null][] = [
    ...core,
    ...readNamedFields(partOf(item, 'custom_fields'), 'custom'),
    ...readNamedFields(partOf(item, 'extended_fields'), 'extended'),
  ];
  const otherSubscriptions: Subscription[] = [];
  for (const subscription of readSubscriptions(partOf(item, 'subscriptions'))) {
    const key = `subscription.${subscription.channel}.${subscription.priority}`;
    if (isFieldKey(key)) fields.push([key, subscription.subscribed ? '1' : '0']);
    else otherSubscriptions.push(subscription);
  }
  return {
    userId: readUserId(item),
    fields: Object.fromEntries(fields),
    listedGroups: fieldGroups.filter(([, key]) => hasAnyKey(item, key)).map(([group]) => group),
    loyalty: readLoyalty(item),
    updatedOn: readLocalTime(partOf(item, 'updated_on')),
    source: readShown(partOf(item, 'source')),
    otherSubscriptions,
    unknown: readUnknown(item),
  };
}
