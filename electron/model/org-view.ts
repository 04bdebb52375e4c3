import type { CustomKey } from './customer.ts';
import type { FieldDefinition, OrgPolicy, StaffMember } from './definitions.ts';
/**
 * The organisation's settings for the form, with the age of each part; `null`: not known, so the machine config
 * applies.
 */
export type OrgView = {
  readonly policy: OrgPolicy;
  readonly policyAsOfMs: number | null;
  /** Custom and extended fields, in the order of the form. */
  readonly fields: readonly FieldDefinition[];
  /** By kind of field, because one of the two calls may have failed. */
  readonly fieldsAsOfMs: { readonly [kind in FieldDefinition['kind']]: number | null };
  /** Custom fields reserved for Tillside (sync.markField), which the form never shows. */
  readonly reserved: readonly CustomKey[];
  /** The only fields that the current staff may change (staff.roles), also as "custom.*"; null: all. */
  readonly mayChange: readonly string[] | null;
};

/** The store's staff as last sent by the server; `null` age: never. */
export type StaffList = { readonly members: readonly StaffMember[]; readonly asOfMs: number | null };

/** The parts of the organisation's settings; each is fetched separately. */
export const orgParts = ['policy', 'custom', 'extended', 'staff'] as const;
export type OrgPart = (typeof orgParts)[number];

/** Result of a manual refresh: the parts that failed. Their previous values stay in use. */
export type OrgRefresh = { readonly missed: readonly OrgPart[] };
