/** Mobiles and emails as shown to staff whose role sees them only on request (`staff.roles.*.masked`). */

export const maskableFields = ['mobile', 'email'] as const;
export type MaskableField = (typeof maskableFields)[number];

const dots = '•••••';

/** Enough to compare with what the customer says, whatever the length. */
export function maskedText(field: MaskableField, value: string): string {
  if (value === '') return '';
  if (field === 'email') return `${value.length > 5 ? value.slice(0, 1) : ''}${dots}@${dots}`;
  return value.length > 6 ? `${dots} ••${value.slice(-3)}` : dots;
}

export function isMaskedText(text: string): boolean {
  return text.includes(dots);
}
