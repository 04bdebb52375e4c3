/**
 * The customer in the one shape that the cache, the outbox and the screen share, independent of the API's wire format.
 *
 * Everything that `customer/update` can change is a *field* with a flat key and a string value, so that an edit, its
 * baseline, a conflict and an overlay are all the same simple map. Values are normalised:
 *
 * | key | value |
 * | --- | --- |
 * | mobile | digits with country code, no plus sign |
 * | email, externalId, firstName, lastName, registeredTill, associatedWith | text |
 * | registeredOn | `YYYY-MM-DD HH:MM:SS`, the store's local time |
 * | type | `LOYALTY` or `NON_LOYALTY` |
 * | fraudStatus | `NONE`, `CONFIRMED`, or another word from the server, upper case |
 * | subscription.CHANNEL.PRIORITY | `1` subscribed, `0` not |
 * | custom.NAME | text; several values as a JSON array in the string |
 * | extended.NAME | text |
 */
import { type Loyalty, mergeLoyalty } from './loyalty.ts';

/** The identifiers that an organisation registers customers by. Staff may fill them in while they are empty. */
export const fillableIdentifiers = ['mobile', 'email', 'externalId'] as const;
export type FillableIdentifier = (typeof fillableIdentifiers)[number];

export const identifierTypes = [...fillableIdentifiers, 'userId'] as const;
export type IdentifierType = (typeof identifierTypes)[number];

/** An identifier of a customer. `userId` is the server's own id (`id` in a request, `user_id` in an answer). */
export type Identifier = {
  readonly type: IdentifierType;
  readonly value: string;
};

/** A customer of this till, or one whom only the server may know. */
export type CustomerRef = { readonly customerId: number } | { readonly identifier: Identifier };

export const coreFields = [
  'firstName',
  'lastName',
  'mobile',
  'email',
  'externalId',
  'registeredOn',
  'registeredTill',
  'associatedWith',
  'type',
  'fraudStatus',
] as const;
export type CoreField = (typeof coreFields)[number];

export const channels = ['sms', 'email'] as const;
export const priorities = ['TRANS', 'BULK'] as const;
export type Channel = (typeof channels)[number];
export type Priority = (typeof priorities)[number];

export type SubscriptionKey = `subscription.${Channel}.${Priority}`;
export type CustomKey = `custom.${string}`;
export type ExtendedKey = `extended.${string}`;
export type FieldKey = CoreField | SubscriptionKey | CustomKey | ExtendedKey;

/** The values that staff want fields to have. */
export type FieldChanges = { readonly [Key in FieldKey]?: string };

/** Known values of fields: `null` is known to be empty, absent is not known. */
export type FieldValues = { readonly [Key in FieldKey]?: string | null };

/** A customer as last sent by the server. A partial answer leaves keys out of `fields`; see `mergeRecord`. */
export type CustomerRecord = {
  readonly userId: string | null;
  readonly fields: FieldValues;
  /** Groups that an answer listed. A field of such a group that the answer leaves out is no longer known. */
  readonly listedGroups?: readonly FieldGroup[];
  /** `null` if the answer held no loyalty data (which never means "no points", F31). */
  readonly loyalty: Loyalty | null;
  readonly updatedOn: string | null;
  readonly source: string | null;
  /** Subscriptions of channels that `customer/update` cannot change (such as WhatsApp), shown read-only. */
  readonly otherSubscriptions: readonly {
    readonly channel: string;
    readonly priority: string;
    readonly subscribed: boolean;
  }[];
  /** Keys of the answer that this version does not know, stored unchanged (trap 7). */
  readonly unknown: { readonly [key: string]: unknown };
};

/** Groups of fields that the server lists together. */
export type FieldGroup = 'custom' | 'extended' | 'subscription';

/**
 * Merges a newer answer into a known record. A field that the answer leaves out stays; a field that it gives as empty
 * becomes empty. Loyalty values are merged one by one, see `mergeLoyalty`.
 */
export function mergeRecord(
  known: CustomerRecord | null,
  received: CustomerRecord,
  /** `whole`: fields left out of a listed group become unknown. `part`: they stay. */
  extent: 'part' | 'whole' = 'part',
): CustomerRecord {
  const { listedGroups = [], ...record } = received;
  if (known === null) return { ...record, loyalty: mergeLoyalty(null, received.loyalty) };
  const isGone = (key: FieldKey) => extent === 'whole' && listedGroups.some((group) => key.startsWith(`${group}.`));
  const kept = Object.fromEntries(
    fieldKeys(known.fields).flatMap((key) => (isGone(key) ? [] : [[key, known.fields[key]]])),
  );
  return {
    userId: received.userId ?? known.userId,
    fields: { ...kept, ...received.fields },
    loyalty: mergeLoyalty(known.loyalty, received.loyalty),
    updatedOn: received.updatedOn ?? known.updatedOn,
    source: received.source ?? known.source,
    otherSubscriptions: received.otherSubscriptions.length > 0 ? received.otherSubscriptions : known.otherSubscriptions,
    unknown: { ...known.unknown, ...received.unknown },
  };
}

/** `Object.keys` with its type kept. */
export function fieldKeys(values: FieldValues): FieldKey[] {
  return Object.keys(values).filter(isFieldKey);
}

const core: ReadonlySet<string> = new Set(coreFields);
const subscriptions: ReadonlySet<string> = new Set(
  channels.flatMap((channel) => priorities.map((priority) => `subscription.${channel}.${priority}`)),
);

export function isFillable(key: string): key is FillableIdentifier {
  return fillableIdentifiers.some((identifier) => identifier === key);
}

export function isCoreField(key: string): key is CoreField {
  return core.has(key);
}

export function isFieldKey(key: string): key is FieldKey {
  return (
    core.has(key) ||
    subscriptions.has(key) ||
    (key.startsWith('custom.') && key.length > 'custom.'.length) ||
    (key.startsWith('extended.') && key.length > 'extended.'.length)
  );
}
