/** Why a line of an import was refused. */
export const refusals = {
  'not-json': 'this line is not JSON',
  'not-an-object': 'this line is JSON, but not one object',
  'wrong-columns': 'the number of values does not match the heading',
  'open-quote': 'a quotation mark is in the wrong place or never closed',
  'too-long': 'the line is longer than a customer can be',
  'lost-letters': 'it has lost letters (the replacement character U+FFFD is in their place)',
  'no-identifier': 'there is no user id, mobile, email or external id',
  'not-an-id': 'the user id is not made of digits',
  'not-a-mobile': 'the mobile is not a number of 4 to 20 digits',
  'not-an-email': 'the email has no @',
  'not-a-number': 'the points or purchases are not a number',
  'not-a-date': 'a date is invalid or in an unknown format',
  rounded: 'a spreadsheet rounded a number (such as 9.19845E+11), so its digits are lost',
  erased: 'the customer was erased on this till',
  'told-again': 'the same customer occurs again further down, and that line counts',
} as const;
export type Refusal = keyof typeof refusals;

export type RefusedLine = { readonly line: number; readonly why: Refusal };
