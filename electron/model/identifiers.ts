/** Identifiers in the one form that the API holds and that is compared, by the store's country. */
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

/** What people type in a phone number, the brackets of `(+44)` and `(0)` too. */
export const numberShape = /^\(?\+?[\d\s().\-/]+$/;
const emailShape = /^[^\s@<>()[\],;:"\\]+@[^\s@<>()[\],;:"\\.]+(\.[^\s@<>()[\],;:"\\.]+)+$/u;
export const maxEmailLength = 254;
export const maxExternalIdLength = 250;

function country(code: string): CountryCode | undefined {
  return isSupportedCountry(code) ? code : undefined;
}

/** Mexican mobiles had a 1 before them until 2019, or 044 and 045 within the country: people still write them so. */
function asDialledToday(number: string): string {
  return number.replace(/^\+52(?:1|0?44|0?45)(?=\d{2,10}$)/, '+52');
}

/**
 * A mobile number as the API holds it: digits with the country code and no plus sign.
 * @param countryCode the store's country; another country's number needs its plus sign (or `00`)
 * @returns null where it is no possible number
 */
export function normalMobile(typed: string, countryCode: string): string | null {
  const text = bareIdentifier(typed);
  if (!numberShape.test(text)) return null;
  // Digits alone are never read as another country's: one that was left out or typed twice often makes such a number.
  const number = parsePhoneNumberFromString(text.replace(/^00/, '+'), country(countryCode));
  if (number === undefined || number.isValid()) return number?.number.slice(1) ?? null;
  const today = parsePhoneNumberFromString(asDialledToday(number.number));
  return today?.isValid() ? today.number.slice(1) : null;
}

/** An email as the API holds it: the domain in lower case and, with letters of another script, in its ASCII form. */
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

/** The same email as people write it: what somebody kept before it had one form. */
export function unicodeEmail(email: string): string {
  const at = email.indexOf('@');
  const domain = email.slice(at + 1);
  return domain.includes('xn--') ? `${email.slice(0, at)}@${domainToUnicode(domain) || domain}` : email;
}

/** An external id or the number of a card as the API holds it. */
export function normalExternalId(typed: string): string | null {
  const text = bareIdentifier(typed);
  return text !== '' && text.length <= maxExternalIdLength ? text : null;
}

/** The server's own id: digits alone. A spreadsheet may have made `343445001.0` of it. */
export function normalUserId(typed: string): string | null {
  return /^(\d{1,20})(?:\.0+)?$/.exec(plainSigns(typed))?.[1] ?? null;
}

/** An identifier as the API holds it; what is none in its form is only made clean. */
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
 * An email or external id as it is compared: everything that says "who has this already" or finds by it asks with this
 * key, and against this key.
 */
export function exactKey(value: string): string {
  const plain = plainSigns(value);
  // Most are none, and a search asks for every hit.
  return ((plain.includes('@') ? normalEmail(plain) : null) ?? plain).toLowerCase();
}

/**
 * How a mobile that is meant may begin, for as much of it as was typed: as it stands, and with the store's country before
 * it and the country's own prefix (0, 8, 06) taken off.
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
      // The code alone is everybody's.
      if (begun.length > code.length) beginnings.add(begun);
    }
  }
  beginnings.delete('');
  return [...beginnings];
}
