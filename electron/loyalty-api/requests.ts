/** Builds the API's requests exactly as the vendor documents them. Pure: from clean types to URL, headers and body. */
import { type FieldChanges, fieldKeys, type Identifier, isCoreField } from '../model/customer.ts';
import type { LookUpType } from '../model/readings.ts';
import { fieldNames } from './field-names.ts';
import type { Author, CustomerUpdate, IdentityChange } from './loyalty-api.ts';
import type { OptionalPart } from './optional-parts.ts';
import type { HttpRequest } from './transport.ts';

/** A request without authentication and common headers. */
export type ApiRequest = Pick<HttpRequest, 'method' | 'url' | 'headers' | 'body'>;

const identifierNames = {
  mobile: 'mobile',
  email: 'email',
  externalId: 'external_id',
  userId: 'id',
  cardNumber: 'card_number',
  cardExternalId: 'card_external_id',
} as const satisfies { readonly [type in LookUpType]: string };

/** The query parameter of each optional part of `customer/get`. `0` means every program. */
const partQueries = {
  programs: { mlp: 'true' },
  gaps: { gap_to_upgrade_for: '0', gap_to_renew_for: '0' },
  expiry: { expiry_schedule: 'true' },
  coupons: {
    coupon_status: 'active',
    coupon_order_by: 'valid_till',
    coupon_sort_order: 'asc',
    coupon_limit: '20',
  },
} as const satisfies { readonly [part in OptionalPart]: { readonly [name: string]: string } };

/**
 * A header's value in printable ASCII. If it has control or non-ASCII characters, which headers cannot carry reliably,
 * they are percent-encoded as UTF-8, and so is `%`, to be reversible. A plain code such as `till-7` stays unchanged.
 */
export function headerText(value: string): string {
  if (/^[\x20-\x7e]*$/.test(value)) return value.trim();
  return value
    .toWellFormed()
    .trim()
    .replace(/[^\x20-\x7e]|%/gu, (character) => encodeURIComponent(character));
}

function query(values: { readonly [name: string]: string }): string {
  return Object.entries(values)
    .map(([name, value]) => `${name}=${encodeURIComponent(value.toWellFormed())}`)
    .join('&');
}

/** The audit headers: the staff member and the till. */
function userContext(author: Author): { [name: string]: string } {
  return {
    ...(author.staffCode === null
      ? {}
      : { 'USER-CONTEXT-ENTITY-TYPE': 'STAFF', 'USER-CONTEXT-ENTITY-ID': headerText(author.staffCode) }),
    'USER-CONTEXT-ENTITY-SOURCE': 'API',
    'USER-CONTEXT-ENTITY-SOURCE-ID': headerText(author.till),
  };
}

function get(url: string): ApiRequest {
  return { method: 'GET', url, headers: {}, body: null };
}

function post(url: string, body: unknown, headers: { readonly [name: string]: string }): ApiRequest {
  return {
    method: 'POST',
    url,
    headers: { ...headers, 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  };
}

/** `customer[0]` of an update: the changed fields and one identifier, which no field may overwrite. */
function customerBody(identifier: Identifier, changes: FieldChanges): { readonly [key: string]: unknown } {
  const core: [string, unknown][] = [];
  const custom: { name: string; value: string }[] = [];
  const extended: { name: string; value: string }[] = [];
  const subscriptions: { priority: string; scope: string; is_subscribed: string; channel: string }[] = [];
  for (const key of fieldKeys(changes)) {
    const value = changes[key];
    if (value === undefined) continue;
    const [group, ...rest] = key.split('.');
    const name = rest.join('.');
    if (isCoreField(key)) core.push([fieldNames[key], key === 'fraudStatus' ? { status: value } : value]);
    else if (group === 'custom') custom.push({ name, value });
    else if (group === 'extended') extended.push({ name, value });
    else {
      const [channel, priority] = rest;
      subscriptions.push({ priority: priority ?? '', scope: 'all', is_subscribed: value, channel: channel ?? '' });
    }
  }
  return {
    ...Object.fromEntries(core),
    ...(subscriptions.length === 0 ? {} : { subscriptions: { subscription: subscriptions } }),
    ...(extended.length === 0 ? {} : { extended_fields: { field: extended } }),
    ...(custom.length === 0 ? {} : { custom_fields: { field: custom } }),
    [identifierNames[identifier.type]]: identifier.value,
  };
}

/** `POST /v1.1/customer/update` with one customer: batches are not supported. */
export function updateRequest(baseUrl: string, update: CustomerUpdate): ApiRequest {
  const body = { root: { customer: [customerBody(update.identifier, update.changes)] } };
  return post(`${baseUrl}/v1.1/customer/update?format=json`, body, userContext(update.author));
}

/** `POST /v1.1/customer/update_identity` */
export function identityChangeRequest(baseUrl: string, change: IdentityChange): ApiRequest {
  const { type, oldValue, newValue, author } = change;
  const customer = { identifier: identifierNames[type], old_value: oldValue, new_value: newValue };
  const body = { root: { customer: [customer] } };
  return post(`${baseUrl}/v1.1/customer/update_identity?format=json`, body, userContext(author));
}

/** `GET /v1.1/customer/get` for one or more values of an identifier. It always includes custom and extended fields. */
export function customersRequest(
  baseUrl: string,
  type: LookUpType,
  values: readonly string[],
  parts: readonly OptionalPart[],
): ApiRequest {
  // The separating comma is not encoded; a comma inside a value is.
  const encoded = values.map((value) => encodeURIComponent(value.toWellFormed())).join(',');
  const wanted = [{ user_id: 'true', subscriptions: 'true' }, ...parts.map((part) => partQueries[part])].map(query);
  return get(`${baseUrl}/v1.1/customer/get?format=json&${identifierNames[type]}=${encoded}&${wanted.join('&')}`);
}

/** `GET /v1.1/customer/transactions`: a customer's bills with amounts. */
export function transactionsRequest(baseUrl: string, { type, value }: Identifier): ApiRequest {
  const who = query({ [identifierNames[type]]: value });
  return get(`${baseUrl}/v1.1/customer/transactions?format=json&${who}`);
}

/** The calls without parameters. */
const fixedCalls = {
  login: '/v1.1/store/login.json?format=json',
  configs: '/v1.1/organization/configs?format=json',
  /** The fields of a customer. */
  customFields: '/v1.1/organization/customfields?format=json&scope=loyalty_registration',
  extendedFields: '/v2/extendedFields?format=json',
  associates: '/v1.1/store/staff?format=json&type=ASSOCIATE',
  managers: '/v1.1/store/staff?format=json&type=MANAGER',
} as const;
export type FixedCall = keyof typeof fixedCalls;

export function fixedRequest(baseUrl: string, call: FixedCall): ApiRequest {
  return get(`${baseUrl}${fixedCalls[call]}`);
}

/** `POST /v3/oauth/token/generate`: the only request with the OAuth secret. */
export function tokenRequest(baseUrl: string, key: string, secret: string): ApiRequest {
  return post(`${baseUrl}/v3/oauth/token/generate`, { key, secret }, {});
}
