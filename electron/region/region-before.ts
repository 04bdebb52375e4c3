/** The region that was on this till before the present one: kept for one step back. */
import { existsSync, statSync } from 'node:fs';
import { z } from 'zod';
import { type RegionState, regionFilePath, regionState, takeRegion } from '../customers/region.ts';
import type { Db } from '../db/open.ts';
import { recall, remember } from '../db/remembered.ts';
import { sql } from '../db/statements.ts';

const kept = z.object({ name: z.string(), asOfMs: z.number() });
export type RegionBefore = z.output<typeof kept>;

export function regionBefore(db: Db, dataDir: string): RegionBefore | null {
  const before = kept.safeParse(recall(db, 'region-before')?.value).data;
  return before !== undefined && existsSync(regionFilePath(dataDir, before.name)) ? before : null;
}

/** @param present what another region has taken the place of */
export function keepRegion(db: Db, present: RegionState, nowMs: number): void {
  if (present.kind !== 'there') return;
  remember(db, 'region-before', { name: present.name, asOfMs: present.asOfMs }, nowMs);
}

/**
 * Puts the region before in the place of the present one, which is kept in turn.
 * @returns false where there is none, or its file cannot be read any more
 */
export function stepBack(db: Db, dataDir: string, keyHex: string, nowMs: number): boolean {
  const before = regionBefore(db, dataDir);
  const present = regionState(db);
  if (before === null || !takeRegion(db, dataDir, keyHex, before.name)) return false;
  keepRegion(db, present, nowMs);
  if (present.kind !== 'there') return true;
  // What own copies have from the region that goes is no older than what comes: it would stay.
  sql(
    db,
    'update main.customers set as_of_ms = null where as_of_ms = ? and id in (select id from region.customers)',
  ).run(present.asOfMs);
  return true;
}

/** When the region of this till was made; null: there is none. For whoever only reads the till's database. */
export function regionTakenAtMs(db: Db, dataDir: string): number | null {
  const name = sql<{ name: string }>(db, 'select name from region_file').get()?.name;
  const file = name === undefined ? null : regionFilePath(dataDir, name);
  return file === null || !existsSync(file) ? null : statSync(file).mtimeMs;
}
