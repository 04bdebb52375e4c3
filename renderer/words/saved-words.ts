/** What became of a saved change, for the save bar and the live region. */

import type { OrgView } from '../../electron/model/org-view.ts';
import type { SyncStatus } from '../../electron/model/sync-status.ts';
import type { UpdateView } from '../../electron/model/update-view.ts';
import type { Formats } from '../format/formats.ts';
import { m } from '../i18n/messages.ts';
import { broughtWords, reasonSentence } from './outcome-words.ts';

type Shown = {
  readonly formats: Formats;
  readonly till: { readonly org: OrgView | null; readonly sync: Pick<SyncStatus, 'paused' | 'connection'> };
};

/** @param update absent: says what will happen as things stand */
export function savedSentence(update: UpdateView | undefined, { formats, till }: Shown): string {
  if (update === undefined || update.state === 'queued') {
    const { paused, connection } = till.sync;
    if (paused !== null) return m.save_done_paused();
    return connection.kind === 'offline' ? m.save_done_offline() : m.save_done_online();
  }
  if (update.state === 'applied') {
    const brought = formats.list(broughtWords(update, formats));
    return brought === '' ? m.announce_sent_plain() : m.announce_sent({ brought });
  }
  if (update.state !== 'attention') return plainSentences[update.state]();
  return update.reason === null ? m.fate_needs_you() : reasonSentence(update.reason, till.org);
}

const plainSentences = {
  sending: m.save_done_sending,
  unknown: m.save_done_checking,
  cancelled: m.fate_cancelled,
  discarded: m.fate_discarded,
};

/** An update of the open customer changed state; null if nobody needs to know. */
export function movedSentence(update: UpdateView, shown: Shown): string | null {
  if (update.state === 'applied') return savedSentence(update, shown);
  if (update.state !== 'attention' || update.reason === null) return null;
  const sentence = reasonSentence(update.reason, shown.till.org);
  return m.announce_needs_you({ customer: update.customerName, sentence });
}
