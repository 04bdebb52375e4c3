/**
 * What an organisation allows and defines. The loyalty API client reads these, `org/` caches them with their age, and
 * the form and the rules of an update follow them.
 */
import type { FillableIdentifier } from './customer.ts';

/** `CONF_ORG_CURRENCY_CODE` and `CONF_ORG_CURRENCY_SYMBOL`; null: not known. */
export type Currency = { readonly code: string | null; readonly symbol: string | null };

/** From `organization/configs`. */
export type OrgPolicy = {
  /** `CONF_REGISTRATION_PRIMARY_KEY` */
  readonly primaryIdentifier: FillableIdentifier;
  /** `CONF_ALLOW_MOBILE_UPDATE`, `CONF_ALLOW_EMAIL_UPDATE`, `CONF_LOYALTY_ALLOW_EXTERNAL_ID_UPDATE` */
  readonly allowFill: { readonly [identifier in FillableIdentifier]: boolean };
  /** `CONF_MIN_REGISTRATION_DATE` in the form of `normalDateTime`; absent if the server sends none. */
  readonly earliestRegistration?: string | undefined;
  /** Absent if the server sends none. */
  readonly currency?: Currency | undefined;
};

/** The policy as far as the server sent it; the machine config decides the rest. */
export type ServerPolicy = {
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
 * Limits on the definitions that a till accepts, so that no amount of them makes staff wait (F59). Names and options
 * are values and cannot be cut: longer ones are left out.
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
  /** All options of a kind together. */
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
  /**
   * For select, radio, checkbox and enums; empty if any value is allowed. A `checkbox` with options holds several
   * values.
   */
  readonly options: readonly string[];
  readonly default: string | null;
  readonly position: number;
  /** A pattern that the whole value must match, with the organisation's own error text. */
  readonly pattern: {
    /** Cut if it is too long to be used anyway. */
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

/** `store/login`: who this till is for the server. `serverTimeMs` is in milliseconds since 1970. */
export type StoreLogin = {
  readonly till: string;
  readonly organisation: string;
  /** The server's id of the organisation; null if it sends none. */
  readonly organisationId: string | null;
  readonly serverTimeMs: number | null;
};
