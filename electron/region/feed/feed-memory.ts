/** What a till remembers of its feed: which state of the region it has, and what deltas did since the last full file. */
import { z } from 'zod';
import type { Db } from '../../db/open.ts';
import { recall, remember } from '../../db/remembered.ts';

const memory = z.object({
  /** null: none that the feed knows */
  state: z.string().nullable(),
  /** When the manifest was made that was last taken. */
  madeAtMs: z.number().nullable(),
  /** When the customers of that state were told by the server. */
  asOfMs: z.number().nullable(),
  /** When the feed last answered, and the till had or got what it names. */
  freshAtMs: z.number().nullable(),
  etag: z.string().nullable(),
  /** The times that deltas gave to the customers whom they brought, and the customers whom they have hidden. */
  deltas: z.array(z.number()),
  hidden: z.array(z.number()),
  /** What somebody went back from, or has not said yes to: not taken by itself again. */
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
  return memory.safeParse(recall(db, 'region-feed')?.value).data ?? nothing;
}

export function keepFeedMemory(db: Db, what: Partial<FeedMemory>, nowMs: number): void {
  remember(db, 'region-feed', { ...feedMemory(db), ...what }, nowMs);
}
