/** What the pill says, and the sentence behind it. */
import type { ConnectionCheck, SyncState, SyncStatus } from '../../electron/model/sync-status.ts';
import type { Formats } from '../format/formats.ts';
import { m } from '../i18n/messages.ts';

export type WhyNot = Extract<ConnectionCheck, { kind: 'failed' }>['why'];

export const stateWord: Record<SyncState, () => string> = {
  'all-sent': m.sync_all_sent,
  sending: m.sync_sending,
  checking: m.sync_checking,
  offline: m.sync_offline,
  waiting: m.sync_waiting,
  paused: m.sync_paused,
  attention: m.sync_attention,
};

export const whySentence: Record<WhyNot, () => string> = {
  'no-connection': m.sync_why_no_connection,
  'name-not-found': m.sync_why_name_not_found,
  proxy: m.sync_why_proxy,
  tls: m.sync_why_tls,
  'sign-in-page': m.sync_why_sign_in_page,
  'gateway-refused': m.sync_why_gateway_refused,
  busy: m.sync_why_busy,
  timeout: m.sync_why_timeout,
  'connection-lost': m.sync_why_connection_lost,
  'server-error': m.sync_why_server_error,
  'unreadable-answer': m.sync_why_unreadable_answer,
  credentials: m.sync_why_credentials,
  permission: m.sync_why_permission,
  'no-secret': m.sync_why_no_secret,
  'other-organisation': m.sync_why_other_organisation,
};

/** Why nothing is sent now, and who must do what; null while all is well. */
export function statusSentence(status: SyncStatus): string | null {
  if (status.paused !== null) return whySentence[status.paused]();
  if (status.connection.kind === 'offline') return whySentence[status.connection.why]();
  return null;
}

/** Changes that are only in rescue files, as far as this till knows; null: none. */
export function movedSentence({ inFiles: { updates, lastAtMs } }: SyncStatus, formats: Formats): string | null {
  if (updates === 0 || lastAtMs === null) return null;
  return m.help_moved_means({ shown: formats.number(updates), when: formats.moment(lastAtMs) });
}

export type StatusHelp = {
  readonly means: () => string;
  readonly customer: () => string;
  readonly act: () => string;
};

const movedHelp = { customer: m.help_moved_customer, act: m.help_moved_do };

/** What a status means, what it means for the customer, and what staff do. */
const statusHelp: Record<SyncState, StatusHelp> = {
  'all-sent': { means: m.help_all_sent_means, customer: m.help_all_sent_customer, act: m.help_all_sent_do },
  sending: { means: m.help_sending_means, customer: m.help_sending_customer, act: m.help_sending_do },
  checking: { means: m.help_checking_means, customer: m.help_checking_customer, act: m.help_checking_do },
  offline: { means: m.help_offline_means, customer: m.help_offline_customer, act: m.help_offline_do },
  waiting: { means: m.help_waiting_means, customer: m.help_waiting_customer, act: m.help_waiting_do },
  paused: { means: m.help_paused_means, customer: m.help_paused_customer, act: m.help_paused_do },
  attention: { means: m.help_attention_means, customer: m.help_attention_customer, act: m.help_attention_do },
};

export function helpOf(status: SyncStatus, formats: Formats): StatusHelp {
  const help = statusHelp[status.state];
  const moved = movedSentence(status, formats);
  // "Waiting" with nothing unsent: only a rescue file has them.
  if (moved === null || status.state !== 'waiting' || status.unsent > 0) return help;
  return { means: () => moved, ...movedHelp };
}
