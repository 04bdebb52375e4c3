import type { Argument } from '../../../electron/ipc/schema.ts';
import type { LeftBehind } from './till-folder.ts';

/** A data folder with what staff were told about it. */
export type CampaignTill = {
  readonly dataDir: string;
  /** The server's id of each customer of this till. */
  readonly serverIds: Map<number, number>;
  readonly pointsAtFirst: Map<number, number>;
  readonly acknowledged: Set<string>;
  /** Saves whose answer never came: the screen asks again. */
  readonly unanswered: Map<string, Argument<'updates.save'>>;
  readonly cancelled: Set<string>;
  /** How often each update was cut off while it was sent. */
  readonly interruptions: Map<string, number>;
  left: LeftBehind;
  /** A file of the region's customers, once one was handed to it. */
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
