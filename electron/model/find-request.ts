/** What another program on this machine may ask the screen for. */
import type { LookUpType } from './readings.ts';

export const findByNames = ['card', 'mobile', 'email', 'id'] as const;
export type FindBy = (typeof findByNames)[number];
export type FindRequest = { readonly by: FindBy; readonly text: string };

/** Only a customer with such an identifier is opened; others are just listed. */
export const findsBy: { readonly [by in FindBy]: readonly LookUpType[] } = {
  card: ['cardNumber', 'cardExternalId', 'externalId'],
  mobile: ['mobile'],
  email: ['email'],
  id: ['externalId', 'userId'],
};
