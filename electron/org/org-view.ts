import type { CustomKey } from '../customers/customer.ts';
import type { FieldDefinition, OrgPolicy } from './definitions.ts';

/** What the form follows, with the age of each part; `null` age: never fetched, the machine config's fallback is used. */
export type OrgView = {
  readonly policy: OrgPolicy;
  readonly policyAsOfMs: number | null;
  /** Custom and extended fields, in the order of the form. */
  readonly fields: readonly FieldDefinition[];
  readonly fieldsAsOfMs: number | null;
  /** Custom fields that IT keeps for the till's own use (sync.markField): never part of the form. */
  readonly reserved: readonly CustomKey[];
};
