/** Identifiers in the one form that the API holds and that is compared, by the store's country. */
import { domainToASCII } from 'node:url';
import {
  type CountryCode,
  getCountryCallingCode,
  isSupportedCountry,
  parsePhoneNumberFromString,
} from 'libphonenumber-js';
import { bareIdentifier, plainSigns } from './clean-text.ts';
import type { Identifier } from './customer.ts';

/** What people type in a phone number, the brackets of `(+44)` and `(0)` too. */
const numberShape = /^\(?\+?[\d\s().\-/]+$/;
const emailShape = /^[^\s@<>()[\],;:"\\]+@[^\s@<>()[\],;:"\\.]+(\.[^\s@<>()[\],;:"\\.]+)+$/u;
export const maxEmailLength = 254;
const maxExternalIdLength = 100;

function country(code: string): CountryCode | undefined {
  return isSupportedCountry(code) ? code : undefined;
}

/** Mexican mobiles had a 1 before them until 2019, or 044 and 045 within the country: people still write them so. */
function asDialledToday(number: string): string {
  return number.replace(/^\+52(?:1|0?44|0?45)(?=\d{10}$)/, '+52');
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

/** An external id or the number of a card as the API holds it. */
export function normalExternalId(typed: string): string | null {
  const text = bareIdentifier(typed);
  return text !== '' && text.length <= maxExternalIdLength ? text : null;
}

/** The server's own id: digits alone. A spreadsheet may have made `343445001.0` of it. */
export function normalUserId(typed: string): string | null {
  return /^(\d{1,20})(?:\.0+)?$/.exec(plainSigns(typed))?.[1] ?? null;
}

/**
 * An email or external id as it is compared: everything that says "who has this already" or finds by it asks with this
 * key, and against this key.
 */
export function exactKey(value: string): string {
  return (normalEmail(value) ?? plainSigns(value)).toLowerCase();
}

/** The store's calling code, such as `91`; null where the country is not known. */
export function callingCode(countryCode: string): string | null {
  const known = country(countryCode);
  return known === undefined ? null : getCountryCallingCode(known);
}

/**
 * Reads a whole query as an identifier, for a look-up online or an update without a cached customer. Looser than the
 * rules of a fill: an old number that today's number plan would refuse may still be somebody's identifier.
 *
 * - something with an at sign: an email
 * - `id:123`: the server's own id
 * - 7 to 15 digits, perhaps with a plus sign and spaces: a mobile
 * - one word of letters and digits with at least one digit and 4 characters: an external id
 */
export function identifierIn(query: string, countryCode: string): Identifier | null {
  const text = bareIdentifier(query);
  const email = normalEmail(text);
  if (email !== null) return { type: 'email', value: email };
  const userId = /^id:\s*(\d{1,20})$/i.exec(text)?.[1];
  if (userId !== undefined) return { type: 'userId', value: userId };
  const digits = text.replace(/\D/g, '');
  if (numberShape.test(text) && digits.length >= 7 && digits.length <= 15) {
    return { type: 'mobile', value: normalMobile(text, countryCode) ?? digits };
  }
  if (/^[\p{L}\p{N}_.\-/]{4,100}$/u.test(text) && /\d/.test(text)) return { type: 'externalId', value: text };
  return null;
}
