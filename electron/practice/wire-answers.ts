/** Builds answers in the loyalty API's format. */
import {
  type PracticeCustomer,
  type PracticeMembership,
  programById,
  totalLifetimePoints,
  totalPoints,
} from './practice-customer.ts';
import {
  type CouponQuery,
  wireBills,
  wireCoupons,
  wireExpirySchedule,
  wireGapToRenew,
  wireGapToUpgrade,
  wireProgramExtras,
  wireTransactions,
} from './practice-loyalty.ts';
import {
  type CustomFieldDefinition,
  type ExtendedFieldDefinition,
  organisationName,
  type PracticeOrgConfig,
  type PracticeStaff,
  storeCode,
} from './practice-org.ts';

/** A part that failed while the rest was saved. */
export type Warning = { readonly code: number; readonly message: string };

/** The requested customer was merged into the one in the answer. */
export const survivorWarning: Warning = {
  code: 91009,
  message: 'Retrieved survivor account for the requested merge victim',
};

/** `warnings` are codes, optionally followed by their message. */
export type ItemStatus = { readonly code: number; readonly message: string; readonly warnings: readonly string[] };

export type SideEffect =
  | { readonly type: 'points'; readonly awarded_points: number; readonly total_points: number }
  | {
      readonly type: 'slab';
      readonly previous_slab_name: string;
      readonly previous_slab_number: string;
      readonly upgraded_slab_name: string;
      readonly upgraded_slab_number: string;
    }
  | {
      readonly type: 'coupon';
      readonly coupon_code: string;
      readonly description: string;
      readonly valid_till: string;
    };

/** Success codes of an item; every other code is a failure. */
const successCodes = new Set([1000, 1040]);

function isSuccess(code: number): boolean {
  return successCodes.has(code);
}

export function wireItemStatus({ code, message, warnings }: ItemStatus) {
  return {
    success: String(isSuccess(code)),
    code: String(code),
    message,
    ...(warnings.length > 0 ? { warnings: { warning: warnings } } : {}),
  };
}

/** `response.status`: 200 if all succeeded, 201 if some failed, 500 if all failed. */
function wireStatus(total: number, successes: number) {
  const code = successes === total ? 200 : successes === 0 ? 500 : 201;
  return {
    success: String(successes > 0),
    code,
    message: code === 200 ? 'Success' : code === 201 ? 'Partial success' : 'All requests have failed due to errors',
    total: String(total),
    success_count: String(successes),
  };
}

/** An answer with only a status. */
export function wireRefusal(code: number, message: string) {
  return { response: { status: { success: 'false', code, message, total: '0', success_count: '0' } } };
}

function wireFields(values: { readonly [name: string]: string }) {
  return { field: Object.entries(values).map(([name, value]) => ({ name, value })) };
}

function wireSummary(membership: PracticeMembership) {
  const { tiers } = programById(membership.programId);
  const current = membership.tier === null ? undefined : tiers[membership.tier - 1];
  const next = tiers[membership.tier ?? 0];
  return {
    programId: membership.programId,
    redeemed: String(membership.redeemed),
    expired: String(membership.expired),
    returned: String(membership.returned),
    adjusted: String(membership.adjusted),
    lifetimePoints: String(membership.lifetimePoints),
    loyaltyPoints: String(membership.loyaltyPoints),
    cumulativePurchases: String(membership.cumulativePurchases),
    currentSlab: current?.name ?? 'NONE',
    nextSlab: next?.name ?? '',
    // The vendor's value for "none".
    nextSlabSerialNumber: next === undefined ? '-1' : String((membership.tier ?? 0) + 1),
    nextSlabDescription: next?.description ?? '',
    slabSNo: membership.tier === null ? '' : String(membership.tier),
    slabExpiryDate: membership.tierExpiresOn ?? '',
    totalPoints: '',
  };
}

function wireSubscriptions(customer: PracticeCustomer) {
  return {
    subscription: customer.subscriptions.map(({ channel, priority, subscribed }) => ({
      channel,
      priority,
      scope: 'ALL',
      status: subscribed ? '1' : '0',
    })),
  };
}

