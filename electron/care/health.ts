/**
 * How a till is, as numbers: for IT's own monitoring, without a visit. Counts, ages and states only, never anything of a
 * customer.
 */
import type { SyncStatus } from '../model/sync-status.ts';
import type { FeedFacts } from '../region/feed/region-feed.ts';
import type { UpkeepFacts } from './upkeep.ts';

export type Health = {
  readonly till: string;
  readonly version: string;
  readonly uptimeSeconds: number;
  readonly sync: SyncStatus['state'];
  readonly paused: SyncStatus['paused'];
  readonly connection: SyncStatus['connection']['kind'];
  /** A code; null: the last exchange went well, or there was none yet. */
  readonly offlineWhy: string | null;
  readonly unsent: SyncStatus['counts'];
  readonly doubleAwards: number;
  readonly oldestUnsentSeconds: number;
  /** Null: the server has not answered since the start. */
  readonly lastAnswerSeconds: number | null;
  readonly clockSkewSeconds: number;
  readonly diskFreeBytes: number | null;
  readonly databaseDamaged: boolean;
  /** The config file was changed into one that cannot be used: the one before holds, and a start would be refused. */
  readonly configUnusable: boolean;
  /** A part of the changed config waits for a restart. */
  readonly restartDue: boolean;
  readonly lastBackupSeconds: number | null;
  readonly customers: number;
  /** How long ago the server told the customers of the region; null: there is no region. */
  readonly regionAgeSeconds: number | null;
  /** Why the region's feed was not taken at the last try; null: it was, or there is none. */
  readonly feedFailure: FeedFacts['failure'];
};

export type HealthOf = {
  readonly till: string;
  readonly version: string;
  readonly uptimeMs: number;
  readonly status: SyncStatus;
  readonly upkeep: UpkeepFacts;
  readonly customers: number;
  readonly regionAsOfMs: number | null;
  readonly feed: FeedFacts | null;
  readonly configUnusable: boolean;
  readonly restartDue: boolean;
  readonly nowMs: number;
};

export function healthOf(of: HealthOf): Health {
  const { till, version, uptimeMs, status, upkeep, customers, configUnusable, restartDue, nowMs } = of;
  const since = (atMs: number | null) => (atMs === null ? null : seconds(nowMs - atMs));
  return {
    till,
    version,
    uptimeSeconds: seconds(uptimeMs),
    sync: status.state,
    paused: status.paused,
    connection: status.connection.kind,
    offlineWhy: status.connection.kind === 'offline' ? status.connection.why : null,
    unsent: status.counts,
    doubleAwards: status.doubleAwards,
    oldestUnsentSeconds: since(status.oldestSavedAtMs) ?? 0,
    lastAnswerSeconds: since(status.lastAnswerAtMs),
    clockSkewSeconds: Math.round((status.clockSkewMs ?? 0) / 1000),
    diskFreeBytes: upkeep.disk?.freeBytes ?? null,
    databaseDamaged: upkeep.isDamaged,
    configUnusable,
    restartDue,
    lastBackupSeconds: since(upkeep.lastBackupAtMs),
    customers,
    regionAgeSeconds: since(of.regionAsOfMs),
    feedFailure: of.feed?.failure ?? null,
  };
}

/** A clock that was set back must not make an age negative. */
function seconds(ms: number): number {
  return Math.max(0, Math.round(ms / 1000));
}

type Metric = {
  readonly name: string;
  readonly help: string;
  readonly values: readonly (readonly [labels: { readonly [name: string]: string }, value: number])[];
};

/** In the text format of Prometheus, for the textfile collector of node_exporter or windows_exporter. */
export function metricsText(health: Health): string {
  const { till, version, unsent } = health;
  const one = (value: number | boolean | null): Metric['values'] => (value === null ? [] : [[{ till }, Number(value)]]);
  const metrics: readonly Metric[] = [
    { name: 'tillside_info', help: 'Version of Tillside.', values: [[{ till, version }, 1]] },
    { name: 'tillside_uptime_seconds', help: 'How long Tillside is open.', values: one(health.uptimeSeconds) },
    {
      name: 'tillside_unsent_updates',
      help: 'Updates that the server has not confirmed, by state.',
      values: Object.entries(unsent).map(([state, count]) => [{ till, state }, count] as const),
    },
    {
      name: 'tillside_double_awards',
      help: 'Updates whose points may have been awarded twice; a person has to look.',
      values: one(health.doubleAwards),
    },
    {
      name: 'tillside_oldest_unsent_seconds',
      help: 'Age of the oldest unsent update; 0 where all is sent.',
      values: one(health.oldestUnsentSeconds),
    },
    { name: 'tillside_paused', help: 'Sending is paused: IT has to act.', values: one(health.paused !== null) },
    { name: 'tillside_online', help: 'The last exchange went well.', values: one(health.connection === 'online') },
    {
      name: 'tillside_last_answer_seconds',
      help: 'How long ago the server answered.',
      values: one(health.lastAnswerSeconds),
    },
    {
      name: 'tillside_clock_skew_seconds',
      help: 'Clock less that of the server.',
      values: one(health.clockSkewSeconds),
    },
    { name: 'tillside_disk_free_bytes', help: 'Room on the disk of the data.', values: one(health.diskFreeBytes) },
    { name: 'tillside_database_damaged', help: 'Damage was found.', values: one(health.databaseDamaged) },
    {
      name: 'tillside_config_unusable',
      help: 'The changed config file cannot be used; the one before holds.',
      values: one(health.configUnusable),
    },
    {
      name: 'tillside_restart_due',
      help: 'A part of the changed config waits for a restart.',
      values: one(health.restartDue),
    },
    { name: 'tillside_last_backup_seconds', help: 'Age of the last backup.', values: one(health.lastBackupSeconds) },
    { name: 'tillside_customers', help: 'Customers on this till.', values: one(health.customers) },
    {
      name: 'tillside_region_age_seconds',
      help: 'How long ago the server told the customers of the region.',
      values: one(health.regionAgeSeconds),
    },
    {
      name: 'tillside_region_feed_failing',
      help: "The region's feed was not taken at the last try.",
      values: one(health.feedFailure !== null),
    },
  ];
  return metrics
    .filter(({ values }) => values.length > 0)
    .flatMap(({ name, help, values }) => [
      `# HELP ${name} ${help}`,
      `# TYPE ${name} gauge`,
      ...values.map(([labels, value]) => `${name}{${labelText(labels)}} ${value}`),
    ])
    .map((line) => `${line}\n`)
    .join('');
}

function labelText(labels: { readonly [name: string]: string }): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}="${value.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n')}"`)
    .join(',');
}
