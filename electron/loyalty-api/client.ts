/** The loyalty API client: authentication, common headers, and outcomes. */
import { type CustomerRecord, type FieldKey, fieldKeys } from '../model/customer.ts';
import type { StaffMember } from '../model/definitions.ts';
import type { Held, NotSent, ReadOutcome, UpdateOutcome } from '../model/outcome.ts';
import type { LookUpType } from '../model/readings.ts';
import { inStoreTime } from '../model/store-time.ts';
import type { Auth, AuthHeaders } from './auth.ts';
import { CardLookUps, isCard } from './card-look-ups.ts';
import type { LoyaltyApi } from './loyalty-api.ts';
import { type OptionalPart, OptionalParts } from './optional-parts.ts';
import { type AskedUpdate, updateOutcome } from './outcomes.ts';
import { customerOutcome, customersOutcome, failedRead, purchasesOutcome, readOutcome } from './read-outcomes.ts';
import {
  type ApiRequest,
  customersRequest,
  type FixedCall,
  fixedRequest,
  headerText,
  identityChangeRequest,
  transactionsRequest,
  updateRequest,
} from './requests.ts';
import type { CallParameters, HttpResult } from './transport.ts';
import { readCustomFields, readExtendedFields, readOrgPolicy, readStaff, readStoreLogin } from './wire/organisation.ts';
import type { JsonObject } from './wire/scalars.ts';

export type LoyaltyApiParameters = CallParameters & {
  readonly auth: Auth;
  /** ISO code of the language for labels of extended fields. */
  readonly language: string;
  /** The store's time zone. */
  readonly timeZone: string;
};

type Outcome = UpdateOutcome | ReadOutcome<unknown>;

function isCredentials(outcome: Outcome): boolean {
  return outcome.kind === 'held' && outcome.why === 'credentials';
}

type StaffOutcome = ReadOutcome<readonly StaffMember[]>;

/**
 * Both kinds of staff as one list. If the server does not have one kind, the other is the list. If one could not be
 * fetched now, the whole list fails, so that nobody is missing from it for a day.
 */
function everybody(associates: StaffOutcome, managers: StaffOutcome): StaffOutcome {
  for (const list of [associates, managers]) if (list.kind === 'failed' || list.kind === 'held') return list;
  if (associates.kind !== 'found') return managers.kind === 'found' ? managers : associates;
  if (managers.kind !== 'found') return associates;
  const byCode = new Map([...associates.value, ...managers.value].map((member) => [member.code, member]));
  return { ...associates, value: [...byCode.values()] };
}

/**
 * The time of registration and extended fields are edited in the store's time. Newer organisations send them with an
 * offset (trap 12).
 */
function inStoreTimeAt(timeZone: string, record: CustomerRecord): CustomerRecord {
  const local = (key: FieldKey, value: string | null) => {
    const mayBeTime = value !== null && (key === 'registeredOn' || key.startsWith('extended.'));
    return mayBeTime ? inStoreTime(value, timeZone) : value;
  };
  const fields = fieldKeys(record.fields).map((key) => [key, local(key, record.fields[key] ?? null)]);
  return { ...record, fields: Object.fromEntries(fields) };
}

const updatedCodes = [1000] as const;
const identityRequestedCodes = [1040] as const;

export function createLoyaltyApi(parameters: LoyaltyApiParameters): LoyaltyApi {
  const { baseUrl, auth, transport, clock, userAgent, timeoutMs, language, timeZone } = parameters;
  const optional = new OptionalParts(clock);
  const cards = new CardLookUps(clock);

  const local = (record: CustomerRecord) => inStoreTimeAt(timeZone, record);

  function send(request: ApiRequest, authHeaders: AuthHeaders): Promise<HttpResult> {
    const shared = { Accept: 'application/json', 'User-Agent': headerText(userAgent) };
    const languageHeader: { readonly [name: string]: string } =
      request.method === 'GET' ? { language: headerText(language) } : {};
    return transport({
      ...request,
      headers: { ...shared, ...languageHeader, ...request.headers, ...authHeaders },
      timeoutMs,
    });
  }

  /**
   * One exchange. After a 401 the token is renewed and the request is sent once more. That is safe even for an update,
   * because a 401 means that the server did nothing.
   */
  async function exchange<Judged extends Outcome>(
    request: ApiRequest,
    judge: (result: HttpResult) => Judged,
  ): Promise<Judged | Held | NotSent> {
    const first = await auth.headers();
    if (first.kind !== 'ready') return first;
    const outcome = judge(await send(request, first.headers));
    if (!isCredentials(outcome)) return outcome;
    const second = await auth.renewed(first.headers);
    if (second === null) return outcome;
    return second.kind === 'ready' ? judge(await send(request, second.headers)) : second;
  }

  async function read<T>(request: ApiRequest, judge: (result: HttpResult) => ReadOutcome<T>): Promise<ReadOutcome<T>> {
    const outcome = await exchange(request, judge);
    return outcome.kind === 'not-sent' ? failedRead(outcome) : outcome;
  }

  function update(request: ApiRequest, asked: AskedUpdate): Promise<UpdateOutcome> {
    return exchange(request, (result) => {
      const outcome = updateOutcome(result, asked, clock.wallMs());
      return outcome.kind === 'applied' ? { ...outcome, record: local(outcome.record) } : outcome;
    });
  }

  function lookUp<T>(
    type: LookUpType,
    values: readonly string[],
    judge: (result: HttpResult) => ReadOutcome<T>,
  ): Promise<ReadOutcome<T>> {
    const ask = (parts: readonly OptionalPart[]) => read(customersRequest(baseUrl, type, values, parts), judge);
    return isCard(type) ? cards.asking(type, () => ask(optional.trusted())) : optional.asking(ask);
  }

  /** @param none the result if the organisation says that it has none */
  function fixed<T>(call: FixedCall, pick: (object: JsonObject) => T | null, none: T | null = null) {
    return read(fixedRequest(baseUrl, call), (result) => readOutcome(result, pick, clock.wallMs(), none));
  }

  return {
    updateCustomer: (change) =>
      update(updateRequest(baseUrl, change), {
        identifiers: [change.identifier],
        sent: { identifierType: change.identifier.type, changed: fieldKeys(change.changes) },
        doneCodes: updatedCodes,
      }),
    requestIdentityChange: (change) => {
      const { type, oldValue, newValue } = change;
      const changed: readonly FieldKey[] = [type];
      return update(identityChangeRequest(baseUrl, change), {
        identifiers: [
          { type, value: oldValue },
          { type, value: newValue },
        ],
        sent: { identifierType: type, changed },
        doneCodes: identityRequestedCodes,
      });
    },
    getCustomer: (identifier) =>
      lookUp(identifier.type, [identifier.value], (result) => {
        const outcome = customerOutcome(result, identifier, clock.wallMs());
        return outcome.kind === 'found' ? { ...outcome, value: local(outcome.value) } : outcome;
      }),
    getCustomers: (type, values) => lookUp(type, values, (result) => customersOutcome(result, clock.wallMs())),
    purchases: (identifier) =>
      read(transactionsRequest(baseUrl, identifier), (result) => purchasesOutcome(result, identifier, clock.wallMs())),
    login: auth.logIn ?? (() => fixed('login', readStoreLogin)),
    orgPolicy: () => fixed('configs', readOrgPolicy, {}),
    customFields: () => fixed('customFields', readCustomFields, []),
    extendedFields: () => fixed('extendedFields', readExtendedFields, []),
    staff: async () => everybody(await fixed('associates', readStaff), await fixed('managers', readStaff)),
  };
}
