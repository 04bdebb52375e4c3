import type { CustomKey } from './customer.ts';
import type { FieldDefinition, OrgPolicy, StaffMember } from './definitions.ts';
/** What the form follows, with the age of each part; `null` age: never told, the machine config's fallback is used. */
export type OrgView = {
  readonly policy: OrgPolicy;
  readonly policyAsOfMs: number | null;
  /** Custom and extended fields, in the order of the form. */
  readonly fields: readonly FieldDefinition[];
  /** By the kind of field: one half may have failed to come. */
  readonly fieldsAsOfMs: { readonly [kind in FieldDefinition['kind']]: number | null };
  /** Custom fields that IT keeps for the till's own use (sync.markField): never part of the form. */
  readonly reserved: readonly CustomKey[];
  /** The only fields that whoever is at the till may change (staff.roles), also as "custom.*"; null: all. */
  readonly mayChange: readonly string[] | null;
};

/** Who works here, as the server last told; `null` age: it never did. */
export type StaffList = { readonly members: readonly StaffMember[]; readonly asOfMs: number | null };

/** The parts of what the organisation tells, each asked for by itself. */
export const orgParts = ['policy', 'custom', 'extended', 'staff'] as const;
export type OrgPart = (typeof orgParts)[number];

/** Asked for by hand: which parts did not come. What was told last stays in use. */
export type OrgRefresh = { readonly missed: readonly OrgPart[] };
