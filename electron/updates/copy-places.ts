/**
 * The folders that may hold a copy of this till's unsent updates, and the last update in each. Noted before a copy is
 * written, so that no restart or config change forgets one.
 */
import { z } from 'zod';
import type { Db } from '../db/open.ts';
import { recallAs, remember } from '../db/remembered.ts';
import { count } from '../db/statements.ts';

const places = z
  .array(
    z.object({
      folder: z.string(),
      /** Identifies the folder itself: an empty mount point has the same name but another mark, or none. */
      mark: z.string(),
      upToSeq: z.number(),
    }),
  )
  .readonly();
export type CopyPlace = z.output<typeof places>[number];

export function readCopyPlaces(db: Db): readonly CopyPlace[] {
  return recallAs(db, 'second-copy', places)?.value ?? [];
}

export function writeCopyPlaces(db: Db, now: readonly CopyPlace[], nowMs: number): void {
  remember(db, 'second-copy', now, nowMs);
}

/** For a restored database, whose updates have other numbers: any of them may be in a copy. */
export function carryCopyPlacesOver(from: Db, to: Db, nowMs: number): void {
  const places = readCopyPlaces(from);
  if (places.length === 0) return;
  const last = count(to, 'select coalesce(max(seq), 0) as n from updates');
  writeCopyPlaces(
    to,
    places.map((place) => ({ ...place, upToSeq: last })),
    nowMs,
  );
}
