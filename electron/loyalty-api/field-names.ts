/** The loyalty API's names of the fields, for requests, answers and the columns of a region file. */
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
