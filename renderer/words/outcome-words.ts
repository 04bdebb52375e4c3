/** What became of an update, in words for staff. */
import type { SideEffect } from '../../electron/model/customer.ts';
import type { OrgView } from '../../electron/model/org-view.ts';
import type { Rejection, Warning } from '../../electron/model/outcome.ts';
import type { AttentionReason, UpdateView } from '../../electron/model/update-view.ts';
import type { Formats } from '../format/formats.ts';
import { m } from '../i18n/messages.ts';
import { belongsToOther, noSuchCustomer, refusalWords, type Told, type Words, warningWords } from './code-words.ts';
import { fieldLabel } from './field-words.ts';

function toldOf({ code, field, message }: Rejection | Warning, org: OrgView | null): Told {
  return { code, key: field, label: field === null ? null : fieldLabel(field, org), message };
}

function sentence(told: Told, { says, next }: Words): string {
  return m.outcome_then({ sentence: says(told), next: next() });
}

/** Why an update needs a person, and what that person does next. */
export function reasonSentence(reason: AttentionReason, org: OrgView | null): string {
  switch (reason.kind) {
    case 'refused': {
      const told = toldOf(reason.rejection, org);
      return sentence(told, refusalWords(told));
    }
    case 'conflict':
      return m.reason_conflict();
    case 'belongs-to-other':
      return sentence(toldOf({ code: null, field: reason.key, message: null }, org), belongsToOther);
    case 'cannot-tell':
      return m.reason_cannot_tell();
    case 'no-such-customer':
      return sentence(toldOf({ code: null, field: null, message: null }, org), noSuchCustomer);
    case 'unreadable':
      return m.reason_unreadable();
  }
}

export function warningSentence(warning: Warning, org: OrgView | null): string {
  const told = toldOf(warning, org);
  return sentence(told, warningWords(told));
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
      return update.putOffAtMs === null ? m.updates_state_attention() : m.updates_state_next_visit();
    case 'applied':
      if (update.kind === 'identity') return m.updates_state_requested();
      return (update.result?.warnings.length ?? 0) > 0 ? m.updates_state_warned() : m.updates_state_applied();
    case 'cancelled':
      return m.updates_state_cancelled();
    case 'discarded':
      return update.replacedBy === null ? m.updates_state_discarded() : m.updates_state_fixed();
  }
}