/** The part that `customer/update` and `customer/get` have in common. */
function wireCore(customer: PracticeCustomer) {
  const main = customer.memberships[0];
  const tier = main === undefined || main.tier === null ? undefined : programById(main.programId).tiers[main.tier - 1];
  return {
    firstname: customer.firstName,
    lastname: customer.lastName,
    mobile: customer.mobile,
    email: customer.email,
    external_id: customer.externalId,
    lifetime_points: totalLifetimePoints(customer),
    lifetime_purchases: customer.lifetimePurchases,
    loyalty_points: totalPoints(customer),
    current_slab: tier?.name ?? 'NONE',
    registered_on: customer.registeredOn,
    updated_on: customer.updatedOn,
    type: customer.type,
    source: customer.source,
    custom_fields: wireFields(customer.customFields),
    extended_fields: wireFields(customer.extendedFields),
  };
}

/** Only for customers with a tier. */
function wireTierExpiry({ memberships: [main] }: PracticeCustomer) {
  return main?.tierExpiresOn == null ? {} : { tier_expiry_date: main.tierExpiresOn };
}

export function wireUpdatedCustomer(customer: PracticeCustomer, effects: readonly SideEffect[]) {
  return {
    user_id: customer.userId,
    ...wireCore(customer),
    ...wireTierExpiry(customer),
    points_summaries: { points_summary: customer.memberships.map(wireSummary) },
    fraud_status: customer.fraudStatus,
    subscriptions: wireSubscriptions(customer),
    side_effects: { effect: effects },
  };
}

/** Optional parts of `customer/get`. */
export type GetParts = {
  readonly userId: boolean;
  readonly subscriptions: boolean;
  /** `mlp` */
  readonly programs: boolean;
  readonly gapToUpgrade: boolean;
  readonly gapToRenew: boolean;
  readonly expirySchedule: boolean;
  readonly coupons: CouponQuery;
};

export const everyPart: GetParts = {
  userId: true,
  subscriptions: true,
  programs: true,
  gapToUpgrade: true,
  gapToRenew: true,
  expirySchedule: true,
  coupons: { activeOnly: true, limit: 20 },
};

function wirePrograms(customer: PracticeCustomer, parts: GetParts, now: string) {
  // Without `mlp` the list is present but empty.
  if (!parts.programs) return [];
  return customer.memberships.map((membership) => ({
    ...wireSummary(membership),
    ...wireProgramExtras(membership),
    ...(parts.gapToUpgrade ? { gap_to_upgrade: wireGapToUpgrade(membership, now) } : {}),
    ...(parts.gapToRenew ? { gap_to_renew: wireGapToRenew(membership) } : {}),
  }));
}

/**
 * `customer/get`, which has no associated till and, for some customers, no tier expiry.
 * @param now the store's local time
 */
export function wireCustomer(
  customer: PracticeCustomer,
  parts: GetParts,
  now: string,
  warnings: readonly string[] = [],
) {
  return {
    ...(parts.userId ? { user_id: customer.userId } : {}),
    ...wireCore(customer),
    ...(customer.userId % 2 === 0 ? wireTierExpiry(customer) : {}),
    identifiers: [],
    registered_by: customer.registeredTill,
    registered_store: { code: storeCode, name: organisationName },
    registered_till: { code: customer.registeredTill, name: customer.registeredTill },
    fraud_details: {
      status: customer.fraudStatus === 'NONE' ? 'NOT_FRAUD' : customer.fraudStatus,
      reason: '',
      marked_by: '',
      modified_on: '',
    },
    current_nps_status: 'UNKNOWN',
    points_summaries: { points_summary: wirePrograms(customer, parts, now) },
    coupons: wireCoupons(customer, now, parts.coupons),
    transactions: wireTransactions(customer, now),
    ...(parts.expirySchedule ? { expiry_schedule: wireExpirySchedule(customer, now) } : {}),
    ...(parts.subscriptions ? { subscriptions: wireSubscriptions(customer) } : {}),
    item_status: wireItemStatus({ code: 1000, message: 'Customer successfully retrieved', warnings }),
  };
}

