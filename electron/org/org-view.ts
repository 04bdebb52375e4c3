import type { FieldDefinition, OrgPolicy } from './definitions.ts';

/** What the form follows, with the age of each part; `null` age: never fetched, the machine config's fallback is used. */
export type OrgView = {
  readonly policy: OrgPolicy;
  readonly policyAsOfMs: number | null;
  /** Custom and extended fields, in the order of the form. */
  readonly fields: readonly FieldDefinition[];
  readonly fieldsAsOfMs: number | null;
};
