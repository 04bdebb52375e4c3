/** The till's health as metrics, for a Prometheus exporter's textfile collector and for OTLP over HTTP. */
import type { Health } from './health.ts';
import type { Histogram } from './tally.ts';

type Labels = { readonly [name: string]: string };
type Point = readonly [labels: Labels, value: number];

type Series =
  | {
      readonly kind: 'gauge' | 'counter';
      readonly name: string;
      readonly help: string;
      readonly points: readonly Point[];
    }
  | { readonly kind: 'histogram'; readonly name: string; readonly help: string; readonly histogram: Histogram };

/** An unknown value has no data point: zero would claim that it is known. */
function seriesOf(health: Health): readonly Series[] {
  const { counts } = health;
  const one = (value: number | boolean | null): Point[] => (value === null ? [] : [[{}, Number(value)]]);
  const each = (label: string, values: { readonly [name: string]: number }): Point[] =>
    Object.entries(values).map(([name, value]) => [{ [label]: name }, value]);
  const gauge = (name: string, help: string, points: readonly Point[]): Series => ({
    kind: 'gauge',
    name,
    help,
    points,
  });
  const counter = (name: string, help: string, points: readonly Point[]): Series => ({
    kind: 'counter',
    name,
    help,
    points,
  });
  return [
    gauge('tillside_info', 'Version of Tillside.', [[{ version: health.version }, 1]]),
    gauge(
      'tillside_version_number',
      'The version as a number that can be compared: 1.2.3 is 1002003.',
      one(versionNumber(health.version)),
    ),
    gauge('tillside_open', 'Whether Tillside is open; 0 after it was closed.', one(health.open)),
    gauge('tillside_written_at_timestamp_seconds', 'When this was written.', one(health.writtenAt)),
    gauge('tillside_started_at_timestamp_seconds', 'When Tillside was opened.', one(health.startedAt)),
    gauge(
      'tillside_unsent_updates',
      'Changes that the server has not confirmed, by state.',
      each('state', health.unsent),
    ),
    gauge(
      'tillside_oldest_unsent_timestamp_seconds',
      "When the oldest unsent change was saved, except those that wait for the customer's next visit; absent if there is none.",
      one(health.oldestUnsentAt),
    ),
    gauge(
      'tillside_oldest_uncertain_timestamp_seconds',
      'Since when the oldest change that may have arrived is unresolved; absent if there is none.',
      one(health.oldestUncertainAt),
    ),
    gauge(
      'tillside_in_rescue_files',
      'Changes that are only in a rescue file, as far as the till knows.',
      one(health.inFiles),
    ),
    gauge(
      'tillside_oldest_in_rescue_file_timestamp_seconds',
      'When the first of these was moved to its file; absent if there is none.',
      one(health.oldestInFileAt),
    ),
    gauge('tillside_double_awards', 'Changes that may have been awarded points twice.', one(health.doubleAwards)),
    gauge('tillside_paused', 'Whether sending waits for IT, by reason.', [
      [{ why: health.paused ?? 'not-paused' }, Number(health.paused !== null)],
    ]),
    gauge('tillside_online', 'Whether the last request succeeded.', one(health.connection === 'online')),
    gauge('tillside_last_answer_timestamp_seconds', 'When the server last answered.', one(health.lastAnswerAt)),
    gauge('tillside_last_backup_timestamp_seconds', 'When the last backup was made.', one(health.lastBackupAt)),
    gauge(
      'tillside_copy_timestamp_seconds',
      'When the folder of the second copy was last up to date; absent if there is none.',
      one(health.copyAt),
    ),
    gauge(
      'tillside_copy_failing',
      'Whether the second copy could not be written at the last try.',
      one(health.copyFailure !== null),
    ),
    gauge('tillside_clock_skew_seconds', "This machine's clock minus the server's.", one(health.clockSkewSeconds)),
    gauge('tillside_disk_free_bytes', 'Free space on the disk of the data.', one(health.diskFreeBytes)),
    gauge('tillside_database_damaged', 'Whether damage was found in the database.', one(health.databaseDamaged)),
    gauge(
      'tillside_config_unusable',
      'Whether the changed config is not valid, so that the previous one is in use.',
      one(health.configUnusable),
    ),
    gauge(
      'tillside_restart_due',
      'Whether part of the changed config applies after a restart.',
      one(health.restartDue),
    ),
    gauge('tillside_customers', 'Customers on this till.', one(health.customers)),
    gauge(
      'tillside_region_timestamp_seconds',
      "The time of the region's data; absent if there is no region.",
      one(health.regionAsOf),
    ),
    gauge(
      'tillside_region_feed_failing',
      "Whether the last download of the region's feed failed.",
      one(health.feedFailure !== null),
    ),
    counter('tillside_saved_total', 'Changes saved.', one(counts.saved)),
    counter('tillside_sent_total', 'Changes that the server accepted.', one(counts.sent)),
    counter('tillside_sent_again_total', 'Changes that did not arrive and were sent again.', one(counts.sentAgain)),
    counter(
      'tillside_read_back_total',
      'Uncertain changes that were resolved by asking the server.',
      one(counts.readBack),
    ),
    counter(
      'tillside_refused_total',
      'Changes that the server rejected, by class of code.',
      each('code', counts.refused),
    ),
    counter('tillside_rate_limited_total', 'Requests that hit the rate limit.', one(counts.rateLimited)),
    counter('tillside_requests_total', 'Requests, by result.', each('end', counts.requests)),
    counter('tillside_imports_total', 'Completed imports of customers.', one(counts.imports)),
    counter('tillside_crashes_total', 'Starts after a crash.', one(counts.crashes)),
    {
      kind: 'histogram',
      name: 'tillside_request_duration_seconds',
      help: 'Duration of requests.',
      histogram: counts.requestSeconds,
    },
    {
      kind: 'histogram',
      name: 'tillside_save_duration_seconds',
      help: 'Time until a save is durable.',
      histogram: counts.saveSeconds,
    },
  ];
}

