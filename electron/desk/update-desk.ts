/** What staff can do with updates. Each use case checks the rules and runs one transaction. */

import {
  customerRow,
  findByConfirmedIdentifier,
  findByIdentifier,
  insertUnknownCustomer,
  readRecord,
} from '../customers/store.ts';
import type { Db } from '../db/open.ts';
import { inTransaction } from '../db/statements.ts';
import { databaseTrouble } from '../db/trouble.ts';
import {
  type CustomerRef,
  type FieldChanges,
  type FieldKey,
  type FieldValues,
  type FillableIdentifier,
  fieldKeys,
  fillableIdentifiers,
} from '../model/customer.ts';
import { emailMeant } from '../model/email-slip.ts';
import { type MaskableField, maskableFields } from '../model/masked.ts';
import type { OrgView } from '../model/org-view.ts';
import {
  type ChangeResult,
  type CheckResult,
  type FieldChoice,
  type FieldProblem,
  fieldProblem,
  type NotSavedReason,
  type SaveResult,
  type UpdateKind,
} from '../model/update-view.ts';
import { forgetSavedDraft } from '../updates/drafts.ts';
import type { SaveInput } from '../updates/joining.ts';
import type { Outbox } from '../updates/outbox.ts';
import { findUpdate, type Staff, type Update } from '../updates/rows.ts';
import { type Checked, checkChanges, checkIdentityChange, isAllowed, type RuleContext } from '../updates/rules.ts';
import { isUntouched, mayPutOff } from '../updates/update-states.ts';
import { ruleContext, strangerContext } from './customer-views.ts';

export type SaveRequest = {
  readonly token: string;
  readonly target: CustomerRef;
  readonly changes: FieldChanges;
  readonly replaces: string | null;
  readonly confirmedFills: readonly FillableIdentifier[];
};

export type IdentityRequest = {
  readonly token: string;
  readonly customerId: number;
  readonly type: FillableIdentifier;
  readonly newValue: string;
  readonly replaces: string | null;
};

export type UpdateDeskOptions = {
  readonly db: Db;
  readonly outbox: Outbox;
  readonly org: () => OrgView;
  readonly staff: () => Staff | null;
  readonly staffRequired: boolean;
  /** Fields of this customer that are masked for the current staff. */
  readonly hidden: (customerId: number) => readonly MaskableField[];
  readonly till: string;
  readonly countryCode: string;
  /** Whether the last exchange with the server succeeded. */
  readonly isOnline: () => boolean;
  /** Leaves the damaged part of the data out. True: that part caused the error, so the failed call can be repeated. */
  readonly leaveDamageOut?: (error: unknown) => boolean;
};

export class UpdateDesk {
  readonly #options: UpdateDeskOptions;

  constructor(options: UpdateDeskOptions) {
    this.#options = options;
  }

  /** The problems that `save` would report. None for an unknown customer: `save` says that they are gone. */
  check(target: CustomerRef, changes: FieldChanges): CheckResult {
    const found = this.#contextOf(target, null);
    if (found === null) return { problems: [], hints: [] };
    const { changes: clean, problems } = this.#checkAll(changes, found.context, found.customerId);
    const meant = clean.email === undefined ? null : emailMeant(clean.email);
    return { problems, hints: meant === null ? [] : [{ key: 'email', suggestion: meant }] };
  }

