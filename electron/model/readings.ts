/**
 * Every identifier that a typed or scanned text can be. Digits may be a mobile with or without country code, a card, an
 * external id or the server's own id. Nothing here decides between them: all are looked up.
 */
import { bareIdentifier } from './clean-text.ts';
import type { Identifier, IdentifierType } from './customer.ts';
import { normalEmail, normalMobile, numberShape, unicodeEmail } from './identifiers.ts';
import { noFraming, withoutFraming } from './scan-framing.ts';

/** What a customer can be looked up by. An update needs an `Identifier`, which excludes cards. */
export type LookUpType = IdentifierType | 'cardNumber' | 'cardExternalId';
export type LookUpIdentifier = { readonly type: LookUpType; readonly value: string };

const fewestDigitsOfMobile = 7;
const mostDigitsOfMobile = 15;
/** From this length on, a number is most likely a mobile. */
const usualDigitsOfMobile = 9;
/** A shorter text is only the beginning of something. */
const fewestSignsOfId = 4;
const mostSignsOfId = 100;
const mostDigitsOfUserId = 20;

/** The text without what a reader, a link or a sentence adds around it. */
export function bareQuery(query: string): string {
  return bareIdentifier(withoutFraming(query, noFraming));
}

/**
 * Every identifier that the whole text can be, likeliest first, without duplicates. More lenient than the rules of a
 * field: an old number that today's numbering plan does not allow may still be somebody's identifier.
 */
export function readingsOf(query: string, countryCode: string): readonly LookUpIdentifier[] {
  const text = bareQuery(query);
  const email = normalEmail(text);
  // An older record may hold the other form.
  if (email !== null) return unique([of('email', email), of('email', unicodeEmail(email))]);
  const userId = /^id:\s*(\d{1,20})$/i.exec(text)?.[1];
  if (userId !== undefined) return [of('userId', userId)];
  if (numberShape.test(text)) return unique(readingsOfNumber(text, countryCode));
  return unique(idForms(text).flatMap(asId));
}

/** The readings that an update can use, as typed. Forms that only a look-up tries are left out. */
export function identifiersAmong(readings: readonly LookUpIdentifier[], query: string): readonly Identifier[] {
  const text = bareQuery(query);
  return readings.flatMap(({ type, value }) => {
    if (type === 'cardNumber' || type === 'cardExternalId') return [];
    const isOtherForm = type === 'externalId' ? value !== text : type === 'email' && value !== normalEmail(text);
    return isOtherForm ? [] : [{ type, value }];
  });
}

function readingsOfNumber(text: string, countryCode: string): LookUpIdentifier[] {
  const digits = text.replace(/\D/g, '');
  const mobile = normalMobile(text, countryCode);
  const asWritten = digits.replace(/^00/, '');
  const mobiles = [mobile, isMobileLength(asWritten) ? asWritten : null].flatMap((value) =>
    value === null ? [] : [of('mobile', value)],
  );
  // Only mobiles have a plus sign, and one with a country code has no other reading.
  if (text.includes('+')) return mobiles.slice(0, 1);
  const asPrinted = /^[\d -]+$/.test(text) ? [text] : [];
  const ids = [...zeroForms(digits), ...asPrinted].filter(isIdLength).flatMap(asId);
  if (/^[1-9]/.test(digits) && digits.length >= fewestSignsOfId && digits.length <= mostDigitsOfUserId) {
    ids.push(of('userId', digits));
  }
  const isUsual = mobile !== null && digits.length >= usualDigitsOfMobile;
  return isUsual ? [...mobiles, ...ids] : [...ids, ...mobiles];
}

function isMobileLength({ length }: string): boolean {
  return length >= fewestDigitsOfMobile && length <= mostDigitsOfMobile;
}

function isIdLength({ length }: string): boolean {
  return length >= fewestSignsOfId && length <= mostSignsOfId;
}

/** Widths of retail bar codes, which some readers pad with zeros. */
const barCodeWidths: ReadonlySet<number> = new Set([8, 12, 13, 14]);

/** The same bar code without and with leading zeros, those with zeros last. */
function zeroForms(digits: string): string[] {
  const bare = barCodeWidths.has(digits.length) ? digits.replace(/^0+(?=\d)/, '') : digits;
  const filled = bare.length > 10 ? [12, 13].map((width) => bare.padStart(width, '0')) : [];
  return [...new Set([bare, ...filled, digits])].sort((one, other) => one.length - other.length);
}

/** An id as printed on a card (`RJ 1001`), and as it may be stored. */
function idForms(text: string): string[] {
  if (!isIdLength(text) || !/\d/.test(text)) return [];
  const parts = text.split(/[\s-]+/);
  const joined = parts.join('');
  // Several words followed by a number are a name or an address.
  if (/\s/.test(text) && !/^\p{L}{0,4}\d{3}[\p{L}\d]*$/u.test(joined)) return [];
  if (!/^[\p{L}\p{N}_.\-/#]+$/u.test(joined)) return [];
  const [letters, numbers] = /^(\p{L}+)(\d+)$/u.exec(joined)?.slice(1) ?? [];
  const hyphenated = parts.length > 1 ? parts.join('-') : `${letters}-${numbers}`;
  return letters === undefined && parts.length === 1 ? [text] : [text, joined, hyphenated];
}

function asId(value: string): LookUpIdentifier[] {
  return [of('externalId', value), of('cardNumber', value), of('cardExternalId', value)];
}

function of(type: LookUpType, value: string): LookUpIdentifier {
  return { type, value };
}

function unique(readings: readonly LookUpIdentifier[]): LookUpIdentifier[] {
  return [...new Map(readings.map((reading) => [`${reading.type} ${reading.value}`, reading])).values()];
}
