/**
 * A real Prometheus scrapes the metrics files of real tills: its rules find the dead till, and the dashboard shows
 * both.
 */
import assert from 'node:assert/strict';
import { copyFileSync, existsSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { asked, dashboardPanels, type FilledPanel, fillPanels } from '../../../build/fleet/dashboard.ts';
import { dashboardPage } from '../../../build/fleet/dashboard-page.ts';
import { projectRoot } from '../../../build/project-root.ts';
import { type Prometheus, type Sample, startPrometheus } from '../../../build/prometheus.ts';
import { systemClock } from '../../../electron/machine/system-clock.ts';
import { anchors } from '../../../electron/practice/anchors.ts';
import { secondPracticeCredentials } from '../../../electron/practice/practice-config.ts';
import { bringIn, byServerId, save, untilAllSent, untilState } from '../../helpers/at-the-counter.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';
import { startTillRig, type TillRig } from '../../helpers/till-rig.ts';
import { needsPrometheus } from './needs-prometheus.ts';

const examples = path.join(projectRoot, 'build', 'config', 'examples', 'monitoring');
const twoHoursMs = 2 * 3_600_000;
const dataWithinMs = 20_000;

/** The metrics file of a till that died two hours ago with one unsent update. */
async function deadTill(rig: TillRig): Promise<string> {
  const metricsFile = path.join(temporaryFolder(), 'tillside.prom');
  const settings = {
    ...secondPracticeCredentials,
    health: { metricsFile },
    clock: { ...systemClock, wallMs: () => Date.now() - twoHoursMs },
  };
  const dataDir = rig.newFolder();
  const before = await rig.openTill(dataDir, settings);
  const { customerId } = await bringIn(before, byServerId(anchors.ritaJames.userId));
  await rig.server.control.setConnection(false);
  await save(before, customerId, { lastName: 'Unsent' });
  await before.close();
  rmSync(metricsFile);
  const till = await rig.openTill(dataDir, settings);
  // The first file is written once the till has opened.
  while (!existsSync(metricsFile)) await setTimeout(5);
  const file = `${metricsFile}.as-it-died`;
  copyFileSync(metricsFile, file);
  await till.close();
  await rig.server.control.setConnection(true);
  return file;
}

/** Opens a till, waits until it is scraped, sends a save, has one refused, imports a region, backs up and closes. */
async function dayOfTill(rig: TillRig, metricsFile: string, scraped: () => Promise<void>): Promise<void> {
  const till = await rig.openTill(rig.newFolder(), { health: { metricsFile } });
  await scraped();
  const region = path.join(temporaryFolder(), 'region.ndjson');
  writeFileSync(region, `${JSON.stringify({ user_id: 900_000_001, firstname: 'Region', lastname: 'Person' })}\n`);
  await till.call['customers.import']({ file: region, encoding: 'utf-8', dateOrder: null, check: false });
  await till.until('the region is there', async () => {
    const { kind } = await till.call['customers.importState'](undefined);
    assert.notEqual(kind, 'failed');
    return kind === 'done';
  });
  const { customerId } = await bringIn(till, byServerId(anchors.ritaJames.userId));
  await save(till, customerId, { lastName: 'Sent' });
  await untilAllSent(till);
  rig.server.control.addFault('refuse', { times: 1 });
  await untilState(till, customerId, await save(till, customerId, { lastName: 'Refused' }), 'attention');
  await till.backUp();
  await till.close();
}

async function prometheusOfTwoTills(t: TestContext): Promise<Prometheus> {
  const rig = await startTillRig();
  t.after(() => rig.close());
  const dead = await deadTill(rig);
  const closed = path.join(temporaryFolder(), 'tillside.prom');
  const prometheus = await startPrometheus({
    folder: temporaryFolder(),
    files: new Map([
      ['dead', dead],
      ['closed', closed],
    ]),
    rules: [path.join(examples, 'tillside-alerts.yml')],
    everySeconds: 1,
  });
  t.after(() => prometheus.stop());
  await dayOfTill(rig, closed, async () => {
    await dataOf(prometheus, 'tillside_open{instance="closed"} == 1');
  });
  await dataOf(prometheus, 'tillside_open{instance="closed"} == 0');
  return prometheus;
}

/** Waits for finite numbers. @throws if none come */
async function dataOf(prometheus: Prometheus, text: string): Promise<readonly Sample[]> {
  for (const giveUpAtMs = performance.now() + dataWithinMs; performance.now() < giveUpAtMs; ) {
    const samples = await prometheus.query(text);
    if (samples.length > 0 && samples.every(({ value }) => Number.isFinite(value))) return samples;
    await setTimeout(250);
  }
  throw new Error(`There is no data for ${text}`);
}

describe('a real Prometheus that scrapes one dead and one closed till', needsPrometheus(), () => {
  it('alerts for the dead till only, and has data for every dashboard query', async (t) => {
    const startMs = Date.now();
    const prometheus = await prometheusOfTwoTills(t);
    const firing = await dataOf(prometheus, 'ALERTS{alertname="TillsideSilent",alertstate="firing"}');
    assert.deepEqual(
      firing.map(({ labels }) => labels.till),
      [secondPracticeCredentials.till],
    );
    const panels = dashboardPanels();
    assert.ok(panels.flatMap(({ targets }) => targets).length >= 25);
    const values = new Map<string, readonly number[]>();
    for (const { title, targets } of panels) {
      for (const target of targets) {
        const samples = await dataOf(prometheus, asked(target));
        values.set(title, [...(values.get(title) ?? []), ...samples.map(({ value }) => value)]);
      }
    }
    t.diagnostic([...values].map(([title, found]) => `${title}: ${found.map((one) => one.toPrecision(3))}`).join('; '));
    const refused = await prometheus.query('sum(increase(tillside_refused_total[1h]))');
    assert.ok((refused[0]?.value ?? 0) > 0, 'the first refusal is an increase');
    const first = (title: string) => values.get(title)?.[0];
    assert.deepEqual(['Open tills', 'Silent tills', 'Not reaching the API'].map(first), [1, 1, 1]);
    assert.equal(first('Unsent updates'), 2, 'the one of the dead till, and the refused one');
    assert.ok(Math.abs((first('Oldest unsent update') ?? 0) - twoHoursMs / 1000) < 120);
    const span = () => ({ fromMs: startMs, toMs: Date.now() });
    const isEmpty = ({ series }: FilledPanel) => series.every(({ points }) => points.length === 0);
    let filled = await fillPanels(prometheus, span());
    for (const giveUpAtMs = performance.now() + dataWithinMs; filled.some(isEmpty); await setTimeout(250)) {
      assert.ok(performance.now() < giveUpAtMs, filled.find(isEmpty)?.panel.title);
      filled = await fillPanels(prometheus, span());
    }
    const page = dashboardPage(filled, span());
    assert.doesNotMatch(page, /No data|NaN|undefined/);
    assert.match(page, /<h2>Unsent updates<\/h2><div class="stat" style="background: #b58a12"><span><b>2<\/b>/);
    assert.match(page, /TillsideSilent/);
    const saved = await prometheus.query('sum(tillside_saved_total)');
    assert.equal(saved[0]?.value, 2, 'of this run of each till');
  });
});
