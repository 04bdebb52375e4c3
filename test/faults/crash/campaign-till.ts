import type { Argument } from '../../../electron/ipc/schema.ts';
import type { LeftBehind } from './till-folder.ts';

/** A data folder, and what its staff were shown. */
export type CampaignTill = {
  readonly dataDir: string;
  /** The server's id for each customer on this till. */
  readonly serverIds: Map<number, number>;
  readonly pointsAtFirst: Map<number, number>;
  readonly acknowledged: Set<string>;
  /** Saves that never got an answer: the screen repeats them. */
  readonly unanswered: Map<string, Argument<'updates.save'>>;
  readonly cancelled: Set<string>;
  /** How often each update was cut off while being sent. */
  readonly interruptions: Map<string, number>;
  left: LeftBehind;
  /** The region file last handed to this till, if any. */
  imports: string | null;
};

export function newTill(dataDir: string): CampaignTill {
  return {
    dataDir,
    serverIds: new Map(),
    pointsAtFirst: new Map(),
    acknowledged: new Set(),
    unanswered: new Map(),
    cancelled: new Set(),
    interruptions: new Map(),
    left: { tokens: new Map(), sendingIds: [] },
    imports: null,
  };
}
