/** What the loyalty API calls each field. Requests, answers and the columns of a region's file all use these names. */
import type { CoreField } from '../model/customer.ts';

export const fieldNames = {
  firstName: 'firstname',
  lastName: 'lastname',
  mobile: 'mobile',
  email: 'email',
  externalId: 'external_id',
  registeredOn: 'registered_on',
  registeredTill: 'registered_till',
  associatedWith: 'associated_with',
  type: 'type',
  fraudStatus: 'fraud_status',
} as const satisfies Record<CoreField, string>;

export type FieldName = (typeof fieldNames)[CoreField];
