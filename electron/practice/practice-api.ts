/**
 * The simulated loyalty API: takes a parsed request, changes customers and ledger, and returns an answer. It knows
 * nothing about sockets and faults (`practice-server.ts`).
 */
import type { Clock } from '../machine/clock.ts';
import { applyUpdate } from './apply-update.ts';
import type { CustomerBook, PracticeIdentifier } from './customer-book.ts';
import type { Endpoint } from './faults.ts';
import { identifierOf } from './fill-identifiers.ts';
import { listOf, memberOf, parseJson, textOf } from './json.ts';
import { customerOfCard } from './practice-loyalty.ts';
import { customFields, extendedFields, type IdentifierName, type PracticeOrgConfig, staff } from './practice-org.ts';
import type { StoreTime } from './store-time.ts';
import type { TillAuthentication } from './till-authentication.ts';
import {
  survivorWarning,
  type Warning,
  wireConfigs,
  wireCustomer,
  wireCustomerBills,
  wireCustomers,
  wireCustomFields,
  wireExtendedFields,
  wireItemStatus,
  wireLogin,
  wireRefusal,
  wireStaff,
  wireUpdatedCustomer,
} from './wire-answers.ts';

export type ApiRequest = {
  readonly endpoint: Endpoint;
  readonly query: URLSearchParams;
  readonly headers: { readonly [name: string]: string | undefined };
  readonly body: string;
};

export type ApiAnswer = {
  readonly httpStatus: number;
  readonly body: unknown;
};

/** One applied call of `customer/update` or `customer/update_identity`. */
export type LedgerEntry = {
  /** Starts at 1, in the order of being applied. */
  readonly order: number;
  readonly requestId: string;
  readonly endpoint: 'customer/update' | 'customer/update_identity';
  readonly customerId: number;
  /** The applied changes by the till's field keys, without those that only caused a warning. */
  readonly changes: { readonly [key: string]: string };
  readonly warnings: readonly number[];
  readonly pointsAwarded: number;
  /** `USER-CONTEXT-ENTITY-ID`: the staff member. */
  readonly staff: string | null;
  /** `USER-CONTEXT-ENTITY-SOURCE-ID`: the till that the audit names. */
  readonly contextTill: string | null;
  /** The till that signed the request. */
  readonly till: string;
  readonly atMs: number;
};

export type ApiOptions = {
  readonly book: CustomerBook;
  readonly config: () => PracticeOrgConfig;
  readonly authentication: TillAuthentication;
  readonly clock: Clock;
  readonly time: StoreTime;
  readonly pointsPerUpdate: number;
  /** Whether a warning includes its message after the code. */
  readonly explainWarnings: () => boolean;
};

const couponDays = 30;
const dayMs = 86_400_000;
const identifierQueries = ['id', 'mobile', 'email', 'external_id'] as const;
const cardQueries = ['card_number', 'card_external_id'] as const;

function isIdentifierName(text: string | null): text is IdentifierName {
  return text === 'mobile' || text === 'email' || text === 'external_id';
}

export class PracticeApi {
  readonly ledger: LedgerEntry[] = [];
  readonly #options: ApiOptions;

  constructor(options: ApiOptions) {
    this.#options = options;
  }

