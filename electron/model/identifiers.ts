/** Normalises identifiers to the form that the API stores and that all comparisons use. */
import { domainToASCII, domainToUnicode } from 'node:url';
import {
  AsYouType,
  type CountryCode,
  getCountryCallingCode,
  isSupportedCountry,
  parsePhoneNumberFromString,
} from 'libphonenumber-js';
import { bareIdentifier, plainSigns } from './clean-text.ts';
import type { Identifier } from './customer.ts';

/** Characters that people type in a phone number, including the brackets of `(+44)` and `(0)`. */
export const numberShape = /^\(?\+?[\d\s().\-/]+$/;
const emailShape = /^[^\s@<>()[\],;:"\\]+@[^\s@<>()[\],;:"\\.]+(\.[^\s@<>()[\],;:"\\.]+)+$/u;
export const maxEmailLength = 254;
export const maxExternalIdLength = 250;

function country(code: string): CountryCode | undefined {
  return isSupportedCountry(code) ? code : undefined;
}

/** Until 2019, Mexican mobiles were dialled with 1, 044 or 045 in front, and people still write them that way. */
function asDialledToday(number: string): string {
  return number.replace(/^\+52(?:1|0?44|0?45)(?=\d{2,10}$)/, '+52');
}

/**
 * A mobile number as the API stores it: digits with the country code and no plus sign.
 * @param countryCode the store's country; another country's number needs its plus sign (or `00`)
 * @returns null if the number is not possible
 */
export function normalMobile(typed: string, countryCode: string): string | null {
  const text = bareIdentifier(typed);
  if (!numberShape.test(text)) return null;
  // Plain digits are never read as another country's number: a missing or repeated digit often produces one.
  const known = country(countryCode);
  const number = parsePhoneNumberFromString(text.replace(/^00/, '+'), known);
  if (number?.isValid()) return number.number.slice(1);
  // Some countries dial abroad with other digits than `00`, such as 0011 in Australia.
  const abroad = text.startsWith('00') ? parsePhoneNumberFromString(text, known) : number;
  const today = abroad && parsePhoneNumberFromString(asDialledToday(abroad.number));
  return today?.isValid() ? today.number.slice(1) : null;
}

/** An email as the API stores it: the domain in lower case and, for other scripts, in its ASCII form. */
export function normalEmail(typed: string): string | null {
  const text = bareIdentifier(typed).replaceAll('。', '.');
  if (text.length > maxEmailLength || !emailShape.test(text)) return null;
  const at = text.indexOf('@');
  return `${text.slice(0, at)}@${asciiDomain(text.slice(at + 1))}`;
}

function asciiDomain(domain: string): string {
  const small = domain.toLowerCase();
  return /^[\x20-\x7e]*$/.test(small) ? small : domainToASCII(small) || small;
}

/** The same email with its domain in Unicode, as older records may hold it. */
export function unicodeEmail(email: string): string {
  const at = email.indexOf('@');
  const domain = email.slice(at + 1);
  return domain.includes('xn--') ? `${email.slice(0, at)}@${domainToUnicode(domain) || domain}` : email;
}

/** An external id or card number as the API stores it. */
export function normalExternalId(typed: string): string | null {
  const text = bareIdentifier(typed);
  return text !== '' && text.length <= maxExternalIdLength ? text : null;
}

/** The server's own id, which is digits only. A spreadsheet may have turned it into `343445001.0`. */
export function normalUserId(typed: string): string | null {
  return /^(\d{1,20})(?:\.0+)?$/.exec(plainSigns(typed))?.[1] ?? null;
}

/** An identifier as the API stores it; an invalid one is only cleaned. */
export function normalIdentifier({ type, value }: Identifier, countryCode: string): string {
  const normal = {
    mobile: () => normalMobile(value, countryCode),
    email: () => normalEmail(value),
    externalId: () => normalExternalId(value),
    userId: () => normalUserId(value),
  }[type]();
  return normal ?? bareIdentifier(value);
}

/**
 * The key that emails and external ids are compared by, in every search and every check for who already has one.
 */
export function exactKey(value: string): string {
  const plain = plainSigns(value);
  // Tests for "@" first because most are not emails, and a search calls this for every hit.
  return ((plain.includes('@') ? normalEmail(plain) : null) ?? plain).toLowerCase();
}

/**
 * The prefixes that a partly typed mobile may have in the cache: as typed, and with the country code in place of the
 * national prefix (0, 8, 06).
 */
export function mobileBeginnings(typed: string, countryCode: string): readonly string[] {
  const digits = typed.replace(/^(\+[\d\s]+)\(0\)/, '$1').replace(/\D/g, '');
  const known = country(countryCode);
  const beginnings = new Set([digits, digits.replace(/^0+/, '')]);
  if (known !== undefined) {
    const code = getCountryCallingCode(known);
    for (const text of digits.startsWith(code) ? [digits, `+${digits}`] : [digits]) {
      const typing = new AsYouType(known);
      typing.input(text);
      const begun = asDialledToday(typing.getNumberValue() ?? '').slice(1);
      // The country code alone would match everybody.
      if (begun.length > code.length) beginnings.add(begun);
    }
  }
  beginnings.delete('');
  return [...beginnings];
}