/** `customer/transactions` */
export function wireCustomerBills(customer: PracticeCustomer, now: string) {
  return {
    response: {
      status: fine,
      customer: {
        user_id: customer.userId,
        mobile: customer.mobile,
        email: customer.email,
        external_id: customer.externalId,
        firstname: customer.firstName,
        lastname: customer.lastName,
        transactions: wireBills(customer, now),
      },
    },
  };
}

export function wireCustomers(items: readonly { readonly [key: string]: unknown }[], codes: readonly number[]) {
  const successes = codes.filter(isSuccess).length;
  return { response: { status: wireStatus(items.length, successes), customers: { customer: items } } };
}

const fine = { success: 'true', code: 200, message: 'Success' };

export function wireConfigs(config: PracticeOrgConfig) {
  const flag = (value: boolean) => (value ? '1' : '0');
  return {
    response: {
      status: fine,
      organization: {
        configs: {
          config: [
            { key: 'CONF_REGISTRATION_PRIMARY_KEY', value: config.primaryKey.toUpperCase() },
            { key: 'CONF_ALLOW_MOBILE_UPDATE', value: flag(config.allowFill.mobile) },
            { key: 'CONF_ALLOW_EMAIL_UPDATE', value: flag(config.allowFill.email) },
            { key: 'CONF_LOYALTY_ALLOW_EXTERNAL_ID_UPDATE', value: flag(config.allowFill.external_id) },
            { key: 'CONF_ORG_CURRENCY_CODE', value: 'INR' },
            { key: 'CONF_ORG_CURRENCY_SYMBOL', value: '₹' },
            { key: 'CONF_USERS_IS_EMAIL_REQUIRED', value: '0' },
            { key: 'CONF_CLIENT_EXTERNAL_ID_MAX_LENGTH', value: '50' },
          ],
        },
      },
    },
  };
}

export function wireCustomFields(fields: readonly CustomFieldDefinition[]) {
  return {
    response: {
      status: fine,
      organization: {
        custom_fields: {
          field: fields.map((field) => ({
            name: field.name,
            label: field.label,
            type: field.type,
            datatype: field.datatype,
            default: field.default,
            position: String(field.position),
            regex: field.regex,
            error: field.error,
            options: { option: field.options },
            is_mandatory: String(field.mandatory),
            is_disabled: String(field.disabled),
            scope: 'loyalty_registration',
          })),
        },
      },
    },
  };
}

/** Not wrapped in `response`, like all of v2. */
export function wireExtendedFields(fields: readonly ExtendedFieldDefinition[], language: string) {
  return {
    entity: {
      CUSTOMER: fields.map((field) => ({
        name: field.name,
        createdBy: -1,
        createdOn: '2017-04-12',
        modifiedBy: -1,
        modifiedOn: '2017-04-12',
        label: field.labels[language] ?? field.label,
        entityType: 'CUSTOMER',
        dataType: field.dataType,
        ...(field.values.length > 0 ? { enumValues: field.values } : {}),
      })),
      REGULAR_LINEITEM: [],
    },
    warnings: [],
    errors: [],
    success: true,
  };
}

export function wireStaff(staff: readonly PracticeStaff[]) {
  return {
    response: {
      status: fine,
      store: {
        staff: {
          user: staff.map((person) => ({
            id: person.id,
            type: person.type,
            code: person.code,
            firstname: person.firstName,
            lastname: person.lastName,
            store_code: storeCode,
          })),
        },
      },
    },
  };
}

export function wireLogin(till: string, serverTime: string) {
  return {
    response: {
      status: fine,
      store: {
        user: { username: till, org_name: organisationName, user_id: 700_001, org_id: 1_001, server_time: serverTime },
      },
    },
  };
}