  /** Durable when it returns `saved`: the outbox row and the customer's effective view are committed (F24). */
  save({ token, target, changes, replaces, confirmedFills }: SaveRequest): SaveResult {
    const { db } = this.#options;
    return this.#onceFor(token, (staff) => {
      const old = replaces === null ? null : findUpdate(db, replaces);
      if (replaces !== null && !isReplaceable(old, 'fields')) return { kind: 'moved-on' };
      const found = this.#contextOf(old === null ? target : { customerId: old.customerId }, replaces);
      if (found === null) return { kind: 'moved-on' };
      const unseen = unseenChanges(old, found.context);
      if (unseen.length > 0) return { kind: 'invalid', problems: unseen };
      const checked = this.#checkAll(changes, found.context, found.customerId, confirmedFills);
      if (checked.problems.length > 0) return { kind: 'invalid', problems: checked.problems };
      if (fieldKeys(checked.changes).length === 0) return { kind: 'nothing-changed' };

      const customerId = found.customerId ?? insertUnknownCustomer(db, found.context.identifier);
      const input = {
        token,
        customerId,
        kind: 'fields',
        identifier: found.context.identifier,
        changes: checked.changes,
        baseline: this.#baseline(customerId, checked.changes, found.context),
        confirmedFills,
        staff,
        till: this.#options.till,
      } as const;
      forgetSavedDraft(db, target, replaces);
      return { kind: 'saved', customerId, updateId: this.#keep(input, old) };
    });
  }

  /**
   * Queues a request to change an existing identifier. Nothing changes here until the vendor's back office has approved
   * it and the server sends the new value.
   */
  requestIdentityChange({ token, customerId, type, newValue, replaces }: IdentityRequest): SaveResult {
    const { db } = this.#options;
    return this.#onceFor(token, (staff) => {
      const old = replaces === null ? null : findUpdate(db, replaces);
      if (replaces !== null && !isReplaceable(old, 'identity')) return { kind: 'moved-on' };
      const found = this.#contextOf({ customerId }, replaces);
      if (found === null) return { kind: 'moved-on' };
      const checked = checkIdentityChange(type, found.context.server[type] ?? '', newValue, found.context);
      const problems = [...checked.problems, ...this.#doubles(checked.changes, customerId)];
      if (problems.length > 0) return { kind: 'invalid', problems };
      if (fieldKeys(checked.changes).length === 0) return { kind: 'nothing-changed' };
      // Head office compares this with its stored text, including invisible characters.
      const oldValue = readRecord(db, customerId)?.fields[type] ?? '';
      const input = {
        token,
        customerId,
        kind: 'identity',
        identifier: { type, value: oldValue },
        changes: checked.changes,
        baseline: { [type]: oldValue },
        confirmedFills: [],
        staff,
        till: this.#options.till,
      } as const;
      return { kind: 'saved', customerId, updateId: this.#keep(input, old) };
    });
  }

  /** Saves a new update or replaces `old`, which is edited if it was never sent, or linked if it needs attention. */
  #keep(input: SaveInput, old: Update | null): string {
    const { outbox } = this.#options;
    if (old === null) return outbox.save(input);
    return old.state === 'attention' ? outbox.replace(old, input) : outbox.edit(old, input);
  }

  /**
   * Settles a conflict: for each field, sends our value or keeps theirs. If head office's value has changed since staff
   * saw it, nothing is settled, so that nobody overwrites a value they have not seen (F22).
   */
  settleConflict(updateId: string, token: string, choices: { readonly [key: string]: FieldChoice }): SaveResult {
    const { db, outbox } = this.#options;
    return this.#onceFor(token, (staff) => {
      const update = findUpdate(db, updateId);
      if (update === null || update.state !== 'attention' || update.reason?.kind !== 'conflict') {
        return { kind: 'moved-on' };
      }
      const hidden = this.#options.hidden(update.customerId);
      const unseen = update.reason.fields.filter(({ key }) => hidden.some((field) => field === key));
      if (unseen.length > 0) return { kind: 'invalid', problems: unseen.map(({ key }) => fieldProblem(key, 'masked')) };
      const theirs = new Map(update.reason.fields.map((field) => [field.key, field.theirs]));
      const seen = update.reason.fields.every((field) => choices[field.key]?.theirs === field.theirs);
      if (!seen) return { kind: 'moved-on' };
      const kept = fieldKeys(update.changes).filter((key) => !theirs.has(key) || choices[key]?.keep === 'ours');
      const { mayChange } = this.#options.org();
      const forbidden = kept.filter((key) => theirs.has(key) && !isAllowed(key, mayChange));
      if (forbidden.length > 0) {
        return { kind: 'invalid', problems: forbidden.map((key) => fieldProblem(key, 'not-your-role')) };
      }
      if (kept.length === 0) {
        outbox.discard(update, 'kept-theirs', staff, token);
        return { kind: 'saved', updateId, customerId: update.customerId };
      }
      const newId = outbox.replace(update, {
        token,
        customerId: update.customerId,
        kind: update.kind,
        identifier: update.identifier,
        changes: Object.fromEntries(kept.map((key) => [key, update.changes[key] ?? ''])),
        // Staff have seen the server's value, so it is the new baseline.
        baseline: { ...update.baseline, ...Object.fromEntries(theirs) },
        confirmedFills: update.confirmedFills,
        staff,
        till: this.#options.till,
      });
      return { kind: 'saved', updateId: newId, customerId: update.customerId };
    });
  }

  cancel(updateId: string): ChangeResult {
    return this.#change(updateId, isUntouched, (update, staff) => this.#options.outbox.cancel(update, staff));
  }

  discard(updateId: string, reason: string): ChangeResult {
    const mayDiscard = ({ state }: Update) => state === 'attention';
    return this.#change(updateId, mayDiscard, (update, staff) => this.#options.outbox.discard(update, reason, staff));
  }

  /** Puts a conflict off until the customer's next visit. It stays listed and can still be settled. */
  putOff(updateId: string): ChangeResult {
    return this.#change(updateId, mayPutOff, (update, staff) => this.#options.outbox.putOff(update, staff));
  }

  awardSeen(updateId: string): ChangeResult {
    const isPossible = ({ award }: Update) => award?.kind === 'possible';
    return this.#change(updateId, isPossible, (update, staff) => this.#options.outbox.awardSeen(update, staff));
  }

  #change(
    updateId: string,
    mayChange: (update: Update) => boolean,
    change: (update: Update, staff: Staff | null) => void,
  ): ChangeResult {
    return this.#durably(() =>
      this.#bySomebody((staff) => {
        const update = findUpdate(this.#options.db, updateId);
        if (update === null || !mayChange(update)) return { kind: 'moved-on' };
        change(update, staff);
        return { kind: 'done' };
      }),
    );
  }

  /** Repeating a save gives the same answer, because the screen repeats a call that got no answer (F05). */
  #onceFor(token: string, work: (staff: Staff | null) => SaveResult): SaveResult {
    return this.#durably(() => {
      const earlier = this.#options.outbox.savedBy(token);
      return earlier === null ? this.#bySomebody(work) : { kind: 'saved', ...earlier };
    });
  }

  /** If IT requires sign-in, nothing changes without a signed-in author. */
  #bySomebody<T>(work: (staff: Staff | null) => T) {
    const staff = this.#options.staff();
    if (staff === null && this.#options.staffRequired) return { kind: 'staff-required' } as const;
    return work(staff);
  }

  /** Runs one transaction. A disk error is returned, not thrown (F25). */
  #durably<T>(work: () => T): T | { readonly kind: 'not-saved'; readonly why: NotSavedReason } {
    const { db, leaveDamageOut } = this.#options;
    try {
      try {
        return inTransaction(db, work);
      } catch (error) {
        if (leaveDamageOut?.(error) !== true) throw error;
        return inTransaction(db, work);
      }
    } catch (error) {
      const why = databaseTrouble(error);
      if (why === null) throw error;
      return { kind: 'not-saved', why };
    }
  }

  /** The customer and the context for the rules. An identifier that is known here means the cached customer. */
  #contextOf(
    target: CustomerRef,
    withoutUpdateId: string | null,
  ): { readonly customerId: number | null; readonly context: RuleContext } | null {
    const { db, countryCode } = this.#options;
    const org = this.#options.org();
    const customerId = 'customerId' in target ? target.customerId : findByConfirmedIdentifier(db, target.identifier);
    if (customerId === null) {
      return 'identifier' in target
        ? { customerId: null, context: strangerContext(target.identifier, org, countryCode) }
        : null;
    }
    const hidden = this.#options.hidden(customerId);
    const context = ruleContext(db, customerId, org, countryCode, withoutUpdateId, hidden);
    return context === null ? null : { customerId, context };
  }

  #checkAll(
    changes: FieldChanges,
    context: RuleContext,
    customerId: number | null,
    confirmedFills: readonly FillableIdentifier[] = [],
  ): Checked {
    const checked = checkChanges(changes, context);
    const doubles = this.#doubles(checked.changes, customerId).filter(
      ({ key }) => !confirmedFills.some((confirmed) => confirmed === key),
    );
    const offline: FieldProblem[] = this.#options.isOnline()
      ? []
      : confirmedFills.map((key) => fieldProblem(key, 'confirm-online'));
    return { ...checked, problems: [...checked.problems, ...doubles, ...offline] };
  }

  /** Filled-in identifiers that another customer on this till already has (F23). */
  #doubles(changes: FieldChanges, customerId: number | null): FieldProblem[] {
    return fillableIdentifiers.flatMap((type): FieldProblem[] => {
      const value = changes[type];
      if (value === undefined || value === '') return [];
      const owner = findByIdentifier(this.#options.db, { type, value }, customerId);
      if (owner === null) return [];
      const row = customerRow(this.#options.db, owner);
      const name = `${row?.first_name ?? ''} ${row?.last_name ?? ''}`.trim();
      return [fieldProblem(type, 'belongs-to-other', { detail: name || null })];
    });
  }

  /** The server's values of the changed fields, as far as known: nothing is guessed. */
  #baseline(customerId: number, changes: FieldChanges, context: RuleContext): FieldValues {
    const isKnown = customerRow(this.#options.db, customerId)?.as_of_ms !== null;
    const known = (key: FieldKey) => isKnown || context.server[key] !== undefined;
    return Object.fromEntries(
      fieldKeys(changes)
        .filter(known)
        .map((key) => [key, context.server[key] ?? null]),
    );
  }
}

/** Staff must not replace an update whose values are masked for them. */
function unseenChanges(old: Update | null, { masked }: RuleContext): FieldProblem[] {
  const keys = old === null ? [] : maskableFields.filter((key) => old.changes[key] !== undefined);
  return keys.filter((key) => masked.includes(key)).map((key) => fieldProblem(key, 'masked'));
}

/** Never sent, or rejected: another update of the same kind can replace it. */
function isReplaceable(update: Update | null, kind: UpdateKind): boolean {
  return update?.kind === kind && (isUntouched(update) || update.state === 'attention');
}
