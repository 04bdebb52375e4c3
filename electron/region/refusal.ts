/** Why a line of an import was not taken. */
export const refusals = {
  'not-json': 'this line is not JSON',
  'not-an-object': 'this line is JSON, but not one object',
  'wrong-columns': 'the number of values is not that of the heading',
  'open-quote': 'a quotation mark is not where it may be, or is never closed',
  'too-long': 'the line is longer than a customer can be',
  'lost-letters': 'letters in it were lost before (there is the mark U+FFFD in their place)',
  'no-identifier': 'there is no user id, mobile, email or external id in it',
  'not-an-id': 'the user id is not a number of digits',
  'not-a-mobile': 'the mobile is not a number of 4 to 20 digits',
  'not-an-email': 'the email has no @ in it',
  'not-a-number': 'points or purchases are not a number',
  'not-a-date': 'a date in it is none, or is written in a way that is not known',
  rounded: 'a spreadsheet rounded a number in it (as in 9.19845E+11), and its digits are lost',
  erased: 'the customer was erased on this till',
  'told-again': 'the same customer comes again further down, and that line counts',
} as const;
export type Refusal = keyof typeof refusals;

export type RefusedLine = { readonly line: number; readonly why: Refusal };
