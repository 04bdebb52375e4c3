/**
 * What an organisation allows and defines, in the app's own words. The loyalty API client fills these; the cache in
 * `org/` keeps them with their age; the form and the rules of an update follow them.
 */
import type { FillableIdentifier } from './customer.ts';

/** `CONF_ORG_CURRENCY_CODE` and `CONF_ORG_CURRENCY_SYMBOL`, as far as they are told. */
export type Currency = { readonly code: string | null; readonly symbol: string | null };

/** From `organization/configs`. */
export type OrgPolicy = {
  /** `CONF_REGISTRATION_PRIMARY_KEY` */
  readonly primaryIdentifier: FillableIdentifier;
  /** `CONF_ALLOW_MOBILE_UPDATE`, `CONF_ALLOW_EMAIL_UPDATE`, `CONF_LOYALTY_ALLOW_EXTERNAL_ID_UPDATE` */
  readonly allowFill: { readonly [identifier in FillableIdentifier]: boolean };
  /** `CONF_MIN_REGISTRATION_DATE`, as `normalDateTime` spells it; absent where the server tells none. */
  readonly earliestRegistration?: string | undefined;
  /** Absent where the server tells none. */
  readonly currency?: Currency | undefined;
};

/** As much of the policy as the server told; what it left out follows the machine config. */
export type ToldPolicy = {
  readonly primaryIdentifier?: FillableIdentifier | undefined;
  readonly allowFill?: { readonly [identifier in FillableIdentifier]?: boolean | undefined } | undefined;
  readonly earliestRegistration?: string | undefined;
  readonly currency?: Currency | undefined;
};

export const fieldWidgets = ['text', 'textarea', 'select', 'checkbox', 'radio', 'date', 'number'] as const;
export type FieldWidget = (typeof fieldWidgets)[number];

export const fieldDataTypes = ['string', 'integer', 'double', 'boolean', 'datetime', 'enum'] as const;
export type FieldDataType = (typeof fieldDataTypes)[number];

/**
 * As much of what head office defines as a till takes, so that no amount of it makes staff wait (F59). Names and options
 * are values, which cannot be cut: a longer one is left out.
 */
export const definitionLimits = {
  /** Of each kind. */
  fields: 500,
  name: 180,
  label: 200,
  options: 500,
  option: 500,
  default: 1000,
  error: 300,
  /** Of all the options of a kind together. */
  optionsText: 300_000,
  staff: 2000,
  staffCode: 100,
  staffName: 100,
} as const;

/** One custom field (`organization/customfields`) or extended field (`/v2/extendedFields`). */
export type FieldDefinition = {
  readonly kind: 'custom' | 'extended';
  readonly name: string;
  readonly label: string;
  readonly widget: FieldWidget;
  readonly dataType: FieldDataType;
  /** For select, radio, checkbox and enums; empty where any value goes. `checkbox` with options holds several values. */
  readonly options: readonly string[];
  readonly default: string | null;
  readonly position: number;
  /** A pattern that the whole value must match, with the organisation's own error text. */
  readonly pattern: {
    /** Where it is longer than any that is used: as much of it as shows that. */
    readonly regex: string;
    readonly error: string | null;
  } | null;
  readonly mandatory: boolean;
  readonly disabled: boolean;
};

export type StaffMember = {
  readonly code: string;
  readonly name: string;
  readonly role: 'ASSOCIATE' | 'MANAGER' | 'OTHER';
};

/** `store/login`: who the server believes this till is. `serverTimeMs` is milliseconds since 1970. */
export type StoreLogin = {
  readonly till: string;
  readonly organisation: string;
  /** The server's own id of the organisation; null where it tells none. */
  readonly organisationId: string | null;
  readonly serverTimeMs: number | null;
};
