/**
 * The till's health in numbers, for IT's monitoring. Counts, times and states only, never customer data. Times are
 * absolute (seconds since 1970), so the last values of a dead till visibly grow old (F62).
 */
import { z } from 'zod';
import type { SyncStatus } from '../model/sync-status.ts';
import type { FeedFacts } from '../region/feed/region-feed.ts';
import type { CopyFacts } from './rescue/second-copy.ts';
import type { Counts } from './tally.ts';
import type { UpkeepFacts } from './upkeep.ts';

const amount = z.number().int().min(0);
const time = amount.describe('Seconds since 1970.');
const histogram = z.object({
  bounds: z.array(z.number()).readonly().describe('Upper bounds in seconds.'),
  counts: z.array(amount).readonly().describe('One per bound, and one for values above the last.'),
  sum: z.number().min(0).describe('Sum in seconds.'),
});

/** The heartbeat message. New fields may be added, but no field changes its meaning without a new `schema` number. */
export const healthSchema = z.object({
  schema: z.literal(1).describe('Version of this message.'),
  till: z.string().describe("The till's code at the server."),
  store: z.string().nullable().describe('store.code of the config.'),
  version: z.string().describe('Version of Tillside.'),
  writtenAt: time.describe('When this was written, in seconds since 1970.'),
  startedAt: time.describe('When Tillside was opened, in seconds since 1970.'),
  open: z.boolean().describe('False: Tillside was closed, and this is its last message.'),
  sync: z
    .string()
    .describe('Sync status as on screen: all-sent, sending, checking, offline, waiting, paused, attention.'),
  paused: z
    .string()
    .nullable()
    .describe('Why sending waits for IT: credentials, permission, no-secret, other-organisation; null: it does not.'),
  connection: z.string().describe('untried, online or offline.'),
  offlineWhy: z.string().nullable().describe('An error code; null: the last request succeeded, or there was none yet.'),
  unsent: z
    .object({ queued: amount, sending: amount, unknown: amount, attention: amount, nextVisit: amount })
    .describe('Changes that the server has not confirmed, by state.'),
  inFiles: amount.describe('Changes that are only in a rescue file, as far as the till knows.'),
  oldestInFileAt: time.nullable().describe('When the first of these was moved to its file; null: there is none.'),
  doubleAwards: amount.describe('Changes that may have been awarded points twice and that nobody has checked yet.'),
  oldestUnsentAt: time
    .nullable()
    .describe('When the oldest unsent change was saved, except those of nextVisit; null: there is none.'),
  oldestUncertainAt: time
    .nullable()
    .describe('Since when the oldest change that may have arrived is unresolved; null: there is none.'),
  lastAnswerAt: time.nullable().describe('When the server last answered; null: not since the start.'),
  lastBackupAt: time.nullable().describe('When the last backup was made.'),
  copyAt: time
    .nullable()
    .describe('When the folder of rescue.copyTo was last up to date; null: there is none, or it never was.'),
  copyFailure: z
    .string()
    .nullable()
    .describe('A code that says why the second copy is not written; null: it is, or there is none.'),
  clockSkewSeconds: z.number().int().describe("This machine's clock minus the server's."),
  diskFreeBytes: amount.nullable().describe('Free space on the disk of the data.'),
  databaseDamaged: z.boolean().describe('Damage was found in the data.'),
  configUnusable: z
    .boolean()
    .describe('The changed config is not valid: the previous one is in use, but the next start will fail.'),
  restartDue: z.boolean().describe('Part of the changed config applies after a restart.'),
  customers: amount.describe('Customers on this till.'),
  regionAsOf: time.nullable().describe("The time of the region's data; null: there is no region."),
  feedFailure: z
    .string()
    .nullable()
    .describe("Why the last download of the region's feed failed; null: it did not, or there is no feed."),
  counts: z
    .object({
      saved: amount,
      sent: amount.describe('Changes that the server accepted.'),
      sentAgain: amount.describe('Changes that did not arrive and were sent again.'),
      readBack: amount.describe('Uncertain changes that were resolved by asking the server.'),
      refused: z.record(z.string(), amount).readonly().describe('Rejected changes by class of code, such as "1xxx".'),
      rateLimited: amount,
      requests: z.record(z.string(), amount).readonly().describe('Requests by result: answered, not-sent, lost.'),
      imports: amount,
      requestSeconds: histogram,
      saveSeconds: histogram,
      crashes: amount.describe('Starts after a crash, since the data was created.'),
    })
    .describe('Counted since startedAt, except crashes.'),
});
export type Health = z.output<typeof healthSchema>;

export type HealthSources = {
  readonly till: string;
  readonly store: string | null;
  readonly version: string;
  readonly startedAtMs: number;
  readonly open: boolean;
  readonly status: SyncStatus;
  readonly oldestUnsentAtMs: number | null;
  readonly oldestUncertainAtMs: number | null;
  readonly upkeep: UpkeepFacts;
  readonly copy: CopyFacts;
  readonly customers: number;
  readonly regionAsOfMs: number | null;
  readonly feed: FeedFacts | null;
  readonly configUnusable: boolean;
  readonly restartDue: boolean;
  readonly counts: Counts;
  readonly crashes: number;
  readonly nowMs: number;
};

export function healthOf(sources: HealthSources): Health {
  const { till, store, version, startedAtMs, open, status, upkeep, customers, nowMs } = sources;
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
    inFiles: status.inFiles.updates,
    oldestInFileAt: maybeSeconds(status.inFiles.firstAtMs),
    doubleAwards: status.doubleAwards,
    oldestUnsentAt: maybeSeconds(sources.oldestUnsentAtMs),
    oldestUncertainAt: maybeSeconds(sources.oldestUncertainAtMs),
    lastAnswerAt: maybeSeconds(status.lastAnswerAtMs),
    lastBackupAt: maybeSeconds(upkeep.lastBackupAtMs),
    copyAt: maybeSeconds(sources.copy.rightAtMs),
    copyFailure: sources.copy.failure?.code ?? null,
    clockSkewSeconds: Math.round((status.clockSkewMs ?? 0) / 1000),
    diskFreeBytes: upkeep.disk?.freeBytes ?? null,
    databaseDamaged: upkeep.isDamaged,
    configUnusable: sources.configUnusable,
    restartDue: sources.restartDue,
    customers,
    regionAsOf: maybeSeconds(sources.regionAsOfMs),
    feedFailure: sources.feed?.failure ?? null,
    counts: { ...sources.counts, crashes: sources.crashes },
  };
}

function seconds(ms: number): number {
  return Math.max(0, Math.round(ms / 1000));
}

function maybeSeconds(ms: number | null): number | null {
  return ms === null ? null : seconds(ms);
}

/** The heartbeat as JSON Schema, for its receivers. */
export function heartbeatJsonSchema(): object {
  const { $schema, ...rest } = z.toJSONSchema(healthSchema);
  return { $schema, $id: 'urn:tillside:heartbeat', title: 'Heartbeat of Tillside', ...rest };
}
