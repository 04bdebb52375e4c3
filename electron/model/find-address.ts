/**
 * Reads `tillside://find?card=…`, with which another program opens a customer. Any web page can open such an address,
 * so it is treated as hostile text, here and nowhere else.
 */
import { type FindBy, type FindRequest, findByNames } from './find-request.ts';
import { normalEmail, numberShape } from './identifiers.ts';

export const findScheme = 'tillside';

export const findRefusals = ['too-long', 'no-find-address', 'not-one-parameter', 'unknown-parameter', 'value'] as const;
export type FindRefusal = (typeof findRefusals)[number];

const longestAddress = 1000;
const longestText: { readonly [by in FindBy]: number } = { card: 100, mobile: 30, email: 254, id: 100 };
/** Windows adds a slash after the host; some programs leave out the two before it. */
const shape = /^tillside:(?:\/\/)?find\/?\?(.*)$/i;
const idShape = /^[\p{L}\p{N}](?:[\p{L}\p{N}_.\-/# ]*[\p{L}\p{N}])?$/u;

export function readFindAddress(address: string): FindRequest | FindRefusal {
  if (address.length > longestAddress) return 'too-long';
  const query = shape.exec(address)?.[1]?.replace(/\/$/, '');
  if (query === undefined) return 'no-find-address';
  const [name = '', value, ...more] = query.split('=');
  if (value === undefined || more.length > 0 || /[&;]/.test(query)) return 'not-one-parameter';
  const by = findByNames.find((one) => one === name.toLowerCase());
  if (by === undefined) return 'unknown-parameter';
  const text = decoded(value)?.trim() ?? '';
  return isSound(by, text) ? { by, text } : 'value';
}

/** The address for a request. If the text cannot be searched for, `readFindAddress` refuses it. */
export function findAddress({ by, text }: FindRequest): string {
  return `${findScheme}://find?${by}=${encodeURIComponent(text)}`;
}

/** Whether an argument is meant as such an address, valid or not. */
export function isFindAddress(argument: string): boolean {
  return argument.toLowerCase().startsWith(`${findScheme}:`);
}

/** Null if it is badly encoded, or contains a character that must be encoded. */
function decoded(value: string): string | null {
  if (/[\s"'<>\\^`{|}#]|\p{C}/u.test(value)) return null;
  try {
    return decodeURIComponent(value).normalize('NFC');
  } catch {
    return null;
  }
}

function isSound(by: FindBy, text: string): boolean {
  if (text === '' || text.length > longestText[by] || /\p{C}|[^\S ]/u.test(text)) return false;
  switch (by) {
    case 'mobile':
      return numberShape.test(text) && /\d{4}/.test(text.replace(/\D/g, ''));
    case 'email':
      return !/[ "'<>()]/.test(text) && normalEmail(text) !== null;
    default:
      return idShape.test(text);
  }
}
