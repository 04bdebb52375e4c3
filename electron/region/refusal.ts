/** Why a line of an import was not taken. */
export const refusals = {
  'not-json': 'this line is not JSON',
  'not-an-object': 'this line is JSON, but not one object',
  'wrong-columns': 'the number of values is not that of the heading',
  'open-quote': 'a quotation mark is not where it may be, or is never closed',
  'too-long': 'the line is longer than a customer can be',
  'no-identifier': 'there is no user id, mobile, email or external id in it',
  'not-a-mobile': 'the mobile is not a number of 4 to 20 digits',
  'told-again': 'the same customer comes again further down, and that line counts',
} as const;
export type Refusal = keyof typeof refusals;

export type RefusedLine = { readonly line: number; readonly why: Refusal };
