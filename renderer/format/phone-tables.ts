/** How each country groups its numbers: too large for what a till loads before it can search. */
import { parsePhoneNumberFromString } from 'libphonenumber-js/min';

/** `+91 77136 43123`; null where no country has such a number. */
export function grouped(international: string): string | null {
  return parsePhoneNumberFromString(international)?.formatInternational() ?? null;
}
