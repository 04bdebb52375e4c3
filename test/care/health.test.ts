import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { projectRoot } from '../../build/project-root.ts';
import { type Health, healthSchema, heartbeatJsonSchema } from '../../electron/care/health.ts';
import { readHealthNote, receiverMark } from '../../electron/care/health-note.ts';
import { HealthReport } from '../../electron/care/health-report.ts';
import { metricsText } from '../../electron/care/metrics.ts';
import { type MachineConfig, parseMachineConfig } from '../../electron/config/machine-config.ts';
import { systemRandom } from '../../electron/machine/system-clock.ts';
import { openTill } from '../../electron/open-till.ts';
import { saveFor, someMobile } from '../db/offline-till.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { secretsInMemory } from '../helpers/till-rig.ts';
import { seededRandom, virtualClock } from '../helpers/virtual-clock.ts';
import { health, receiver } from './health-receiver.ts';

const minuteMs = 60_000;

describe('the metrics file', () => {
  it('is in Prometheus text format, escapes labels and leaves out unknown values', () => {
    const text = metricsText(health);
    const line =
      /^(# (HELP|TYPE) tillside_[a-z_]+ .+|tillside_[a-z_]+\{([a-z]+="([^"\\\n]|\\["\\n])*",?)+\} -?[\d.]+)$/;
    for (const one of text.trimEnd().split('\n')) assert.match(one, line);
    assert.match(text, /^tillside_unsent_updates\{till="store\\"1\\\\2\\n3",state="unknown"\} 1$/m);
    assert.match(text, /^tillside_oldest_unsent_timestamp_seconds\{.*\} 1799992800$/m);
    assert.match(text, /^tillside_oldest_uncertain_timestamp_seconds\{.*\} 1799996400$/m);
    assert.match(text, /^tillside_version_number\{.*\} 1002003$/m);
    assert.match(text, /^tillside_open\{.*\} 1$/m);
    assert.match(text, /^tillside_written_at_timestamp_seconds\{.*\} 1800000000$/m);
    assert.match(text, /^# TYPE tillside_sent_total counter$/m);
    assert.match(text, /^tillside_refused_total\{.*code="1xxx"\} 1$/m);
    const buckets = [...text.matchAll(/^tillside_request_duration_seconds_bucket\{.*le="(.+)"\} (\d+)$/gm)];
    assert.deepEqual(
      buckets.map(([, le, count]) => [le, count]),
      [
        ['0.1', '4'],
        ['1', '9'],
        ['+Inf', '10'],
      ],
    );
    assert.match(text, /^tillside_request_duration_seconds_count\{.*\} 10$/m);
    assert.match(text, /^tillside_paused\{.*why="not-paused"\} 0$/m);
    assert.match(text, /^tillside_config_unusable\{.*\} 1$/m);
    assert.doesNotMatch(text, /tillside_last_answer/);
    assert.equal(text.endsWith('\n'), true);
  });

  it('is replaced every minute in one step, starts when the config asks for it, and never fills the log', async () => {
    const folder = temporaryFolder();
    const file = path.join(folder, 'collector', 'tillside.prom');
    const clock = virtualClock();
    const said: string[] = [];
    let config: MachineConfig['health'] = {
      heartbeatUrl: null,
      heartbeatMinutes: 15,
      metricsFile: null,
      otlp: { url: null },
    };
    let writtenAt = 0;
    const report = new HealthReport({
      config: () => config,
      health: (open) => ({ ...health, writtenAt, open }),
      otlpHeaders: () => null,
      random: seededRandom(1),
      dataDir: folder,
      transport: () => Promise.reject(new Error('no heartbeat is asked for')),
      clock,
      log: { write: (level, event, facts) => said.push(`${level} ${event} ${JSON.stringify(facts)}`) },
    });
    report.start();
    config = { ...config, metricsFile: file };
    await clock.pass(5 * minuteMs);
    assert.deepEqual(said, ['warn a health report failed {"what":"metrics","code":"ENOENT"}']);
    mkdirSync(path.dirname(file));
    writtenAt = 360;
    await clock.pass(minuteMs);
    assert.match(readFileSync(file, 'utf8'), /^tillside_written_at_timestamp_seconds\{.*\} 360$/m);
    assert.deepEqual(readdirSync(path.dirname(file)), ['tillside.prom']);
    assert.deepEqual(said.slice(1), ['info health reports work again {"what":"metrics"}']);
    await report.close();
    assert.match(readFileSync(file, 'utf8'), /^tillside_open\{.*\} 0$/m);
    rmSync(file);
    await report.close();
    await clock.pass(5 * minuteMs);
    assert.equal(existsSync(file), false);
    assert.equal(clock.timers(), 0);
  });
});

describe('the heartbeat', () => {
  it('is sent to the configured address at its interval, and reports once that it fails and once that it works again', async (t) => {
    const { url, got, send, answer, next } = await receiver(t);
    const clock = virtualClock();
    const said: string[] = [];
    const dataDir = temporaryFolder();
    let written: () => void = () => undefined;
    const report = new HealthReport({
      config: () => ({ heartbeatUrl: url, heartbeatMinutes: 5, metricsFile: null, otlp: { url: null } }),
      health: () => health,
      otlpHeaders: () => null,
      random: { fraction: () => 0.5, id: () => '' },
      dataDir,
      transport: async (request) => {
        const result = await send(request);
        setImmediate(written);
        return result;
      },
      clock,
      log: { write: (level, event, facts) => said.push(`${level} ${event} ${JSON.stringify(facts)}`) },
    });
    t.after(() => report.close());
    const beat = async (afterMs: number) => {
      const done = new Promise<void>((resolve) => {
        written = resolve;
      });
      const arrived = next();
      await clock.pass(afterMs);
      await Promise.all([arrived, done]);
    };
    report.start();
    await beat(minuteMs / 2);
    assert.deepEqual(readHealthNote(dataDir).acceptedBy, [receiverMark(url)]);
    assert.equal(got[0]?.headers['content-type'], 'application/json');
    assert.deepEqual(JSON.parse(got[0]?.body ?? ''), JSON.parse(JSON.stringify(health)));
    await beat(2.5 * minuteMs);
    answer(500);
    for (let times = 0; times < 3; times += 1) await beat(5 * minuteMs);
    answer(200);
    await beat(5 * minuteMs);
    assert.equal(got.length, 6);
    assert.deepEqual(said, [
      'warn a health report failed {"what":"heartbeat","code":"HTTP 500"}',
      'info health reports work again {"what":"heartbeat"}',
    ]);
  });

  it('of an open till holds its counts, ages and states, and nothing about a customer', async (t) => {
    const { url, got, send, next } = await receiver(t);
    const dataDir = temporaryFolder();
    const metricsFile = path.join(dataDir, 'tillside.prom');
    const clock = virtualClock();
    const till = await openTill({
      dataDir,
      config: parseMachineConfig(
        {
          api: { url: 'http://127.0.0.1:9' },
          auth: { method: 'basic', till: 'store123' },
          health: { heartbeatUrl: url, metricsFile },
        },
        'test',
      ),
      mode: 'live',
      host: 'preview',
      version: '0.0.0-test',
      secrets: secretsInMemory({ 'api-secret': 'anything' }),
      transport: (request) =>
        request.url === url
          ? send(request)
          : Promise.resolve({ kind: 'not-sent', why: 'no-connection', code: 'ECONNREFUSED' }),
      clock,
      // A second heartbeat right after the first would come before the config is broken.
      random: { ...systemRandom, fraction: () => 0.5 },
      log: { write: () => undefined },
      practice: null,
    });
    t.after(() => till.close());
    await saveFor(till, someMobile, 'Confidential');
    const arrived = next();
    await clock.pass(minuteMs);
    await arrived;
    const { body } = got[0] ?? { body: '' };
    const sentHealth: Health = JSON.parse(body);
    assert.deepEqual(
      [sentHealth.till, sentHealth.unsent.queued, sentHealth.writtenAt - (sentHealth.oldestUnsentAt ?? 0)],
      ['store123', 1, sentHealth.writtenAt - sentHealth.startedAt],
    );
    assert.equal(sentHealth.configUnusable, false);
    till.configUnusable('log.level');
    const again = next();
    await clock.pass(15 * minuteMs);
    await again;
    const later: Health = JSON.parse(got[1]?.body ?? '');
    assert.equal(later.configUnusable, true, 'whoever rolled out a bad config sees it at once');
    const metrics = readFileSync(metricsFile, 'utf8');
    assert.match(metrics, /^tillside_unsent_updates\{till="store123",state="queued"\} 1$/m);
    for (const text of [body, metrics]) assert.doesNotMatch(text, /Confidential|98450|lastName/);
    // Check whatever is added here first: IT's receiver may belong to anybody.
    const words = Object.entries({ ...sentHealth, ...sentHealth.unsent }).filter(
      ([, value]) => typeof value === 'string',
    );
    assert.deepEqual(Object.fromEntries(words), {
      till: 'store123',
      version: '0.0.0-test',
      sync: sentHealth.sync,
      connection: 'offline',
      offlineWhy: 'no-connection',
    });
  });

  it('matches its schema in build/config, and the schema matches the till', () => {
    const kept = JSON.parse(readFileSync(path.join(projectRoot, 'build', 'config', 'heartbeat.schema.json'), 'utf8'));
    const now = JSON.parse(JSON.stringify(heartbeatJsonSchema()));
    assert.deepEqual(kept, now, 'the file is out of date: tillside config schema --heartbeat');
    assert.equal(healthSchema.safeParse(JSON.parse(JSON.stringify(health))).success, true);
    assert.deepEqual(Object.keys(kept.properties), Object.keys(healthSchema.shape));
  });

  it('of tills opened at the same moment is sent at different times, then at its interval', async () => {
    const momentsOf = async (seed: number) => {
      const clock = virtualClock();
      const moments: number[] = [];
      const startMs = clock.wallMs();
      const report = new HealthReport({
        config: () => ({ heartbeatUrl: 'https://m', heartbeatMinutes: 10, metricsFile: null, otlp: { url: null } }),
        health: () => health,
        otlpHeaders: () => null,
        dataDir: temporaryFolder(),
        transport: () => {
          moments.push(Math.round((clock.wallMs() - startMs) / 1000));
          return Promise.resolve({ kind: 'answer', status: 204, headers: {}, body: '' });
        },
        clock,
        random: seededRandom(seed),
        log: { write: () => undefined },
      });
      report.start();
      for (let minute = 0; minute < 60; minute += 1) await clock.pass(minuteMs);
      report.close();
      return moments;
    };
    const tills = await Promise.all([1, 2, 3, 4, 5].map(momentsOf));
    for (const [first = 99, second = 0, third = 0, fourth = 0] of tills) {
      assert.ok(first <= 60 && second - first <= 600);
      assert.deepEqual([third - second, fourth - third], [600, 600]);
    }
    assert.equal(new Set(tills.map(([first]) => first)).size, 5);
    assert.equal(new Set(tills.map(([, second]) => second)).size, 5);
  });
});
