/**
 * What `customer/update` does to one customer: identifies them, applies or warns about changes, and computes side
 * effects. It holds no state: the caller stores the resulting customer.
 *
 * Like the real API it is not idempotent: every applied call awards points again, even if it changes nothing.
 */
import { couponCode, updatesPerCoupon } from './coupons.ts';
import type { CustomerBook } from './customer-book.ts';
import { acceptsCustomValue, acceptsExtendedValue } from './field-checks.ts';
import { fillIdentifiers, identifierOf } from './fill-identifiers.ts';
import { listOf, memberOf, textOf } from './json.ts';
import {
  awardPoints,
  mainProgram,
  newMembership,
  type PracticeCustomer,
  type PracticeMembership,
  type PracticeSubscription,
  programById,
  totalPoints,
} from './practice-customer.ts';
import { customFields, extendedFields, type PracticeOrgConfig, tillCodes } from './practice-org.ts';
import { isStoreMoment } from './store-time.ts';
import { Draft, Refusal } from './update-draft.ts';
import { type SideEffect, survivorWarning, type Warning } from './wire-answers.ts';

export type UpdateRefused = {
  readonly kind: 'refused';
  readonly customer: PracticeCustomer | null;
  readonly code: number;
  readonly message: string;
};

export type UpdateApplied = {
  readonly kind: 'applied';
  readonly customer: PracticeCustomer;
  /** The applied changes, by the till's field keys (`firstName`, `custom.age`, `subscription.sms.BULK`). */
  readonly changes: { readonly [key: string]: string };
  readonly warnings: readonly Warning[];
  readonly pointsAwarded: number;
  readonly effects: readonly SideEffect[];
  /** The account that was merged into this one. */
  readonly mergedUserId: number | null;
};

export type UpdateRules = {
  readonly config: PracticeOrgConfig;
  readonly pointsPerUpdate: number;
  /** The store's local time. */
  readonly now: string;
  readonly couponValidTill: string;
};

const isTill = (code: string) => tillCodes.some((known) => known === code);

function changeProfile(draft: Draft, item: unknown, now: string): Refusal | null {
  // A name can be emptied; other empty keys are ignored, as in the vendor's sample.
  const firstName = textOf(memberOf(item, 'firstname'));
  if (firstName !== null) draft.change('firstName', firstName, { firstName });
  const lastName = textOf(memberOf(item, 'lastname'));
  if (lastName !== null) draft.change('lastName', lastName, { lastName });

  const registeredOn = textOf(memberOf(item, 'registered_on')) ?? '';
  if (registeredOn !== '') {
    if (!isStoreMoment(registeredOn)) return new Refusal(91003, 'Validation failed. registered_on is not a valid date');
    if (registeredOn > now) {
      return new Refusal(
        1034,
        'Unable to register. Registration date is not within the allowed past or future date limit',
      );
    }
    draft.change('registeredOn', registeredOn, { registeredOn });
  }
  const registeredTill = textOf(memberOf(item, 'registered_till')) ?? '';
  if (registeredTill !== '') {
    if (!isTill(registeredTill)) return new Refusal(91020, 'Invalid TILL passed for registration');
    draft.change('registeredTill', registeredTill, { registeredTill });
  }
  const associatedWith = textOf(memberOf(item, 'associated_with')) ?? '';
  if (associatedWith !== '') {
    if (!isTill(associatedWith)) return new Refusal(91021, 'Invalid attribution TILL passed');
    draft.change('associatedWith', associatedWith, { associatedWith });
  }
  return changeType(draft, item) ?? changeFraud(draft, item);
}

