/** Names of fields and their values in words, for the form, the save bar and the updates. */
import type { CoreField, FieldKey, Identifier, SubscriptionKey } from '../../electron/model/customer.ts';
import type { CustomerView } from '../../electron/model/customer-view.ts';
import type { FieldDefinition } from '../../electron/model/definitions.ts';
import type { OrgView } from '../../electron/model/org-view.ts';
import type { LookUpType } from '../../electron/model/readings.ts';
import type { FieldProblem, LockReason } from '../../electron/model/update-view.ts';
import type { Formats } from '../format/formats.ts';
import { mobileText } from '../format/mobile.ts';
import { m } from '../i18n/messages.ts';

const coreLabels: { readonly [field in CoreField]: () => string } = {
  firstName: m.field_first_name,
  lastName: m.field_last_name,
  mobile: m.field_mobile,
  email: m.field_email,
  externalId: m.field_external_id,
  registeredOn: m.field_registered_on,
  registeredTill: m.field_registered_till,
  associatedWith: m.field_associated_with,
  type: m.field_type,
  fraudStatus: m.field_fraud_status,
};

const subscriptionLabels: { readonly [key in SubscriptionKey]: () => string } = {
  'subscription.sms.TRANS': m.field_sms_trans,
  'subscription.sms.BULK': m.field_sms_bulk,
  'subscription.email.TRANS': m.field_email_trans,
  'subscription.email.BULK': m.field_email_bulk,
};

const labels: { readonly [key: string]: () => string } = { ...coreLabels, ...subscriptionLabels };

export function definitionOf(key: FieldKey, org: OrgView | null): FieldDefinition | undefined {
  return org?.fields.find(({ kind, name }) => `${kind}.${name}` === key);
}

/** A field's label; a field without a definition is shown by its key. */
export function fieldLabel(key: FieldKey, org: OrgView | null): string {
  return labels[key]?.() ?? definitionOf(key, org)?.label ?? key.slice(key.indexOf('.') + 1);
}

/** Several values of one field, a JSON array in a string; null if it is not one. */
export function severalValues(value: string): readonly string[] | null {
  if (!value.startsWith('[')) return null;
  try {
    const parsed: unknown = JSON.parse(value);
    return Array.isArray(parsed) && parsed.every((item) => typeof item === 'string') ? parsed : null;
  } catch {
    return null;
  }
}

/** What the words of a value depend on besides the value. */
type Shown = { readonly formats: Formats; readonly till: { readonly org: OrgView | null } };

export function valueWords(key: FieldKey, value: string | null | undefined, { formats, till }: Shown): string {
  if (value === undefined) return m.field_not_known();
  if (value === null || value === '') return m.value_empty();
  if (key === 'type') return value === 'LOYALTY' ? m.value_member() : m.value_non_member();
  if (key === 'fraudStatus') return fraudWord(value);
  if (key === 'mobile') return mobileText(value);
  if (key === 'registeredOn') return formats.serverDateTime(value);
  if (key.startsWith('subscription.')) return value === '1' ? m.value_on() : m.value_off();
  const definition = definitionOf(key, till.org);
  if (definition !== undefined && isYesOrNo(definition)) return isYes(value) ? m.value_yes() : m.value_no();
  if (/^\d{4}-\d\d-\d\d$/.test(value)) return formats.serverDate(value);
  const several = severalValues(value);
  return several === null ? value : several.length === 0 ? m.value_empty() : formats.list(several);
}

/** An organisation's field that is a switch on the form, whatever the server writes for its two sides. */
export function isYesOrNo({ widget, dataType, options }: FieldDefinition): boolean {
  return options.length === 0 && (widget === 'checkbox' || dataType === 'boolean');
}

function isYes(value: string): boolean {
  return /^(1|true|yes)$/i.test(value);
}

/** Typed text. A mobile without a country code is not in the API's form, so it is shown as typed. */
export function typedWords(key: FieldKey, typed: string, shown: Shown): string {
  return key === 'mobile' && !typed.startsWith('+') ? typed : valueWords(key, typed, shown);
}

export function fraudWord(status: string): string {
  if (status === 'NONE') return m.value_fraud_none();
  if (status === 'CONFIRMED') return m.value_fraud_confirmed();
  return status;
}

export const lockSentence: Record<LockReason, () => string> = {
  'existing-identifier': m.lock_existing_identifier,
  'fill-not-allowed': m.lock_fill_not_allowed,
  'fill-waiting': m.lock_fill_waiting,
  'already-loyalty': m.lock_already_loyalty,
  'disabled-field': m.lock_disabled_field,
  'not-your-role': m.lock_not_your_role,
  masked: m.lock_masked,
  'unknown-field': m.lock_unknown_field,
};

type Problem = Omit<FieldProblem, 'code'> & { readonly field: string };

const problemWords: Record<FieldProblem['code'], (problem: Problem) => string> = {
  ...lockSentence,
  required: m.problem_required,
  mobile: m.problem_mobile,
  email: m.problem_email,
  date: ({ key }) => (key === 'registeredOn' ? m.problem_date_time() : m.problem_date()),
  'too-early': ({ detail }) => m.problem_too_early({ date: detail ?? '' }),
  number: m.problem_number,
  'whole-number': m.problem_whole_number,
  'yes-or-no': m.problem_yes_or_no,
  'not-an-option': m.problem_not_an_option,
  pattern: ({ detail, field }) => detail ?? m.problem_pattern({ field }),
  'too-long': ({ limit }) => m.problem_too_long({ limit: limit ?? 0 }),
  'control-characters': m.problem_control_characters,
  'may-not-be-emptied': m.problem_may_not_be_emptied,
  'belongs-to-other': ({ detail }) =>
    detail === null ? m.problem_belongs_to_other() : m.problem_belongs_to_named({ name: detail }),
  'confirm-online': m.problem_confirm_online,
  'nothing-to-change': m.problem_nothing_to_change,
};

export function problemSentence({ code, ...problem }: FieldProblem, org: OrgView | null): string {
  return problemWords[code]({ ...problem, field: fieldLabel(problem.key, org) });
}

export const updateByIdentifier: Record<Identifier['type'], (inputs: { value: string }) => string> = {
  mobile: ({ value }) => m.search_by_mobile({ value: mobileText(value) }),
  email: m.search_by_email,
  externalId: m.search_by_external_id,
  userId: m.search_by_user_id,
};

/** The reading of the search by which somebody is found. */
export const answersToWord: Record<LookUpType, () => string> = {
  ...coreLabels,
  userId: m.field_user_id,
  cardNumber: m.field_card_number,
  cardExternalId: m.field_card_number,
};

/** The customer's name, or an identifier if no name is known. */
export function customerName({ fields, identifier }: Pick<CustomerView, 'fields' | 'identifier'>): string {
  const name = [fields.firstName ?? '', fields.lastName ?? ''].filter((part) => part !== '').join(' ');
  return name || customerByIdentifier[identifier.type]({ value: identifier.value });
}

export const customerByIdentifier: Record<Identifier['type'], (inputs: { value: string }) => string> = {
  mobile: ({ value }) => m.customer_by_mobile({ value: mobileText(value) }),
  email: m.customer_by_email,
  externalId: m.customer_by_external_id,
  userId: m.customer_by_user_id,
};
