/**
 * `npm run demo:fleet [-- --tills N --outage SECONDS --fast N --stay --picture FILE]` is an outage drill. Practice
 * tills lose their shared practice server twice while staff keep saving; the summary compares every save with the
 * server's ledger. Prometheus, if installed, scrapes the tills with the example's alert rules. `--stay` keeps it running
 * afterwards, and `--picture` draws the example dashboard from its data, as a PNG file. `--fast N` runs N times as
 * fast, without Prometheus, whose time cannot be sped up. Exit code 1 if anything was lost, doubled or not sent.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { systemRandom } from '../electron/machine/system-clock.ts';
import { askedToStop, BadArguments, explain, say } from './command-line.ts';
import { fastClock } from './fleet/fast-clock.ts';
import { runFleet } from './fleet/fleet.ts';
import { metricsFileOf, tillName } from './fleet/fleet-till.ts';
import { pictureDashboard } from './fleet/picture.ts';
import { summaryOf, wentWell } from './fleet/summary.ts';
import { projectRoot } from './project-root.ts';
import { type Prometheus, prometheusMissing, startPrometheus } from './prometheus.ts';

const callsAMinute = 300;
const saveEverySeconds = 20;
const calmSeconds = 60;
const scrapeEverySeconds = 5;

async function main(folder: string): Promise<number> {
  const { values } = parseArgs({
    options: {
      tills: { type: 'string', default: '20' },
      outage: { type: 'string', default: '180' },
      fast: { type: 'string', default: '1' },
      stay: { type: 'boolean', default: false },
      picture: { type: 'string' },
    },
  });
  const tills = wholeNumber('tills', values.tills, 50);
  const seconds = wholeNumber('outage', values.outage, 86_400);
  const fast = wholeNumber('fast', values.fast, 60);
  const startMs = Date.now();
  const prometheus = fast > 1 ? null : await watch(folder, tills);
  if (values.picture !== undefined && prometheus === null) {
    throw new BadArguments('--picture needs Prometheus, and so not --fast');
  }
  try {
    say(`${tills} tills open at one server that takes ${callsAMinute} calls a minute …`);
    const stopped = askedToStop().then(() => null);
    const drill = runFleet({
      tills,
      folder,
      callsAMinute,
      saveEverySeconds,
      calmSeconds,
      outages: [
        { kind: 'no connection', seconds },
        { kind: 'server errors', seconds: Math.ceil(seconds / 2) },
      ],
      clock: fastClock(fast),
      random: systemRandom,
      say,
    });
    const report = await Promise.race([drill, stopped]);
    if (report === null) return 1;
    process.stdout.write(`${summaryOf(report)}\n`);
    if (prometheus !== null) {
      process.stdout.write(`${await seenBy(prometheus)}\n`);
      if (values.picture !== undefined) {
        await pictureDashboard(prometheus, { fromMs: startMs, toMs: report.endedAtMs }, values.picture);
        say(`The dashboard: ${values.picture}`);
      }
      if (values.stay) {
        say(`Prometheus stays at ${prometheus.url} until Ctrl+C.`);
        await stopped;
      }
    }
    return wentWell(report) ? 0 : 1;
  } finally {
    await prometheus?.stop();
  }
}

/** @throws BadArguments */
function wholeNumber(name: string, text: string, most: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > most) {
    throw new BadArguments(`--${name}: found ${JSON.stringify(text)}, expected a whole number from 1 to ${most}`);
  }
  return value;
}

async function watch(folder: string, tills: number): Promise<Prometheus | null> {
  const missing = prometheusMissing();
  if (missing !== null) {
    say(`Without Prometheus: ${missing}.`);
    return null;
  }
  const numbers = Array.from({ length: tills }, (_, index) => index + 1);
  const own = path.join(folder, 'prometheus');
  mkdirSync(own);
  const prometheus = await startPrometheus({
    folder: own,
    files: new Map(numbers.map((number) => [tillName(number), metricsFileOf(folder, number)])),
    rules: [path.join(projectRoot, 'build', 'config', 'examples', 'monitoring', 'tillside-alerts.yml')],
    everySeconds: scrapeEverySeconds,
  });
  say(`Prometheus: ${prometheus.url}/alerts and ${prometheus.url}/graph?g0.expr=sum(tillside_unsent_updates)&g0.tab=0`);
  return prometheus;
}

/** What Prometheus saw of the drill, from the tills' metrics files. */
async function seenBy({ query }: Prometheus): Promise<string> {
  const [most] = await query(`max_over_time(sum(tillside_unsent_updates)[1d:${scrapeEverySeconds}s])`);
  const [now] = await query('sum(tillside_unsent_updates)');
  const fired = await query('count by (alertname) (max_over_time(ALERTS{alertstate="firing"}[1d]))');
  const names = fired.map(({ labels }) => labels.alertname).join(', ');
  const unsent = `Prometheus saw up to ${most?.value ?? 'no'} unsent updates, and ${now?.value ?? 'no'} in the end;`;
  return `${unsent} alerts: ${names === '' ? 'none' : names}.`;
}

const folder = mkdtempSync(path.join(tmpdir(), 'tillside-fleet-'));
const code = await main(folder).catch(explain);
rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
// Stopped in the middle, the tills are still open.
process.exit(code);