function changeType(draft: Draft, item: unknown): Refusal | null {
  const type = (textOf(memberOf(item, 'type')) ?? '').toUpperCase();
  if (type === '') return null;
  if (type === 'LOYALTY') {
    const memberships =
      draft.customer.memberships.length > 0 ? draft.customer.memberships : [newMembership(mainProgram.id)];
    draft.change('type', 'LOYALTY', { type: 'LOYALTY', memberships });
    return null;
  }
  if (type !== 'NON_LOYALTY') return new Refusal(91003, 'Validation failed. type is not known');
  if (draft.customer.type === 'LOYALTY') {
    return new Refusal(1046, 'Conversion of loyalty customer to non-loyalty is not allowed');
  }
  return null;
}

function changeFraud(draft: Draft, item: unknown): Refusal | null {
  const sent = memberOf(item, 'fraud_status');
  if (sent === undefined) return null;
  const fraudStatus = (textOf(memberOf(sent, 'status')) ?? '').toUpperCase();
  if (fraudStatus !== 'CONFIRMED' && fraudStatus !== 'NONE') {
    return new Refusal(91003, 'Validation failed. fraud_status is not known');
  }
  draft.change('fraudStatus', fraudStatus, { fraudStatus });
  return null;
}

function changeSubscriptions(draft: Draft, item: unknown): Refusal | null {
  for (const sent of listOf(memberOf(item, 'subscriptions'), 'subscription')) {
    const channel = (textOf(memberOf(sent, 'channel')) ?? '').toUpperCase();
    const priority = (textOf(memberOf(sent, 'priority')) ?? '').toUpperCase();
    const status = textOf(memberOf(sent, 'is_subscribed'));
    if (channel !== 'SMS' && channel !== 'EMAIL') return new Refusal(1101, 'Invalid channel type');
    if (priority !== 'TRANS' && priority !== 'BULK') return new Refusal(1102, 'Invalid priority type');
    if ((textOf(memberOf(sent, 'scope')) ?? '').toLowerCase() !== 'all') return new Refusal(1103, 'Invalid scope');
    if (status !== '0' && status !== '1') return new Refusal(1106, 'Invalid subscription status passed');
    // A subscription needs a mobile or email.
    if (status === '1' && (channel === 'SMS' ? draft.customer.mobile : draft.customer.email) === null) {
      draft.warn(91022, `Failed to update subscription for ${channel} channel and priority ${priority}`);
      continue;
    }
    const changed: PracticeSubscription = { channel, priority, subscribed: status === '1' };
    const others = draft.customer.subscriptions.filter(
      (known) => known.channel !== channel || known.priority !== priority,
    );
    draft.change(`subscription.${channel.toLowerCase()}.${priority}`, status, { subscriptions: [...others, changed] });
  }
  return null;
}

function changeCustomFields(draft: Draft, item: unknown): readonly Warning[] {
  const refused: Warning[] = [];
  for (const sent of listOf(memberOf(item, 'custom_fields'), 'field')) {
    const name = textOf(memberOf(sent, 'name')) ?? '';
    const value = textOf(memberOf(sent, 'value'));
    const field = customFields.find((known) => known.name === name);
    if (field === undefined || value === null || !acceptsCustomValue(field, value)) {
      refused.push({ code: 1017, message: `Provided Custom Field is invalid - ${name}` });
      continue;
    }
    draft.change(`custom.${name}`, value, { customFields: { ...draft.customer.customFields, [name]: value } });
  }
  return refused;
}

function changeExtendedFields(draft: Draft, item: unknown): readonly Warning[] {
  const refused: Warning[] = [];
  for (const sent of listOf(memberOf(item, 'extended_fields'), 'field')) {
    const name = textOf(memberOf(sent, 'name')) ?? '';
    const value = textOf(memberOf(sent, 'value'));
    const field = extendedFields.find((known) => known.name === name);
    if (field === undefined || value === null || !acceptsExtendedValue(field, value)) {
      refused.push({ code: 91015, message: `Failed to update extended fields; or field length too long - ${name}` });
      continue;
    }
    // The server stores an enum as defined, whatever its case ("male" is stored as "Male").
    const kept = field.values.find((known) => known.toLowerCase() === value.toLowerCase()) ?? value;
    draft.change(`extended.${name}`, kept, { extendedFields: { ...draft.customer.extendedFields, [name]: kept } });
  }
  return refused;
}