function versionNumber(version: string): number | null {
  const [, major, minor, patch] = /^(\d+)\.(\d+)\.(\d+)/.exec(version) ?? [];
  return patch === undefined ? null : Number(major) * 1_000_000 + Number(minor) * 1000 + Number(patch);
}

function labelsOf({ till, store }: Pick<Health, 'till' | 'store'>): Labels {
  return { till, ...(store === null ? {} : { store }) };
}

/** Prometheus text format. */
export function metricsText(health: Health): string {
  return prometheusText(seriesOf(health), labelsOf(health));
}

export type CannotOpen = Pick<Health, 'till' | 'store' | 'version' | 'writtenAt'> & { readonly why: string };

/** For a till that cannot open, whose earlier file would still say that all is well (F62). */
export function cannotOpenText(till: CannotOpen): string {
  const gauge = (name: string, help: string, point: Point): Series => ({ kind: 'gauge', name, help, points: [point] });
  const series = [
    gauge('tillside_info', 'Version of Tillside.', [{ version: till.version }, 1]),
    gauge('tillside_open', 'Whether Tillside is open.', [{}, 0]),
    gauge('tillside_written_at_timestamp_seconds', 'When this was written.', [{}, till.writtenAt]),
    gauge('tillside_cannot_open', 'Tillside was started and its data cannot be opened, by reason.', [
      { why: till.why },
      1,
    ]),
  ];
  return prometheusText(series, labelsOf(till));
}

function prometheusText(all: readonly Series[], common: Labels): string {
  const line = (name: string, labels: Labels, value: number) =>
    `${name}{${labelText({ ...common, ...labels })}} ${value}`;
  return all
    .flatMap((series) => {
      const { name, help, kind } = series;
      const lines =
        series.kind === 'histogram'
          ? histogramLines(series.histogram, (ending, labels, value) => line(`${name}${ending}`, labels, value))
          : series.points.map(([labels, value]) => line(name, labels, value));
      return lines.length === 0 ? [] : [`# HELP ${name} ${help}`, `# TYPE ${name} ${kind}`, ...lines];
    })
    .map((text) => `${text}\n`)
    .join('');
}

function histogramLines(
  { bounds, counts, sum }: Histogram,
  line: (ending: string, labels: Labels, value: number) => string,
): string[] {
  let soFar = 0;
  const buckets = counts.map((count, at) => {
    soFar += count;
    return line('_bucket', { le: String(bounds[at] ?? '+Inf') }, soFar);
  });
  return [...buckets, line('_sum', {}, sum), line('_count', {}, soFar)];
}

function labelText(labels: Labels): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}="${value.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n')}"`)
    .join(',');
}

/** The body of a POST to an OTLP receiver's `/v1/metrics`, as JSON. */
export function otlpBody(health: Health): string {
  const attributes = (labels: Labels) =>
    Object.entries(labels).map(([key, value]) => ({ key, value: { stringValue: value } }));
  // Repeated on each point, because Prometheus and Alloy make no labels of a resource's attributes.
  const common = labelsOf(health);
  const startTimeUnixNano = `${health.startedAt}000000000`;
  const timeUnixNano = `${health.writtenAt}000000000`;
  const cumulative = { aggregationTemporality: 2 };
  const metrics = seriesOf(health).map((series) => {
    const { name, help: description } = series;
    if (series.kind === 'histogram') {
      const { bounds, counts, sum } = series.histogram;
      const count = counts.reduce((all, one) => all + one, 0);
      const point = {
        attributes: attributes(common),
        startTimeUnixNano,
        timeUnixNano,
        count: String(count),
        sum,
        bucketCounts: counts.map(String),
        explicitBounds: bounds,
      };
      return { name, description, unit: 's', histogram: { ...cumulative, dataPoints: [point] } };
    }
    const dataPoints = series.points.map(([labels, value]) => ({
      attributes: attributes({ ...common, ...labels }),
      ...(series.kind === 'counter' ? { startTimeUnixNano } : {}),
      timeUnixNano,
      asDouble: value,
    }));
    return series.kind === 'counter'
      ? { name, description, sum: { ...cumulative, isMonotonic: true, dataPoints } }
      : { name, description, gauge: { dataPoints } };
  });
  const about = { 'service.name': 'tillside', 'service.version': health.version, 'service.instance.id': health.till };
  return JSON.stringify({
    resourceMetrics: [
      {
        resource: { attributes: attributes(about) },
        scopeMetrics: [{ scope: { name: 'tillside' }, metrics }],
      },
    ],
  });
}
