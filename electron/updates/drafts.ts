/**
 * Drafts: typed text that is not saved yet, so that a crash or restart does not lose it. Drafts are personal data: they
 * stay in the encrypted database, are never sent, never count as updates, and are deleted when saved, undone or old.
 */
import { z } from 'zod';
import { customerRow } from '../customers/store.ts';
import type { Db } from '../db/open.ts';
import { recall, recallAs, remember } from '../db/remembered.ts';
import { type CustomerRef, type FieldKey, fieldKeys, identifierTypes } from '../model/customer.ts';
import { fieldChanges } from './row-json.ts';

const keptForMs = 14 * 24 * 3_600_000;
/** More than anybody needs; beyond it, the oldest draft is deleted. */
const mostDrafts = 100;

const drafts = z
  .array(
    z
      .object({
        target: z.union([
          z.object({ customerId: z.number() }),
          z.object({ identifier: z.object({ type: z.enum(identifierTypes), value: z.string() }) }),
        ]),
        /** The update that the text corrects. */
        replaces: z.string().nullable(),
        /** Empty: the draft is deleted. */
        changes: fieldChanges,
        typedAtMs: z.number(),
      })
      .readonly(),
  )
  .readonly();
export type KeptDraft = z.output<typeof drafts>[number];

/** A draft as shown on screen. */
export type Draft = Omit<KeptDraft, 'changes'> & {
  /** Empty if the customer has no name, or is not on this till. */
  readonly name: string;
  readonly changes: readonly { readonly key: FieldKey; readonly to: string }[];
};

/** Newest first. Drafts of customers who are no longer on this till are left out. */
export function listDrafts(db: Db): readonly Draft[] {
  return readDrafts(db).map((draft) => {
    const row = 'customerId' in draft.target ? customerRow(db, draft.target.customerId) : null;
    return {
      ...draft,
      name: row === null ? '' : `${row.first_name} ${row.last_name}`.trim(),
      changes: fieldKeys(draft.changes).map((key) => ({ key, to: draft.changes[key] ?? '' })),
    };
  });
}

function readDrafts(db: Db): readonly KeptDraft[] {
  const kept = recallAs(db, 'drafts', drafts)?.value ?? [];
  return kept.filter(({ target }) => !('customerId' in target && customerRow(db, target.customerId) === null));
}

/** Deletes old drafts. Call it only if the server has confirmed the clock. */
export function forgetOldDrafts(db: Db, nowMs: number): void {
  const kept = readDrafts(db);
  const recent = kept.filter(({ typedAtMs }) => nowMs - typedAtMs < keptForMs);
  if (recent.length < kept.length) remember(db, 'drafts', recent, nowMs);
}

/** Stores a draft, replacing the one for the same customer and corrected update. */
export function keepDraft(db: Db, draft: KeptDraft): void {
  const others = readDrafts(db).filter((other) => placeOf(other) !== placeOf(draft));
  const mine = Object.keys(draft.changes).length === 0 ? [] : [draft];
  remember(db, 'drafts', [...mine, ...others].slice(0, mostDrafts), draft.typedAtMs);
}

/**
 * Moves the drafts of a customer who was merged into another. If both have a draft, the newer text of each field wins.
 * Call it before the old row is deleted.
 */
export function moveDrafts(db: Db, customerId: number, into: number): void {
  changeDrafts(db, (kept) => {
    const together = new Map<string, KeptDraft>();
    // They are stored newest first, which gives their order even if the clock was wrong.
    for (const draft of kept) {
      const isTheirs = 'customerId' in draft.target && draft.target.customerId === customerId;
      const moved = isTheirs ? { ...draft, target: { customerId: into } } : draft;
      const newer = together.get(placeOf(moved)) ?? moved;
      together.set(placeOf(moved), { ...newer, changes: { ...moved.changes, ...newer.changes } });
    }
    return [...together.values()];
  });
}

/** Deletes all drafts of an erased customer, by id and by identifiers. */
export function forgetDrafts(db: Db, customerId: number, identifiers: readonly string[]): void {
  changeDrafts(db, (kept) =>
    kept.filter(({ target }) =>
      'customerId' in target ? target.customerId !== customerId : !identifiers.includes(target.identifier.value),
    ),
  );
}

/** Deletes a draft when it is saved. Call it in the save's transaction, so that a crash cannot restore the draft. */
export function forgetSavedDraft(db: Db, target: CustomerRef, replaces: string | null): void {
  changeDrafts(db, (kept) => kept.filter((draft) => placeOf(draft) !== placeOf({ target, replaces })));
}

function changeDrafts(db: Db, change: (kept: readonly KeptDraft[]) => readonly KeptDraft[]): void {
  const kept = recall(db, 'drafts');
  if (kept !== null) remember(db, 'drafts', change(readDrafts(db)), kept.asOfMs);
}

function placeOf({ target, replaces }: Pick<KeptDraft, 'target' | 'replaces'>): string {
  const who =
    'customerId' in target ? String(target.customerId) : `${target.identifier.type}:${target.identifier.value}`;
  return `${who}/${replaces ?? ''}`;
}
