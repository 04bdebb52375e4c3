/**
 * The words for each loyalty API code: one sentence, and the one thing to do next. The tables have a row for every code
 * that can refuse an update or warn about it (`codes.ts`), and the compiler reports a missing one. An undocumented code
 * shows the server's own words.
 */

import type { allFailed, RefusalCode, WarningCode } from '../../electron/loyalty-api/codes.ts';
import type { FieldKey } from '../../electron/model/customer.ts';
import { answerDiffers } from '../../electron/model/outcome.ts';
import { m } from '../i18n/messages.ts';
import { sameFor } from './same-for.ts';

/** A refusal or a warning; `label` is the field's name on the screen, `null` if it concerns no single field. */
export type Objection = {
  readonly code: number | null;
  readonly key: FieldKey | null;
  readonly label: string | null;
  readonly message: string | null;
};

export type Words = { readonly says: (objection: Objection) => string; readonly next: () => string };

/** Names the field if there is one, otherwise the plain sentence. */
function naming(named: (inputs: { field: string }) => string, plain: () => string): Words['says'] {
  return ({ label }) => (label === null ? plain() : named({ field: label }));
}

const otherSays: Words['says'] = ({ code, message }) => {
  if (message !== null) return m.reason_other({ message, code: code ?? '–' });
  return code === null ? m.reason_other_unknown() : m.reason_other_plain({ code });
};
const other: Words = { says: otherSays, next: m.next_correct_or_give_up };
const otherForIt: Words = { says: otherSays, next: m.next_ask_it };
export const noSuchCustomer: Words = { says: m.reason_no_such_customer, next: m.next_check_customer };
const erased: Words = { says: m.reason_erased, next: m.next_give_up };

const invalid: Words = {
  says: ({ key }) => {
    if (key === 'mobile') return m.reason_invalid_mobile();
    if (key === 'email') return m.reason_invalid_email();
    return key === 'externalId' ? m.reason_invalid_external_id() : m.reason_invalid_identifier();
  },
  next: m.next_correct,
};
export const belongsToOther: Words = {
  says: naming(m.reason_belongs_to_other, m.reason_belongs_to_other_plain),
  next: m.next_choose,
};
const fieldRefused: Words = {
  says: naming(m.reason_field_refused, m.reason_field_refused_plain),
  next: m.next_correct,
};
const notUpdated: Words = {
  says: ({ message }) => (message === null ? m.reason_not_updated_plain() : m.reason_not_updated({ message })),
  next: m.next_correct_or_give_up,
};
const notMadeMember: Words = { says: m.reason_loyalty_refused, next: m.next_correct_or_give_up };
const identifierUnclear: Words = { says: m.reason_identifier_unclear, next: m.next_check_customer };
const notMember: Words = { says: m.reason_not_member, next: m.next_correct_or_give_up };
const subscriptionRefused: Words = { says: m.reason_subscription_refused, next: m.next_correct };
const tillCode: Words = { says: m.reason_till_code, next: m.next_correct_or_ask_it };
/** 1104 means a wrong subscription, or a wrong mobile or email. */
const invalidOrSubscription: Words = {
  says: (objection) =>
    objection.key === 'mobile' || objection.key === 'email' || objection.key === 'externalId'
      ? invalid.says(objection)
      : m.reason_subscription_refused(),
  next: m.next_correct,
};

const refusals: Record<RefusalCode | typeof allFailed, Words> = {
  ...sameFor(other, 400, 402),
  ...sameFor(otherForIt, 404, 405, 406, 415, 1060, 1061, 1062, 1064),
  500: { says: m.reason_refused_unnamed, next: m.next_correct_or_give_up },
  618: { says: m.reason_fraud, next: m.next_call_manager },
  ...sameFor(noSuchCustomer, 816, 1011, 1012),
  ...sameFor(invalid, 1001, 1002, 1003, 1042),
  ...sameFor(identifierUnclear, 1006, 1007, 1039, 1043),
  ...sameFor(notMember, 1013, 1020),
  1034: { says: m.reason_registered_on, next: m.next_correct },
  1041: { says: m.reason_identity_refused, next: m.next_ask_head_office },
  ...sameFor({ says: m.reason_no_permission, next: m.next_ask_it }, 401, 403, 408, 1044),
  ...sameFor(belongsToOther, 1016, 1032, 1033, 1047, 91007),
  ...sameFor(fieldRefused, 1017, 1018, 91015),
  ...sameFor(notUpdated, 1024, 10002, 91003),
  ...sameFor(notMadeMember, 1045, 1046, 1048, 1049),
  ...sameFor(subscriptionRefused, 1101, 1102, 1103, 1105, 1106, 1110, 91022),
  1104: invalidOrSubscription,
  91005: { says: m.warning_primary_key, next: m.next_ask_head_office },
  91006: { says: naming(m.warning_not_allowed, m.warning_not_allowed_plain), next: m.next_ask_head_office },
  ...sameFor(tillCode, 91020, 91021),
};

const partRefused: Words = {
  says: naming(m.warning_field_refused, m.warning_field_refused_plain),
  next: m.next_look_again,
};
const partOther: Words = {
  says: ({ code, message }) =>
    message === null ? m.warning_other({ code: code ?? '–' }) : m.warning_other_message({ message }),
  next: m.next_look_again,
};
const partTillCode: Words = { says: m.warning_till_code, next: m.next_correct_or_ask_it };

/** Our own code: the answer says success and returns another value than was sent (F47). */
const stillOther: Words = {
  says: ({ message }) => (message === null ? m.warning_answer_empty() : m.warning_answer_differs({ message })),
  next: m.next_look_again,
};

/** For a part that was not saved although the rest was. */
const warnings: Record<WarningCode, Words> = {
  ...sameFor(partRefused, 1017, 91015),
  91003: partOther,
  91005: refusals[91005],
  91006: refusals[91006],
  91007: { says: naming(m.warning_belongs_to_other, m.warning_belongs_to_other_plain), next: m.next_look_again },
  ...sameFor(partTillCode, 91020, 91021),
  91022: { says: m.warning_subscription, next: m.next_look_again },
};

const refusalsByCode: ReadonlyMap<string, Words> = new Map(Object.entries(refusals));
const warningsByCode: ReadonlyMap<string, Words> = new Map(Object.entries(warnings));

export function refusalWords({ code, message }: Objection): Words {
  // Used under more than one code, so the words decide.
  if (message !== null && /pii\s+delet/i.test(message)) return erased;
  return refusalsByCode.get(String(code)) ?? other;
}

/** A refusal's code among the warnings says about its part what it says about a whole update. */
export function warningWords({ code }: Objection): Words {
  if (code === answerDiffers) return stillOther;
  return warningsByCode.get(String(code)) ?? refusalsByCode.get(String(code)) ?? partOther;
}
