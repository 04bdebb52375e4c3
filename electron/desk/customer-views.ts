/** Builds the views of a customer for the screen. */

import { listedAsOfMs } from '../customers/region.ts';
import { customerRow } from '../customers/store.ts';
import type { Db } from '../db/open.ts';
import { cleanLines, cleanText, plainSigns } from '../model/clean-text.ts';
import {
  channels,
  coreFields,
  type FieldKey,
  type FieldValues,
  fieldKeys,
  type Identifier,
  isFillable,
  priorities,
} from '../model/customer.ts';
import type { CustomerView } from '../model/customer-view.ts';
import { definitionOf } from '../model/defined-field-rules.ts';
import type { MaskableField } from '../model/masked.ts';
import type { OrgView } from '../model/org-view.ts';
import type { LockReason } from '../model/update-view.ts';
import { effectiveView, identifierOf } from '../updates/effective.ts';
import type { Outbox } from '../updates/outbox.ts';
import { lockOf, type RuleContext } from '../updates/rules.ts';
import { maskUpdate, maskView } from './mask-views.ts';
import { updatesOfCustomer } from './update-views.ts';

/** How many closed updates the screen shows beside the form, besides all open ones. */
const shownUpdates = 20;

/** The context for the rules of an update; `null` if the customer is not on this till. */
export function ruleContext(
  db: Db,
  customerId: number,
  org: OrgView,
  countryCode: string,
  /** An update that is about to be replaced, whose changes are left out. */
  withoutUpdateId: string | null = null,
  hidden: readonly MaskableField[] = [],
): RuleContext | null {
  const identifier = identifierOf(db, customerId, org.policy.primaryIdentifier);
  if (identifier === null) return null;
  const { server, fields } = effectiveView(db, customerId, withoutUpdateId);
  // Includes the update that is replaced: its hidden values must not change unseen either.
  const seen = hidden.length === 0 ? fields : effectiveView(db, customerId).fields;
  return {
    ...ofOrganisation(org),
    server: shownFields(server?.fields ?? {}, org),
    effective: shownFields(fields, org),
    identifier,
    masked: hidden.filter((field) => seen[field] || server?.fields[field]),
    countryCode,
  };
}

/** The fields that staff see: cleaned, and without reserved fields. */
function shownFields(fields: FieldValues, org: OrgView): FieldValues {
  return Object.fromEntries(
    fieldKeys(fields)
      .filter((key) => !org.reserved.some((one) => one === key))
      .map((key) => [key, shownValue(key, fields[key] ?? null, org)]),
  );
}

/**
 * Cleaned like in the form, so that an untouched field is never a change. A value of only invisible characters stays,
 * because it is not empty.
 */
function shownValue(key: FieldKey, value: string | null, org: OrgView): string | null {
  if (value === null) return null;
  if (isFillable(key)) return plainSigns(value) || value;
  const definition = definitionOf(key, org.fields);
  // An option must stay exactly as defined.
  if ((definition?.options.length ?? 0) > 0) return value;
  const isNumber = definition?.dataType === 'integer' || definition?.dataType === 'double';
  if (isNumber) return plainSigns(value) || value;
  return (definition?.widget === 'textarea' ? cleanLines(value) : cleanText(value)) || value;
}

function ofOrganisation({ policy, fields, fieldsAsOfMs, reserved, mayChange }: OrgView) {
  const definitionsKnown = { custom: fieldsAsOfMs.custom !== null, extended: fieldsAsOfMs.extended !== null };
  return { policy, definitions: fields, definitionsKnown, reserved, mayChange };
}

/** The same for a customer who is not on this till, of whom only the identifier is known. */
export function strangerContext(identifier: Identifier, org: OrgView, countryCode: string): RuleContext {
  const fields = identifier.type === 'userId' ? {} : { [identifier.type]: identifier.value };
  return { ...ofOrganisation(org), server: fields, effective: fields, identifier, masked: [], countryCode };
}

function locksOf(context: RuleContext): { readonly [Key in FieldKey]?: LockReason } {
  const keys = new Set<FieldKey>([
    ...coreFields,
    ...channels.flatMap((channel) => priorities.map((priority) => `subscription.${channel}.${priority}` as const)),
    ...context.definitions.map((definition) => `${definition.kind}.${definition.name}` as const),
    ...fieldKeys(context.effective),
  ]);
  const locks: { [Key in FieldKey]?: LockReason } = {};
  for (const key of keys) {
    const lock = lockOf(key, context);
    if (lock !== null) locks[key] = lock;
  }
  return locks;
}

export function customerView(
  db: Db,
  outbox: Outbox,
  customerId: number,
  org: OrgView,
  countryCode: string,
  hidden: readonly MaskableField[] = [],
): CustomerView | null {
  const row = customerRow(db, customerId);
  const context = ruleContext(db, customerId, org, countryCode, null, hidden);
  if (row === null || context === null) return null;
  const { server, edits } = effectiveView(db, customerId);
  const pending = edits.flatMap(({ id, state, changes }) =>
    fieldKeys(changes).map((key) => ({ key, updateId: id, state })),
  );
  const view: CustomerView = {
    ...viewOf(context),
    customerId,
    // Of several edits of a field, the last one's value is shown.
    pending: pending.filter(({ key }, at) => !pending.slice(at + 1).some((later) => later.key === key)),
    loyalty: server?.loyalty ?? null,
    updatedOn: server?.updatedOn ?? null,
    source: server?.source ?? null,
    otherSubscriptions: server?.otherSubscriptions ?? [],
    userId: row.user_id,
    asOfMs: row.as_of_ms,
    listedAsOfMs: row.as_of_ms === null ? listedAsOfMs(db, customerId) : null,
    updates: updatesOfCustomer(db, outbox, customerId, shownUpdates).map((update) => maskUpdate(update, hidden)),
  };
  return maskView(view, hidden);
}

/** The view of a customer who is not on this till. */
export function strangerView(identifier: Identifier, org: OrgView, countryCode: string): CustomerView {
  return viewOf(strangerContext(identifier, org, countryCode));
}

/** What is known without the customer's row. */
function viewOf(context: RuleContext): CustomerView {
  const { identifier } = context;
  return {
    customerId: null,
    identifier,
    fields: context.effective,
    server: context.server,
    pending: [],
    locks: locksOf(context),
    masked: [],
    loyalty: null,
    updatedOn: null,
    source: null,
    otherSubscriptions: [],
    userId: identifier.type === 'userId' ? identifier.value : null,
    asOfMs: null,
    listedAsOfMs: null,
    updates: [],
  };
}
