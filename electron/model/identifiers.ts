/** Reading what staff typed as an identifier, by the store's country. */
import {
  type CountryCode,
  getCountryCallingCode,
  isSupportedCountry,
  parsePhoneNumberFromString,
} from 'libphonenumber-js';
import type { Identifier } from './customer.ts';

const emailShape = /^[^\s@<>()[\],;:"\\]+@[^\s@<>()[\],;:"\\.]+(\.[^\s@<>()[\],;:"\\.]+)+$/u;
export const maxEmailLength = 254;

function country(code: string): CountryCode | undefined {
  return isSupportedCountry(code) ? code : undefined;
}

/**
 * A mobile number as the API holds it: digits with the country code and no plus sign.
 * @param countryCode the store's country; another country's number needs its plus sign (or `00`)
 * @returns null where it is no possible number
 */
export function normalMobile(typed: string, countryCode: string): string | null {
  const text = typed.normalize('NFKC').trim();
  if (!/^\+?[\d\s().\-/]+$/.test(text)) return null;
  // Digits alone are never read as another country's: one that was left out or typed twice often makes such a number.
  const number = parsePhoneNumberFromString(text.replace(/^00/, '+'), country(countryCode));
  return number?.isValid() ? number.number.slice(1) : null;
}

export function normalEmail(typed: string): string | null {
  const text = typed.trim();
  return text.length <= maxEmailLength && emailShape.test(text) ? text : null;
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
  const text = query.normalize('NFKC').trim();
  const email = normalEmail(text);
  if (email !== null) return { type: 'email', value: email };
  const userId = /^id:\s*(\d{1,20})$/i.exec(text)?.[1];
  if (userId !== undefined) return { type: 'userId', value: userId };
  const digits = text.replace(/\D/g, '');
  if (/^\+?[\d\s().\-/]+$/.test(text) && digits.length >= 7 && digits.length <= 15) {
    return { type: 'mobile', value: normalMobile(text, countryCode) ?? digits };
  }
  if (/^[\p{L}\p{N}_.\-/]{4,100}$/u.test(text) && /\d/.test(text)) return { type: 'externalId', value: text };
  return null;
}
