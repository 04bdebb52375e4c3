/**
 * What staff typed and did not save yet, so that a crash or a restart does not cost them their text. It is personal data:
 * kept in the encrypted database, never sent, never counted as an update, and gone when it is saved, taken back or old.
 */
import { z } from 'zod';
import { customerRow } from '../customers/store.ts';
import type { Db } from '../db/open.ts';
import { recall, remember } from '../db/remembered.ts';
import { type FieldChanges, type FieldKey, fieldKeys, type Identifier, isFieldKey } from '../model/customer.ts';

/** Whose details: a customer of this till's cache, or whoever the server knows by this identifier. */
export type DraftTarget = { readonly customerId: number } | { readonly identifier: Identifier };

export type KeptDraft = {
  readonly target: DraftTarget;
  /** The update that the text corrects. */
  readonly replaces: string | null;
  /** Empty: there is nothing to keep any more. */
  readonly changes: FieldChanges;
  readonly typedAtMs: number;
};

/** As the screen shows one. */
export type Draft = Omit<KeptDraft, 'changes'> & {
  /** Empty where the customer has no name, or is not on this till. */
  readonly name: string;
  readonly changes: readonly { readonly key: FieldKey; readonly to: string }[];
};

const keptForMs = 14 * 24 * 3_600_000;
/** More than a till has customers waiting at it; the oldest goes first. */
const mostDrafts = 100;

const drafts: z.ZodType<readonly KeptDraft[]> = z.array(
  z.object({
    target: z.union([
      z.object({ customerId: z.number() }),
      z.object({
        identifier: z.object({ type: z.enum(['mobile', 'email', 'externalId', 'userId']), value: z.string() }),
      }),
    ]),
    replaces: z.string().nullable(),
    changes: z.record(z.string(), z.string()).refine((map) => Object.keys(map).every(isFieldKey)),
    typedAtMs: z.number(),
  }),
);

/** The newest first. A customer who is not on this till any more takes the text along. */
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
  const kept = drafts.safeParse(recall(db, 'drafts')?.value ?? []);
  if (!kept.success) return [];
  return kept.data.filter(({ target }) => !('customerId' in target && customerRow(db, target.customerId) === null));
}

/** What was typed long ago and never saved. Only by a clock that is confirmed. */
export function forgetOldDrafts(db: Db, nowMs: number): void {
  const kept = readDrafts(db);
  const recent = kept.filter(({ typedAtMs }) => nowMs - typedAtMs < keptForMs);
  if (recent.length < kept.length) remember(db, 'drafts', recent, nowMs);
}

/** Takes the place of what was kept for the same customer and the same corrected update. */
export function keepDraft(db: Db, draft: KeptDraft): void {
  const others = readDrafts(db).filter((other) => placeOf(other) !== placeOf(draft));
  const mine = Object.keys(draft.changes).length === 0 ? [] : [draft];
  remember(db, 'drafts', [...mine, ...others].slice(0, mostDrafts), draft.typedAtMs);
}

/**
 * Text that was typed for a customer who turned out to be another goes on with that one. Call before the old row is gone.
 * Where both have some, the newer text of a field holds.
 */
export function moveDrafts(db: Db, customerId: number, into: number): void {
  const kept = recall(db, 'drafts');
  if (kept === null) return;
  const moved = readDrafts(db).map((draft) =>
    'customerId' in draft.target && draft.target.customerId === customerId
      ? { ...draft, target: { customerId: into } }
      : draft,
  );
  const together = new Map<string, KeptDraft>();
  // They are kept newest first: that tells their order also where the clock does not.
  for (const draft of moved) {
    const newer = together.get(placeOf(draft)) ?? draft;
    together.set(placeOf(draft), { ...newer, changes: { ...draft.changes, ...newer.changes } });
  }
  remember(db, 'drafts', [...together.values()], kept.asOfMs);
}

/** A customer who is forgotten takes the text along, whichever way it was begun. */
export function forgetDrafts(db: Db, customerId: number, identifiers: readonly string[]): void {
  const kept = recall(db, 'drafts');
  if (kept === null) return;
  const others = readDrafts(db).filter(({ target }) =>
    'customerId' in target ? target.customerId !== customerId : !identifiers.includes(target.identifier.value),
  );
  remember(db, 'drafts', others, kept.asOfMs);
}

/** The text was saved. In the save's own transaction, so that a kill does not bring back as typed what was saved. */
export function forgetSavedDraft(db: Db, target: DraftTarget, replaces: string | null): void {
  const kept = recall(db, 'drafts');
  if (kept === null) return;
  const others = readDrafts(db).filter((draft) => placeOf(draft) !== placeOf({ target, replaces }));
  remember(db, 'drafts', others, kept.asOfMs);
}

function placeOf({ target, replaces }: Pick<KeptDraft, 'target' | 'replaces'>): string {
  const who =
    'customerId' in target ? String(target.customerId) : `${target.identifier.type}:${target.identifier.value}`;
  return `${who}/${replaces ?? ''}`;
}
