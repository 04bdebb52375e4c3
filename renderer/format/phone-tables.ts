/** How each country groups its numbers: too large to load before a till can search. */
import { parsePhoneNumberFromString } from 'libphonenumber-js/min';

/** `+91 77136 43123`; null if no country has such a number. */
export function grouped(international: string): string | null {
  return parsePhoneNumberFromString(international)?.formatInternational() ?? null;
}
