/**
 * How a till is, as numbers: for IT's own monitoring, without a visit. Counts, times and states only, never anything of a
 * customer. Times are seconds since 1970: what a dead till wrote last grows old by itself (F62).
 */
import { z } from 'zod';
import type { SyncStatus } from '../model/sync-status.ts';
import type { FeedFacts } from '../region/feed/region-feed.ts';
import type { Counts } from './tally.ts';
import type { UpkeepFacts } from './upkeep.ts';

const amount = z.number().int().min(0);
const time = amount.describe('Seconds since 1970.');
const histogram = z.object({
  bounds: z.array(z.number()).readonly().describe('Upper bounds in seconds.'),
  counts: z.array(amount).readonly().describe('One a bound, and one for what lies beyond the last.'),
  sum: z.number().min(0).describe('Seconds in all.'),
});

/** The message of a heartbeat. Fields may be added; none changes its meaning while `schema` is the same. */
export const healthSchema = z.object({
  schema: z.literal(1).describe('Version of this message.'),
  till: z.string().describe('Code of the till at the server.'),
  store: z.string().nullable().describe('store.code of the config.'),
  version: z.string().describe('Version of Tillside.'),
  writtenAt: time.describe('When this was told, in seconds since 1970.'),
  startedAt: time.describe('When Tillside was opened, in seconds since 1970.'),
  open: z.boolean().describe('False: Tillside was closed, and this is its last word.'),
  sync: z
    .string()
    .describe('State as the screen says it: all-sent, sending, checking, offline, waiting, paused, attention.'),
  paused: z
    .string()
    .nullable()
    .describe('Why sending waits for IT: credentials, permission, no-secret, other-organisation.'),
  connection: z.string().describe('untried, online or offline.'),
  offlineWhy: z.string().nullable().describe('A code; null: the last exchange went well, or there was none yet.'),
  unsent: z
    .object({ queued: amount, sending: amount, unknown: amount, attention: amount, nextVisit: amount })
    .describe('Changes that the server has not confirmed, by state.'),
  doubleAwards: amount.describe('Changes whose points may have been awarded twice, and that nobody has looked at.'),
  oldestUnsentAt: time
    .nullable()
    .describe('When the oldest unsent change was saved, but for those of nextVisit; null: there is none.'),
  oldestUncertainAt: time
    .nullable()
    .describe('Since when the oldest one that may have arrived has not been settled; null: there is none.'),
  lastAnswerAt: time.nullable().describe('When the server answered; null: not since the start.'),
  lastBackupAt: time.nullable().describe('When the last backup was made.'),
  clockSkewSeconds: z.number().int().describe("This machine's clock less the server's."),
  diskFreeBytes: amount.nullable().describe('Room on the disk of the data.'),
  databaseDamaged: z.boolean().describe('Damage was found in the data.'),
  configUnusable: z
    .boolean()
    .describe('The changed config cannot be used: the one before holds, and a start would be refused.'),
  restartDue: z.boolean().describe('A part of the changed config waits for a restart.'),
  customers: amount.describe('Customers on this till.'),
  regionAsOf: time.nullable().describe('When the server told the customers of the region; null: there is no region.'),
  feedFailure: z
    .string()
    .nullable()
    .describe("Why the region's feed was not taken at the last try; null: it was, or there is none."),
  counts: z
    .object({
      saved: amount,
      sent: amount.describe('The server has them.'),
      sentAgain: amount.describe('Known not to have arrived, and sent once more.'),
      readBack: amount.describe('Uncertain ones that were settled by asking the server.'),
      refused: z.record(z.string(), amount).readonly().describe('By class of code, such as "1xxx".'),
      rateLimited: amount,
      requests: z.record(z.string(), amount).readonly().describe('By how they ended: answered, not-sent, lost.'),
      imports: amount,
      requestSeconds: histogram,
      saveSeconds: histogram,
      crashes: amount.describe('Starts after a run that did not end by itself, since the data was made.'),
    })
    .describe('Counted since startedAt, but for crashes.'),
});
export type Health = z.output<typeof healthSchema>;

export type HealthOf = {
  readonly till: string;
  readonly store: string | null;
  readonly version: string;
  readonly startedAtMs: number;
  readonly open: boolean;
  readonly status: SyncStatus;
  readonly oldestUnsentAtMs: number | null;
  readonly oldestUncertainAtMs: number | null;
  readonly upkeep: UpkeepFacts;
  readonly customers: number;
  readonly regionAsOfMs: number | null;
  readonly feed: FeedFacts | null;
  readonly configUnusable: boolean;
  readonly restartDue: boolean;
  readonly counts: Counts;
  readonly crashes: number;
  readonly nowMs: number;
};

export function healthOf(of: HealthOf): Health {
  const { till, store, version, startedAtMs, open, status, upkeep, customers, nowMs } = of;
  return {
    schema: 1,
    till,
    store,
    version,
    writtenAt: seconds(nowMs),
    startedAt: seconds(startedAtMs),
    open,
    sync: status.state,
    paused: status.paused,
    connection: status.connection.kind,
    offlineWhy: status.connection.kind === 'offline' ? status.connection.why : null,
    unsent: status.counts,
    doubleAwards: status.doubleAwards,
    oldestUnsentAt: maybeSeconds(of.oldestUnsentAtMs),
    oldestUncertainAt: maybeSeconds(of.oldestUncertainAtMs),
    lastAnswerAt: maybeSeconds(status.lastAnswerAtMs),
    lastBackupAt: maybeSeconds(upkeep.lastBackupAtMs),
    clockSkewSeconds: Math.round((status.clockSkewMs ?? 0) / 1000),
    diskFreeBytes: upkeep.disk?.freeBytes ?? null,
    databaseDamaged: upkeep.isDamaged,
    configUnusable: of.configUnusable,
    restartDue: of.restartDue,
    customers,
    regionAsOf: maybeSeconds(of.regionAsOfMs),
    feedFailure: of.feed?.failure ?? null,
    counts: { ...of.counts, crashes: of.crashes },
  };
}

function seconds(ms: number): number {
  return Math.max(0, Math.round(ms / 1000));
}

function maybeSeconds(ms: number | null): number | null {
  return ms === null ? null : seconds(ms);
}

/** The heartbeat as JSON Schema, for whoever receives it. */
export function heartbeatJsonSchema(): object {
  const { $schema, ...rest } = z.toJSONSchema(healthSchema);
  return { $schema, $id: 'urn:tillside:heartbeat', title: 'Heartbeat of Tillside', ...rest };
}
