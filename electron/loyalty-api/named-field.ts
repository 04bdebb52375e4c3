/** Finds the sent field that a rejection or warning is about, by its code or else by the server's message. */
import {
  type CoreField,
  type FieldKey,
  fillableIdentifiers,
  type IdentifierType,
  isCoreField,
} from '../model/customer.ts';
import { type About, meaningOf } from './codes.ts';

/** What an update sent: its identifier and changed fields. */
export type SentFields = {
  readonly identifierType: IdentifierType;
  readonly changed: readonly FieldKey[];
};

const patterns: { readonly [field in CoreField]: RegExp } = {
  mobile: /\b(mobile|phone)/i,
  email: /\be-?mail/i,
  externalId: /external[\s_-]*id/i,
  firstName: /first[\s_-]*name/i,
  lastName: /last[\s_-]*name/i,
  registeredOn: /regist\w*[\s_-]*(on|date)\b/i,
  registeredTill: /registered[\s_-]*till/i,
  associatedWith: /associat/i,
  type: /\btype\b|loyalty/i,
  fraudStatus: /fraud/i,
};

/** Names of custom and extended fields match as whole words; blanks and underscores are the same. */
function namesOwnField(message: string, name: string): boolean {
  const plain = (text: string) => ` ${text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, ' ')} `;
  return plain(name).trim() !== '' && plain(message).includes(plain(name));
}

function namesSubscription(message: string, channel: string, priority: string): boolean {
  const tells = (pattern: RegExp) => pattern.test(message);
  const namesChannel = tells(/\bsms\b|\be-?mail\b/i);
  const namesPriority = tells(/\btrans|\bbulk|\bpromo/i);
  const sameChannel = channel === 'sms' ? tells(/\bsms\b/i) : tells(/\be-?mail\b/i);
  const samePriority = priority === 'TRANS' ? tells(/\btrans/i) : tells(/\bbulk|\bpromo/i);
  return (namesChannel || namesPriority) && (!namesChannel || sameChannel) && (!namesPriority || samePriority);
}

function names(message: string, field: FieldKey): boolean {
  const [group, ...rest] = field.split('.');
  if (group === 'subscription') return namesSubscription(message, rest[0] ?? '', rest[1] ?? '');
  if (group === 'custom' || group === 'extended') return namesOwnField(message, rest.join('.'));
  return isCoreField(field) && patterns[field].test(message);
}

/**
 * The only field that the message names, preferring a longer name over one contained in it; `null` if there is not one.
 */
function namedIn(message: string | null, among: readonly FieldKey[]): FieldKey | null {
  if (message === null) return null;
  const named = among.filter((field) => names(message, field)).sort((a, b) => b.length - a.length);
  const [first, second] = named;
  if (first === undefined) return null;
  return second === undefined || namesOwnField(first, second.slice(second.indexOf('.') + 1)) ? first : null;
}

function candidatesOf(about: About, sent: SentFields): readonly FieldKey[] {
  const { changed, identifierType } = sent;
  switch (about) {
    case 'identifier': {
      const filled = fillableIdentifiers.filter((identifier) => changed.includes(identifier));
      if (filled.length > 0) return filled;
      return identifierType === 'userId' ? [] : [identifierType];
    }
    case 'named-field':
      return changed.filter((field) => field.startsWith('custom.') || field.startsWith('extended.'));
    case 'till':
      return changed.filter((field) => field === 'registeredTill' || field === 'associatedWith');
    case 'subscription':
      return changed.filter((field) => field.startsWith('subscription.'));
    default:
      return [about];
  }
}

/**
 * The field that a code and its message are about; `null` if that is not exactly one. Only a code itself can name a
 * field that was not sent.
 */
export function fieldOf(code: number | null, message: string | null, sent: SentFields): FieldKey | null {
  const { about } = meaningOf(code);
  const candidates = about === undefined ? [] : candidatesOf(about, sent);
  const [only] = candidates;
  if (only !== undefined && candidates.length === 1) return only;
  const identifier = sent.identifierType === 'userId' ? [] : [sent.identifierType];
  return namedIn(message, candidates.length > 0 ? candidates : [...new Set([...sent.changed, ...identifier])]);
}
