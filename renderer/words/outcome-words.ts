/** What became of an update, in words for staff. */
import type { SideEffect } from '../../electron/model/loyalty.ts';
import type { OrgView } from '../../electron/model/org-view.ts';
import { notSaved, type Rejection, type Warning } from '../../electron/model/outcome.ts';
import type { SyncStatus } from '../../electron/model/sync-status.ts';
import type { AttentionReason, UpdateView } from '../../electron/model/update-view.ts';
import type { Formats } from '../format/formats.ts';
import { m } from '../i18n/messages.ts';
import {
  belongsToOther,
  noSuchCustomer,
  type Objection,
  refusalWords,
  type Words,
  warningWords,
} from './code-words.ts';
import { fieldLabel } from './field-words.ts';

function objectionOf({ code, field, message }: Rejection | Warning, org: OrgView | null): Objection {
  return { code, key: field, label: field === null ? null : fieldLabel(field, org), message };
}

function sentence(objection: Objection, { says, next }: Words): string {
  return m.outcome_then({ sentence: says(objection), next: next() });
}

/** Why an update needs a person, and what that person does next. */
export function reasonSentence(reason: AttentionReason, org: OrgView | null): string {
  switch (reason.kind) {
    case 'refused': {
      const objection = objectionOf(reason.rejection, org);
      return sentence(objection, refusalWords(objection));
    }
    case 'conflict':
      return m.reason_conflict();
    case 'belongs-to-other':
      return sentence(objectionOf({ code: null, field: reason.key, message: null }, org), belongsToOther);
    case 'cannot-tell':
      return reason.because === 'restored' ? m.reason_restored() : m.reason_cannot_tell();
    case 'does-not-pass':
      return m.reason_does_not_pass();
    case 'no-such-customer':
      return sentence(objectionOf({ code: null, field: null, message: null }, org), noSuchCustomer);
    case 'unreadable':
      return m.reason_unreadable();
  }
}

/** The parts of an applied update that were not saved, a sentence each. */
export function missedSentences(update: UpdateView, org: OrgView | null): readonly string[] {
  return notSaved(update.result?.warnings ?? []).map((warning) => warningSentence(warning, org));
}

function warningSentence(warning: Warning, org: OrgView | null): string {
  const objection = objectionOf(warning, org);
  return sentence(objection, warningWords(objection));
}

function pointsSentence(awarded: number | null, formats: Formats): string {
  if (awarded === null) return m.fate_points_unknown();
  const count = Math.abs(awarded);
  const shown = formats.number(count);
  return awarded < 0 ? m.fate_points_taken({ count, shown }) : m.fate_points_awarded({ count, shown });
}

function couponSentence(effect: Extract<SideEffect, { kind: 'coupon' }>, formats: Formats): string {
  const { code, couponType, description, validTill } = effect;
  if (code === null) return description ?? couponType ?? m.fate_coupon_plain();
  const named = couponType === null ? code : `${code} (${couponType})`;
  return validTill === null
    ? m.fate_coupon({ code: named })
    : m.fate_coupon_until({ code: named, date: formats.serverDate(validTill) });
}

type Tier = Extract<SideEffect, { kind: 'tier' }>['to'];

function tierSentence(from: Tier, to: Tier, formats: Formats): string {
  const word = ({ name, serial }: Tier) => name ?? (serial === null ? null : formats.number(serial));
  const [before, now] = [word(from), word(to)];
  if (now === null) return m.fate_tier_moved();
  return before === null ? m.fate_tier_now({ to: now }) : m.fate_tier({ from: before, to: now });
}

const mostDetails = 6;

/** An effect of a kind this version does not know, with its contents. */
function otherSentence({ type, details }: Extract<SideEffect, { kind: 'other' }>, formats: Formats): string {
  const parts = Object.entries(details).flatMap(([key, value]) => {
    if (key === 'type' || value === null || typeof value === 'object' || value === '') return [];
    return [`${key.replaceAll('_', ' ')} ${typeof value === 'number' ? formats.number(value) : String(value)}`];
  });
  if (parts.length === 0) return m.fate_other_effect({ type });
  return m.fate_other_effect_with({ type, details: formats.list(parts.slice(0, mostDetails)) });
}

export function effectSentence(effect: SideEffect, formats: Formats): string {
  switch (effect.kind) {
    case 'points':
      return pointsSentence(effect.awarded, formats);
    case 'points-of-other': {
      const brought = pointsSentence(effect.awarded, formats);
      return effect.isReferrer ? m.fate_to_referrer({ brought }) : m.fate_to_other({ brought });
    }
    case 'coupon':
      return couponSentence(effect, formats);
    case 'tier':
      return tierSentence(effect.from, effect.to, formats);
    case 'currency': {
      const name = effect.name ?? effect.identifier ?? '';
      return effect.awarded === null ? name : m.fate_currency({ shown: formats.number(effect.awarded), name });
    }
    case 'other':
      return otherSentence(effect, formats);
  }
}

/** What an applied update earned, in words; empty if nothing. */
export function broughtWords(update: UpdateView, formats: Formats): readonly string[] {
  return update.result?.effects.map((effect) => effectSentence(effect, formats)) ?? [];
}

/** The signs of a state; `StateShape` draws them. */
export type Shape = 'sent' | 'sending' | 'waiting' | 'offline' | 'checking' | 'paused' | 'needs-you' | 'ended' | 'none';

type Till = { readonly org: OrgView | null; readonly sync: Pick<SyncStatus, 'paused' | 'connection'> };

/** @param update absent: one that has just been saved, shown as things stand */
export function updateShape(update: UpdateView | undefined, { org, sync }: Till): Shape {
  if (update === undefined || update.state === 'queued') {
    if (update?.behindAnother === true) return 'waiting';
    if (sync.paused !== null) return 'paused';
    return sync.connection.kind === 'offline' ? 'offline' : 'waiting';
  }
  if (update.state === 'attention') return update.putOffAtMs === null ? 'needs-you' : 'waiting';
  if (update.state === 'applied') return missedSentences(update, org).length > 0 ? 'needs-you' : 'sent';
  return plainShapes[update.state];
}

const plainShapes = { sending: 'sending', unknown: 'checking', cancelled: 'ended', discarded: 'ended' } as const;

export const stateWord: Record<UpdateView['state'], () => string> = {
  queued: m.updates_state_queued,
  sending: m.updates_state_sending,
  unknown: m.updates_state_unknown,
  attention: m.updates_state_attention,
  applied: m.updates_state_applied,
  cancelled: m.updates_state_cancelled,
  discarded: m.updates_state_discarded,
};

export function updateStateWord(update: UpdateView): string {
  const { state } = update;
  if (state === 'attention' && update.putOffAtMs !== null) return m.updates_state_next_visit();
  if (state === 'applied' && update.kind === 'identity') return m.updates_state_requested();
  if (state === 'applied' && notSaved(update.result?.warnings ?? []).length > 0) return m.updates_state_warned();
  if (state === 'discarded' && update.replacedBy !== null) return m.updates_state_fixed();
  return stateWord[state]();
}
