/** The previous region, kept for one step back. */
import { existsSync, statSync } from 'node:fs';
import { z } from 'zod';
import { type RegionState, regionFilePath, regionState, takeRegion } from '../customers/region.ts';
import type { Db } from '../db/open.ts';
import { recallAs, remember } from '../db/remembered.ts';
import { sql } from '../db/statements.ts';

const kept = z.object({ name: z.string(), asOfMs: z.number() });
export type RegionBefore = z.output<typeof kept>;

export function regionBefore(db: Db, dataDir: string): RegionBefore | null {
  const before = recallAs(db, 'region-before', kept)?.value;
  return before !== undefined && existsSync(regionFilePath(dataDir, before.name)) ? before : null;
}

/** @param present the region that was just replaced */
export function keepRegion(db: Db, present: RegionState, nowMs: number): void {
  if (present.kind !== 'there') return;
  remember(db, 'region-before', { name: present.name, asOfMs: present.asOfMs }, nowMs);
}

/**
 * Goes back to the previous region; the current one becomes the previous one.
 * @returns false if there is none, or its file can no longer be read
 */
export function stepBack(db: Db, dataDir: string, keyHex: string, nowMs: number): boolean {
  const before = regionBefore(db, dataDir);
  const present = regionState(db);
  if (before === null || !takeRegion(db, dataDir, keyHex, before.name)) return false;
  keepRegion(db, present, nowMs);
  if (present.kind !== 'there') return true;
  // Own copies with data from the replaced region would count as newer than the older region, so clear their time.
  sql(
    db,
    'update main.customers set as_of_ms = null where as_of_ms = ? and id in (select id from region.customers)',
  ).run(present.asOfMs);
  return true;
}

/** When this till's region was imported; null: there is none. Works on a read-only connection. */
export function regionTakenAtMs(db: Db, dataDir: string): number | null {
  const name = sql<{ name: string }>(db, 'select name from region_file').get()?.name;
  const file = name === undefined ? null : regionFilePath(dataDir, name);
  return file === null || !existsSync(file) ? null : statSync(file).mtimeMs;
}
