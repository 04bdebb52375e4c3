/**
 * Where copies of this till's unsent updates may lie, and up to which update they reach: noted before a copy is written,
 * so that no start and no change of the config forgets one.
 */
import { z } from 'zod';
import type { Db } from '../db/open.ts';
import { recallAs, remember } from '../db/remembered.ts';
import { count } from '../db/statements.ts';

const places = z
  .array(
    z.object({
      folder: z.string(),
      /** Of the folder itself: an empty mount point has the same name and another mark, or none. */
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

/** For a restored database: what it holds has other numbers, and any of it may be in a copy. */
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