  /** The customer of a request; `null` for none or more than one. */
  customerOf(request: ApiRequest): number | null {
    const named = this.#namedBy(request);
    return named === null ? null : (this.#options.book.find(named)?.userId ?? null);
  }

  answer(request: ApiRequest, requestId: string): ApiAnswer {
    const { authentication } = this.#options;
    if (request.endpoint === 'oauth/token') return authentication.giveToken(request.body);
    const caller = authentication.callerOf(request.headers);
    if (caller === null) return { httpStatus: 401, body: wireRefusal(401, 'Unauthorized. Invalid credentials') };
    if (!caller.allowed) return { httpStatus: 403, body: wireRefusal(403, 'Access to this till is forbidden') };
    switch (request.endpoint) {
      case 'customer/update':
        return this.#update(request, caller.till, requestId);
      case 'customer/update_identity':
        return this.#requestIdentityChange(request, caller.till, requestId);
      case 'customer/get':
        return this.#get(request);
      case 'customer/transactions':
        return this.#transactions(request);
      case 'store/login':
        return { httpStatus: 200, body: wireLogin(caller.till, this.#options.time.withOffset(this.#wallMs())) };
      case 'store/staff':
        return {
          httpStatus: 200,
          body: wireStaff(staff.filter(({ type }) => !request.query.has('type') || request.query.get('type') === type)),
        };
      case 'organization/configs':
        return { httpStatus: 200, body: wireConfigs(this.#options.config()) };
      case 'organization/customfields':
        return { httpStatus: 200, body: wireCustomFields(customFields) };
      case 'extendedFields':
        return { httpStatus: 200, body: wireExtendedFields(extendedFields, request.headers.language ?? 'en') };
    }
  }

  #warningTexts(warnings: readonly Warning[]): readonly string[] {
    const explain = this.#options.explainWarnings();
    return warnings.map(({ code, message }) => (explain ? `${code} : ${message}` : String(code)));
  }

  #wallMs(): number {
    return this.#options.clock.wallMs();
  }

  #namedBy(request: ApiRequest): PracticeIdentifier | null {
    if (request.endpoint === 'customer/get' || request.endpoint === 'customer/transactions') {
      const asked = this.#asked(request);
      return asked?.values.length === 1 ? { name: asked.name, value: asked.values[0] ?? '' } : null;
    }
    const [item, ...others] = listOf(memberOf(parseJson(request.body), 'root'), 'customer');
    if (item === undefined || others.length > 0) return null;
    if (request.endpoint === 'customer/update') return identifierOf(item, this.#options.config());
    const name = textOf(memberOf(item, 'identifier'));
    return isIdentifierName(name) ? { name, value: textOf(memberOf(item, 'old_value')) ?? '' } : null;
  }

  /** The customer of a request that must not be a batch, or the answer that refuses it. */
  #onlyItem(request: ApiRequest): { readonly item: unknown } | { readonly refused: ApiAnswer } {
    const [item, ...others] = listOf(memberOf(parseJson(request.body), 'root'), 'customer');
    if (item === undefined) {
      return {
        refused: { httpStatus: 200, body: wireRefusal(400, 'Input is invalid. Please check request parameters') },
      };
    }
    return others.length > 0
      ? { refused: { httpStatus: 200, body: wireRefusal(1060, 'Batch limit exceeded') } }
      : { item };
  }

  #update(request: ApiRequest, till: string, requestId: string): ApiAnswer {
    const only = this.#onlyItem(request);
    if ('refused' in only) return only.refused;
    const { book, config, time, pointsPerUpdate } = this.#options;
    const result = applyUpdate(book, only.item, {
      config: config(),
      pointsPerUpdate,
      now: time.local(this.#wallMs()),
      couponValidTill: `${time.local(this.#wallMs() + couponDays * dayMs).slice(0, 10)} 23:59:59`,
    });
    if (result.kind === 'refused') {
      const { customer, code, message } = result;
      return this.#items([
        {
          code,
          ...(customer === null ? identifierEcho(only.item) : wireUpdatedCustomer(customer, [])),
          item_status: wireItemStatus({ code, message, warnings: [] }),
        },
      ]);
    }
    if (result.mergedUserId === null) book.put(result.customer);
    else book.merge(result.customer, result.mergedUserId);
    this.#enter(request, till, requestId, {
      customerId: result.customer.userId,
      changes: result.changes,
      warnings: result.warnings.map(({ code }) => code),
      pointsAwarded: result.pointsAwarded,
    });
    return this.#items([
      {
        code: 1000,
        ...wireUpdatedCustomer(result.customer, result.effects),
        item_status: wireItemStatus({
          code: 1000,
          message: 'Customer successfully updated',
          warnings: this.#warningTexts(result.warnings),
        }),
      },
    ]);
  }

  #requestIdentityChange(request: ApiRequest, till: string, requestId: string): ApiAnswer {
    const only = this.#onlyItem(request);
    if ('refused' in only) return only.refused;
    const named = this.#namedBy(request);
    const newValue = textOf(memberOf(only.item, 'new_value')) ?? '';
    const echo = typeof only.item === 'object' && only.item !== null ? only.item : {};
    const refuse = (code: number, message: string) =>
      this.#items([{ code, ...echo, item_status: wireItemStatus({ code, message, warnings: [] }) }]);
    if (named === null || named.name === 'id' || newValue === '') {
      return refuse(1042, 'Invalid mobile no/email id/external id');
    }
    const customer = this.#options.book.find(named);
    if (customer === null) {
      return refuse(1012, 'Cannot find customer with the provided mobile number/external ID/e-mail ID');
    }
    if (this.#options.book.find({ name: named.name, value: newValue }) !== null) {
      return refuse(1041, 'Customer id change request failed');
    }
    // Pending until the back office approves it: nothing changes, and no points are awarded.
    this.#enter(request, till, requestId, {
      customerId: customer.userId,
      changes: { [named.name === 'external_id' ? 'externalId' : named.name]: newValue },
      warnings: [],
      pointsAwarded: 0,
    });
    return refuse(1040, 'Customer id change request has submitted successfully');
  }

  #enter(
    request: ApiRequest,
    till: string,
    requestId: string,
    what: Pick<LedgerEntry, 'customerId' | 'changes' | 'warnings' | 'pointsAwarded'>,
  ): void {
    this.ledger.push({
      ...what,
      order: this.ledger.length + 1,
      requestId,
      endpoint: request.endpoint === 'customer/update' ? 'customer/update' : 'customer/update_identity',
      staff: request.headers['user-context-entity-id'] ?? null,
      contextTill: request.headers['user-context-entity-source-id'] ?? null,
      till,
      atMs: this.#wallMs(),
    });
  }

  #asked({ query }: ApiRequest): { readonly name: PracticeIdentifier['name']; readonly values: string[] } | null {
    const name = [...identifierQueries, ...cardQueries].find((known) => query.has(known));
    if (name === undefined) return null;
    const values = (query.get(name) ?? '')
      .split(',')
      .map((value) => value.trim())
      .filter((value) => value !== '');
    if (name !== 'card_number' && name !== 'card_external_id') return { name, values };
    // Cards are resolved to the server's id.
    return { name: 'id', values: values.map((value) => String(customerOfCard(name, value) ?? -1)) };
  }

  #transactions(request: ApiRequest): ApiAnswer {
    const named = this.#namedBy(request);
    if (named === null) return { httpStatus: 200, body: wireRefusal(400, 'Pass the identifier of one customer') };
    const { book, time } = this.#options;
    const customer = book.find(named);
    if (customer === null)
      return { httpStatus: 200, body: wireRefusal(1012, 'Cannot find customer for provided identifier') };
    return { httpStatus: 200, body: wireCustomerBills(customer, time.local(this.#wallMs())) };
  }

  #get(request: ApiRequest): ApiAnswer {
    const asked = this.#asked(request);
    if (asked === null || asked.values.length === 0) {
      return { httpStatus: 200, body: wireRefusal(400, 'No identifier provided to get loyalty users') };
    }
    const wants = (name: string) => request.query.get(name) === 'true';
    const parts = {
      userId: wants('user_id'),
      subscriptions: wants('subscriptions'),
      programs: wants('mlp'),
      gapToUpgrade: request.query.has('gap_to_upgrade_for'),
      gapToRenew: request.query.has('gap_to_renew_for'),
      expirySchedule: wants('expiry_schedule'),
      coupons: {
        activeOnly: request.query.get('coupon_status') === 'active',
        limit: Number(request.query.get('coupon_limit') ?? Number.POSITIVE_INFINITY),
      },
    };
    const { book, time } = this.#options;
    const now = time.local(this.#wallMs());
    return this.#items(
      asked.values.map((value) => {
        const named = { name: asked.name, value };
        const customer = book.find(named);
        if (customer !== null) {
          const survived = named.name === 'id' && String(customer.userId) !== value;
          return {
            code: 1000,
            ...wireCustomer(customer, parts, now, survived ? this.#warningTexts([survivorWarning]) : []),
          };
        }
        const erased = book.wasErased(named);
        const message = erased
          ? 'Customer is deleted after PII delete request'
          : 'Cannot find customer with the provided mobile number/external ID/e-mail ID';
        const code = named.name === 'id' && !erased ? 1011 : 1012;
        return {
          code,
          [named.name === 'id' ? 'user_id' : named.name]: value,
          item_status: wireItemStatus({ code, message, warnings: [] }),
        };
      }),
    );
  }

  #items(items: readonly { readonly code: number; readonly [key: string]: unknown }[]): ApiAnswer {
    return {
      httpStatus: 200,
      body: wireCustomers(
        items.map(({ code: _, ...item }) => item),
        items.map(({ code }) => code),
      ),
    };
  }
}

/** For a customer who was not found, echoes the request. */
function identifierEcho(item: unknown): { readonly [key: string]: unknown } {
  return Object.fromEntries(
    identifierQueries.flatMap((name) => {
      const value = textOf(memberOf(item, name));
      return value === null ? [] : [[name === 'id' ? 'user_id' : name, value]];
    }),
  );
}