/** Refused fields are warnings if something else was saved; otherwise they are the reason to refuse the update. */
function warnOrRefuse(draft: Draft, refused: readonly Warning[]): Refusal | null {
  const [first] = refused;
  if (first === undefined) return null;
  if (Object.keys(draft.changes).length === 0) return new Refusal(first.code, first.message);
  draft.warnings.push(...refused);
  return null;
}

function tierEffect({ programId, tier }: PracticeMembership, risenTo: number): SideEffect {
  const { tiers } = programById(programId);
  const nameOf = (serial: number | null) => (serial === null ? 'NONE' : (tiers[serial - 1]?.name ?? ''));
  return {
    type: 'slab',
    previous_slab_name: nameOf(tier),
    previous_slab_number: String(tier ?? 0),
    upgraded_slab_name: nameOf(risenTo),
    upgraded_slab_number: String(risenTo),
  };
}

function reward(draft: Draft, rules: UpdateRules): { points: number; effects: SideEffect[] } {
  const updateCount = draft.customer.updateCount + 1;
  draft.customer = { ...draft.customer, updateCount, updatedOn: rules.now };
  const effects: SideEffect[] = [];
  const [main, ...others] = draft.customer.memberships;
  const points = main === undefined ? 0 : rules.pointsPerUpdate;
  if (main !== undefined && points > 0) {
    draft.customer = { ...draft.customer, memberships: [awardPoints(main, points), ...others] };
    effects.push({ type: 'points', awarded_points: points, total_points: totalPoints(draft.customer) });
    const now = draft.customer.memberships[0];
    if (now !== undefined && now.tier !== null && now.tier !== main.tier) effects.push(tierEffect(main, now.tier));
  }
  if (updateCount % updatesPerCoupon === 0) {
    effects.push({
      type: 'coupon',
      coupon_code: couponCode(draft.customer.userId, updateCount),
      description: 'Thank you for keeping your details up to date',
      valid_till: rules.couponValidTill,
    });
  }
  return { points, effects };
}

/** Applies one item of the request's `root.customer`. */
export function applyUpdate(book: CustomerBook, item: unknown, rules: UpdateRules): UpdateApplied | UpdateRefused {
  const refuse = ({ code, message }: Refusal, customer: PracticeCustomer | null): UpdateRefused => ({
    kind: 'refused',
    customer,
    code,
    message,
  });
  const named = identifierOf(item, rules.config);
  if (named === null) {
    return refuse(new Refusal(1015, 'No identifier provided to get loyalty users'), null);
  }
  if (book.wasErased(named)) {
    return refuse(new Refusal(1012, 'Customer is deleted after PII delete request'), null);
  }
  const customer = book.find(named);
  if (customer === null) {
    return refuse(
      named.name === 'id'
        ? new Refusal(1011, 'Cannot find customer for provided identifier')
        : new Refusal(1012, 'Cannot find customer with the provided mobile number/external ID/e-mail ID'),
      null,
    );
  }

  const draft = new Draft(customer);
  if (named.name === 'id' && String(customer.userId) !== named.value) draft.warnings.push(survivorWarning);
  const problem =
    fillIdentifiers(draft, item, named, book, rules.config) ??
    changeProfile(draft, item, rules.now) ??
    changeSubscriptions(draft, item) ??
    warnOrRefuse(draft, [...changeCustomFields(draft, item), ...changeExtendedFields(draft, item)]);
  if (problem !== null) return refuse(problem, customer);

  const { points, effects } = reward(draft, rules);
  return {
    kind: 'applied',
    customer: draft.customer,
    changes: draft.changes,
    warnings: draft.warnings,
    pointsAwarded: points,
    effects,
    mergedUserId: draft.mergedUserId,
  };
}
