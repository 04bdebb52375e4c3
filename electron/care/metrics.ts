/** The same numbers as series: for a Prometheus exporter's textfile collector, and for OTLP over HTTP. */
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

/** What is not known has no point: a missing one is a question, and a zero would be an answer. */
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
      'The version as one number, 1.2.3 as 1002003, so that an older one is less.',
      one(versionNumber(health.version)),
    ),
    gauge('tillside_open', 'Tillside is open; 0 after it was closed.', one(health.open)),
    gauge('tillside_written_at_timestamp_seconds', 'When this was written.', one(health.writtenAt)),
    gauge('tillside_started_at_timestamp_seconds', 'When Tillside was opened.', one(health.startedAt)),
    gauge(
      'tillside_unsent_updates',
      'Changes that the server has not confirmed, by state.',
      each('state', health.unsent),
    ),
    gauge(
      'tillside_oldest_unsent_timestamp_seconds',
      'When the oldest unsent change was saved, but for those that wait for their customer; absent where there is none.',
      one(health.oldestUnsentAt),
    ),
    gauge(
      'tillside_oldest_uncertain_timestamp_seconds',
      'Since when the oldest change that may have arrived is not settled; absent where there is none.',
      one(health.oldestUncertainAt),
    ),
    gauge('tillside_double_awards', 'Changes whose points may have been awarded twice.', one(health.doubleAwards)),
    gauge('tillside_paused', 'Sending waits for IT, by reason.', [
      [{ why: health.paused ?? 'not-paused' }, Number(health.paused !== null)],
    ]),
    gauge('tillside_online', 'The last exchange went well.', one(health.connection === 'online')),
    gauge('tillside_last_answer_timestamp_seconds', 'When the server answered last.', one(health.lastAnswerAt)),
    gauge('tillside_last_backup_timestamp_seconds', 'When the last backup was made.', one(health.lastBackupAt)),
    gauge('tillside_clock_skew_seconds', 'Clock less that of the server.', one(health.clockSkewSeconds)),
    gauge('tillside_disk_free_bytes', 'Room on the disk of the data.', one(health.diskFreeBytes)),
    gauge('tillside_database_damaged', 'Damage was found.', one(health.databaseDamaged)),
    gauge(
      'tillside_config_unusable',
      'The changed config cannot be used; the one before holds.',
      one(health.configUnusable),
    ),
    gauge('tillside_restart_due', 'A part of the changed config waits for a restart.', one(health.restartDue)),
    gauge('tillside_customers', 'Customers on this till.', one(health.customers)),
    gauge(
      'tillside_region_timestamp_seconds',
      'When the server told the customers of the region; absent where there is no region.',
      one(health.regionAsOf),
    ),
    gauge(
      'tillside_region_feed_failing',
      "The region's feed was not taken at the last try.",
      one(health.feedFailure !== null),
    ),
    counter('tillside_saved_total', 'Changes saved.', one(counts.saved)),
    counter('tillside_sent_total', 'Changes that the server has.', one(counts.sent)),
    counter('tillside_sent_again_total', 'Changes that had not arrived and went once more.', one(counts.sentAgain)),
    counter('tillside_read_back_total', 'Uncertain changes settled by asking the server.', one(counts.readBack)),
    counter(
      'tillside_refused_total',
      'Changes that the server refused, by class of code.',
      each('code', counts.refused),
    ),
    counter('tillside_rate_limited_total', 'Requests that met the limit.', one(counts.rateLimited)),
    counter('tillside_requests_total', 'Requests, by how they ended.', each('end', counts.requests)),
    counter('tillside_imports_total', 'Imports of customers that were done.', one(counts.imports)),
    counter('tillside_crashes_total', 'Starts after a run that did not end by itself.', one(counts.crashes)),
    {
      kind: 'histogram',
      name: 'tillside_request_duration_seconds',
      help: 'How long requests took.',
      histogram: counts.requestSeconds,
    },
    {
      kind: 'histogram',
      name: 'tillside_save_duration_seconds',
      help: 'How long saves took until they were durable.',
      histogram: counts.saveSeconds,
    },
  ];
}

function versionNumber(version: string): number | null {
  const [, major, minor, patch] = /^(\d+)\.(\d+)\.(\d+)/.exec(version) ?? [];
  return patch === undefined ? null : Number(major) * 1_000_000 + Number(minor) * 1000 + Number(patch);
}

function labelsOf({ till, store }: Health): Labels {
  return { till, ...(store === null ? {} : { store }) };
}

/** The text format of Prometheus. */
export function metricsText(health: Health): string {
  const common = labelsOf(health);
  const line = (name: string, labels: Labels, value: number) =>
    `${name}{${labelText({ ...common, ...labels })}} ${value}`;
  return seriesOf(health)
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
  const startTimeUnixNano = `${health.startedAt}000000000`;
  const timeUnixNano = `${health.writtenAt}000000000`;
  const cumulative = { aggregationTemporality: 2 };
  const metrics = seriesOf(health).map((series) => {
    const { name, help: description } = series;
    if (series.kind === 'histogram') {
      const { bounds, counts, sum } = series.histogram;
      const count = counts.reduce((all, one) => all + one, 0);
      const point = {
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
      attributes: attributes(labels),
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
        resource: { attributes: attributes({ ...about, ...labelsOf(health) }) },
        scopeMetrics: [{ scope: { name: 'tillside' }, metrics }],
      },
    ],
  });
}
