/**
 * What a till remembers about its feed: its state of the region, and the effects of deltas since the last full file.
 */
import { z } from 'zod';
import type { Db } from '../../db/open.ts';
import { recallAs, remember } from '../../db/remembered.ts';

const memory = z.object({
  /** null: none that the feed has */
  state: z.string().nullable(),
  /** When the last used manifest was made. */
  madeAtMs: z.number().nullable(),
  /** The time of that state's data. */
  asOfMs: z.number().nullable(),
  /** When the till last had, or got, the newest state of the feed. */
  freshAtMs: z.number().nullable(),
  etag: z.string().nullable(),
  /** The times of the applied deltas, and the customers that they have hidden. */
  deltas: z.array(z.number()),
  hidden: z.array(z.number()),
  /** A state that somebody went back from or did not confirm, so it is not imported automatically again. */
  refusedState: z.string().nullable(),
});
export type FeedMemory = z.output<typeof memory>;

const nothing: FeedMemory = {
  state: null,
  madeAtMs: null,
  asOfMs: null,
  freshAtMs: null,
  etag: null,
  deltas: [],
  hidden: [],
  refusedState: null,
};

export function feedMemory(db: Db): FeedMemory {
  return recallAs(db, 'region-feed', memory)?.value ?? nothing;
}

export function keepFeedMemory(db: Db, what: Partial<FeedMemory>, nowMs: number): void {
  remember(db, 'region-feed', { ...feedMemory(db), ...what }, nowMs);
}
