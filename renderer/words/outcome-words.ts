/**
 * What became of an update, as one sentence for staff. The codes are those of api-facts, "Outcomes that matter"; a code
 * that is not there shows the server's own words.
 */
import type { SideEffect } from '../../electron/customers/customer.ts';
import type { Rejection, Warning } from '../../electron/loyalty-api/outcome.ts';
import type { OrgView } from '../../electron/org/org-view.ts';
import type { AttentionReason, UpdateView } from '../../electron/updates/update-view.ts';
import type { Formats } from '../format/formats.ts';
import { m } from '../i18n/messages.ts';
import { fieldLabel } from './field-words.ts';

function refusedSentence({ code, field, message }: Rejection, org: OrgView | null): string {
  const name = field === null ? null : fieldLabel(field, org);
  switch (code) {
    case 1011:
    case 1012:
    case 816:
      return m.reason_no_such_customer();
    case 1001:
    case 1042:
      return m.reason_invalid_mobile();
    case 1002:
      return m.reason_invalid_email();
    case 1003:
    case 1104:
      return name === null ? m.reason_invalid_external_id() : m.reason_field_refused({ field: name });
    case 1016:
    case 1032:
    case 1033:
    case 1047:
      return name === null ? m.reason_belongs_to_other_plain() : m.reason_belongs_to_other({ field: name });
    case 1017:
    case 1018:
    case 91015:
      return name === null ? m.reason_field_refused_plain() : m.reason_field_refused({ field: name });
    case 1024:
    case 10002:
    case 91003:
      return message === null ? m.reason_not_updated_plain() : m.reason_not_updated({ message });
    case 1044:
    case 403:
      return m.reason_permission();
    case 1045:
    case 1046:
    case 1048:
    case 1049:
      return m.reason_loyalty_refused();
    case 1101:
    case 1102:
    case 1103:
    case 1105:
    case 1106:
    case 1110:
    case 91022:
      return m.reason_subscription_refused();
    case 618:
      return m.reason_fraud();
    case 91020:
    case 91021:
      return m.reason_till_code();
    default:
      if (message !== null && /pii delete/i.test(message)) return m.reason_erased();
      if (message !== null) return m.reason_other({ message, code: code ?? '–' });
      return code === null ? m.reason_other_unknown() : m.reason_other_plain({ code });
  }
}

/** Why an update needs a person, and what that person does next. */
export function reasonSentence(reason: AttentionReason, org: OrgView | null): string {
  switch (reason.kind) {
    case 'refused':
      return refusedSentence(reason.rejection, org);
    case 'conflict':
      return m.reason_conflict();
    case 'belongs-to-other':
      return m.reason_belongs_to_other({ field: fieldLabel(reason.key, org) });
    case 'cannot-tell':
      return m.reason_cannot_tell();
    case 'no-such-customer':
      return m.reason_no_such_customer();
    case 'unreadable':
      return m.reason_unreadable();
  }
}

export function warningSentence({ code, field, message }: Warning, org: OrgView | null): string {
  const name = field === null ? m.warning_a_field() : fieldLabel(field, org);
  switch (code) {
    case 91005:
      return m.warning_primary_key();
    case 91006:
      return m.warning_not_allowed({ field: name });
    case 91007:
      return m.warning_belongs_to_other({ field: name });
    case 1017:
    case 1018:
    case 91015:
      return m.warning_field_refused({ field: name });
    case 1101:
    case 1102:
    case 1103:
    case 1104:
    case 1105:
    case 1106:
    case 1110:
    case 91022:
      return m.warning_subscription();
    case 91020:
    case 91021:
      return m.warning_till_code();
    default:
      return message === null ? m.warning_other({ code }) : m.warning_other_message({ message });
  }
}

export function effectSentence(effect: SideEffect, formats: Formats): string {
  switch (effect.kind) {
    case 'points': {
      if (effect.awarded === null) return m.fate_points_unknown();
      const count = Math.abs(effect.awarded);
      const shown = formats.number(count);
      return effect.awarded < 0 ? m.fate_points_taken({ count, shown }) : m.fate_points_awarded({ count, shown });
    }
    case 'coupon':
      if (effect.code === null) return effect.description ?? m.fate_coupon_plain();
      return effect.validTill === null
        ? m.fate_coupon({ code: effect.code })
        : m.fate_coupon_until({ code: effect.code, date: formats.serverDate(effect.validTill) });
    case 'other':
      return m.fate_other_effect({ type: effect.type });
  }
}

/** What an applied update brought, in words; empty where it brought nothing besides itself. */
export function broughtWords(update: UpdateView, formats: Formats): readonly string[] {
  return update.result?.effects.map((effect) => effectSentence(effect, formats)) ?? [];
}

export function updateStateWord(update: UpdateView): string {
  switch (update.state) {
    case 'queued':
      return m.updates_state_queued();
    case 'sending':
      return m.updates_state_sending();
    case 'unknown':
      return m.updates_state_unknown();
    case 'attention':
      return m.updates_state_attention();
    case 'applied':
      return (update.result?.warnings.length ?? 0) > 0 ? m.updates_state_warned() : m.updates_state_applied();
    case 'cancelled':
      return m.updates_state_cancelled();
    case 'discarded':
      return update.replacedBy === null ? m.updates_state_discarded() : m.updates_state_fixed();
  }
}
