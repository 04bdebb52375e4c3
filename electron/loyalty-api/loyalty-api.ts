/** The loyalty API as the rest of the app uses it: clean types in, outcomes out, no HTTP. */
import type { CustomerRecord, FieldChanges, FillableIdentifier, Identifier } from '../model/customer.ts';
import type { FieldDefinition, ServerPolicy, StaffMember, StoreLogin } from '../model/definitions.ts';
import type { Purchase } from '../model/loyalty.ts';
import type { ReadOutcome, UpdateOutcome } from '../model/outcome.ts';
import type { LookUpIdentifier, LookUpType } from '../model/readings.ts';

/** Who made the change, for the USER-CONTEXT audit headers. */
export type Author = {
  readonly staffCode: string | null;
  readonly till: string;
};

export type CustomerUpdate = {
  readonly identifier: Identifier;
  /** Only changed fields; never empty. Several values of one custom field are a JSON array in a string. */
  readonly changes: FieldChanges;
  readonly author: Author;
};

export type IdentityChange = {
  readonly type: FillableIdentifier;
  readonly oldValue: string;
  readonly newValue: string;
  readonly author: Author;
};

/** No function throws or rejects; every problem is an outcome. */
export type LoyaltyApi = {
  /** `POST /v1.1/customer/update`. Not idempotent: never call it again after `unknown`. */
  readonly updateCustomer: (update: CustomerUpdate) => Promise<UpdateOutcome>;
  /** `POST /v1.1/customer/update_identity`: a request that the vendor's back office has to approve (1040). */
  readonly requestIdentityChange: (change: IdentityChange) => Promise<UpdateOutcome>;
  /** `GET /v1.1/customer/get` for one customer. */
  readonly getCustomer: (identifier: LookUpIdentifier) => Promise<ReadOutcome<CustomerRecord>>;
  /** The same for several values of one identifier. Customers that do not exist are left out. */
  readonly getCustomers: (
    type: LookUpType,
    values: readonly string[],
  ) => Promise<ReadOutcome<readonly CustomerRecord[]>>;
  /** `GET /v1.1/customer/transactions`: purchases with amounts, which `customer/get` does not include. */
  readonly purchases: (identifier: Identifier) => Promise<ReadOutcome<readonly Purchase[]>>;
  /** `GET /v1.1/store/login.json` (Basic only; with OAuth a token is fetched and `serverTimeMs` is null). */
  readonly login: () => Promise<ReadOutcome<StoreLogin>>;
  /** Keys missing in the answer are absent. */
  readonly orgPolicy: () => Promise<ReadOutcome<ServerPolicy>>;
  readonly customFields: () => Promise<ReadOutcome<readonly FieldDefinition[]>>;
  readonly extendedFields: () => Promise<ReadOutcome<readonly FieldDefinition[]>>;
  readonly staff: () => Promise<ReadOutcome<readonly StaffMember[]>>;
};
