import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import Database from 'better-sqlite3';
import { projectRoot } from '../../build/project-root.ts';
import { type Health, healthSchema, heartbeatJsonSchema } from '../../electron/care/health.ts';
import { noteStart } from '../../electron/care/health-note.ts';
import { HealthReport } from '../../electron/care/health-report.ts';
import { metricsText, otlpBody } from '../../electron/care/metrics.ts';
import { Tally } from '../../electron/care/tally.ts';
import { type MachineConfig, parseMachineConfig } from '../../electron/config/machine-config.ts';
import { createNodeTransport } from '../../electron/loyalty-api/node-transport.ts';
import type { HttpRequest, HttpResult } from '../../electron/loyalty-api/transport.ts';
import { systemClock, systemRandom } from '../../electron/machine/system-clock.ts';
import { openTill } from '../../electron/open-till.ts';
import { anchors } from '../../electron/practice/anchors.ts';
import { saveFor, someMobile } from '../db/offline-till.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { secretsInMemory, startTillRig } from '../helpers/till-rig.ts';
import { seededRandom, virtualClock } from '../helpers/virtual-clock.ts';

const minuteMs = 60_000;

const health: Health = {
  schema: 1,
  till: 'store"1\\2\n3',
  store: null,
  version: '1.2.3',
  writtenAt: 1_800_000_000,
  startedAt: 1_799_999_939,
  open: true,
  sync: 'offline',
  paused: null,
  connection: 'offline',
  offlineWhy: 'timeout',
  unsent: { queued: 2, sending: 0, unknown: 1, attention: 0, nextVisit: 0 },
  doubleAwards: 0,
  oldestUnsentAt: 1_799_992_800,
  lastAnswerAt: null,
  clockSkewSeconds: -3,
  diskFreeBytes: 123456789,
  databaseDamaged: false,
  configUnusable: true,
  restartDue: false,
  lastBackupAt: 1_799_913_600,
  customers: 200_000,
  regionAsOf: 1_799_992_800,
  feedFailure: 'unreachable',
  counts: {
    saved: 7,
    sent: 5,
    sentAgain: 1,
    readBack: 2,
    refused: { '1xxx': 1 },
    rateLimited: 3,
    requests: { answered: 9, lost: 1 },
    imports: 0,
    crashes: 2,
    requestSeconds: { bounds: [0.1, 1], counts: [4, 5, 1], sum: 12.5 },
    saveSeconds: { bounds: [0.01], counts: [7, 0], sum: 0.02 },
  },
};

/** IT's own receiver of heartbeats. */
async function receiver(t: TestContext) {
  const got: { readonly headers: http.IncomingHttpHeaders; readonly body: string }[] = [];
  let status = 204;
  let heard: () => void = () => undefined;
  const server = http.createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => {
      body += text;
    });
    request.on('end', () => {
      got.push({ headers: request.headers, body });
      response.writeHead(status).end();
      heard();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  assert.ok(address !== null && typeof address === 'object');
  const transport = createNodeTransport({ clock: systemClock, env: {} });
  t.after(() => {
    transport.close();
    server.close();
    server.closeAllConnections();
  });
  return {
    url: `http://127.0.0.1:${address.port}/tillside`,
    got,
    send: transport.send,
    answer: (changed: number) => {
      status = changed;
    },
    next: () =>
      new Promise<void>((resolve) => {
        heard = resolve;
      }),
  };
}

describe('the metrics file', () => {
  it('is in Prometheus text format, escapes labels and leaves out unknown values', () => {
    const text = metricsText(health);
    const line =
      /^(# (HELP|TYPE) tillside_[a-z_]+ .+|tillside_[a-z_]+\{([a-z]+="([^"\\\n]|\\["\\n])*",?)+\} -?[\d.]+)$/;
    for (const one of text.trimEnd().split('\n')) assert.match(one, line);
    assert.match(text, /^tillside_unsent_updates\{till="store\\"1\\\\2\\n3",state="unknown"\} 1$/m);
    assert.match(text, /^tillside_oldest_unsent_timestamp_seconds\{.*\} 1799992800$/m);
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
    assert.deepEqual(said, ['warn health could not be told {"what":"metrics","code":"ENOENT"}']);
    mkdirSync(path.dirname(file));
    writtenAt = 360;
    await clock.pass(minuteMs);
    assert.match(readFileSync(file, 'utf8'), /^tillside_written_at_timestamp_seconds\{.*\} 360$/m);
    assert.deepEqual(readdirSync(path.dirname(file)), ['tillside.prom']);
    assert.deepEqual(said.slice(1), ['info health is told again {"what":"metrics"}']);
    report.close();
    assert.match(readFileSync(file, 'utf8'), /^tillside_open\{.*\} 0$/m);
    rmSync(file);
    report.close();
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
    let told: () => void = () => undefined;
    const report = new HealthReport({
      config: () => ({ heartbeatUrl: url, heartbeatMinutes: 5, metricsFile: null, otlp: { url: null } }),
      health: () => health,
      otlpHeaders: () => null,
      random: { fraction: () => 0.5, id: () => '' },
      dataDir: temporaryFolder(),
      transport: async (request) => {
        const result = await send(request);
        setImmediate(told);
        return result;
      },
      clock,
      log: { write: (level, event, facts) => said.push(`${level} ${event} ${JSON.stringify(facts)}`) },
    });
    t.after(() => report.close());
    const beat = async (afterMs: number) => {
      const done = new Promise<void>((resolve) => {
        told = resolve;
      });
      const arrived = next();
      await clock.pass(afterMs);
      await Promise.all([arrived, done]);
    };
    report.start();
    await beat(minuteMs / 2);
    assert.equal(got[0]?.headers['content-type'], 'application/json');
    assert.deepEqual(JSON.parse(got[0]?.body ?? ''), JSON.parse(JSON.stringify(health)));
    await beat(2.5 * minuteMs);
    answer(500);
    for (let times = 0; times < 3; times += 1) await beat(5 * minuteMs);
    answer(200);
    await beat(5 * minuteMs);
    assert.equal(got.length, 6);
    assert.deepEqual(said, [
      'warn health could not be told {"what":"heartbeat","code":"HTTP 500"}',
      'info health is told again {"what":"heartbeat"}',
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
      random: systemRandom,
      log: { write: () => undefined },
      practice: null,
    });
    t.after(() => till.close());
    await saveFor(till, someMobile, 'Confidential');
    const arrived = next();
    await clock.pass(minuteMs);
    await arrived;
    const { body } = got[0] ?? { body: '' };
    const told: Health = JSON.parse(body);
    assert.deepEqual(
      [told.till, told.unsent.queued, told.writtenAt - (told.oldestUnsentAt ?? 0)],
      ['store123', 1, told.writtenAt - told.startedAt],
    );
    assert.equal(told.configUnusable, false);
    till.configUnusable('log.level');
    const again = next();
    await clock.pass(15 * minuteMs);
    await again;
    const later: Health = JSON.parse(got[1]?.body ?? '');
    assert.equal(later.configUnusable, true, 'who rolled a bad config out to every till sees it at once');
    const metrics = readFileSync(metricsFile, 'utf8');
    assert.match(metrics, /^tillside_unsent_updates\{till="store123",state="queued"\} 1$/m);
    for (const text of [body, metrics]) assert.doesNotMatch(text, /Confidential|98450|lastName/);
    // Check whatever is added here first: IT's receiver may belong to anybody.
    const words = Object.entries({ ...told, ...told.unsent }).filter(([, value]) => typeof value === 'string');
    assert.deepEqual(Object.fromEntries(words), {
      till: 'store123',
      version: '0.0.0-test',
      sync: told.sync,
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

describe('OTLP over HTTP', () => {
  it('sends every series each minute, with the header from secret storage and nothing from the config', async () => {
    const clock = virtualClock();
    const sent: HttpRequest[] = [];
    const report = new HealthReport({
      config: () => ({
        heartbeatUrl: null,
        heartbeatMinutes: 15,
        metricsFile: null,
        otlp: { url: 'https://collector.example.com/v1/metrics' },
      }),
      health: () => health,
      otlpHeaders: () => 'Authorization: Bearer abc\nnot a header\nX-Bad: a\u0000b',
      dataDir: temporaryFolder(),
      transport: (request) => {
        sent.push(request);
        return Promise.resolve({ kind: 'answer', status: 200, headers: {}, body: '{}' });
      },
      clock,
      random: seededRandom(1),
      log: { write: () => undefined },
    });
    report.start();
    for (let minute = 0; minute < 3; minute += 1) await clock.pass(minuteMs);
    report.close();
    assert.equal(sent.length, 3);
    assert.deepEqual(sent[0]?.headers, { Authorization: 'Bearer abc', 'Content-Type': 'application/json' });
    const [resource] = JSON.parse(sent[0]?.body ?? '').resourceMetrics;
    const names: readonly string[] = resource.scopeMetrics[0].metrics.map(
      ({ name }: { readonly name: string }) => name,
    );
    const inFile = [...metricsText(health).matchAll(/^# TYPE (\S+) /gm)].map(([, name]) => name);
    assert.deepEqual(
      names.filter((name) => inFile.includes(name)),
      inFile,
    );
    const bodies = JSON.parse(otlpBody(health)).resourceMetrics[0].scopeMetrics[0].metrics;
    const byName = new Map<string, object>(bodies.map((one: { readonly name: string }) => [one.name, one]));
    assert.match(JSON.stringify(byName.get('tillside_sent_total')), /"isMonotonic":true.*"asDouble":5/);
    assert.match(
      JSON.stringify(byName.get('tillside_request_duration_seconds')),
      /"count":"10","sum":12.5,"bucketCounts":\["4","5","1"\],"explicitBounds":\[0.1,1\]/,
    );
  });
});

describe('what a till counts', () => {
  it("F62: a closed till's file says so and keeps its last numbers, and a dead till's timestamps grow old", async (t) => {
    const rig = await startTillRig();
    t.after(() => rig.close());
    const dataDir = temporaryFolder();
    const metricsFile = path.join(dataDir, 'tillside.prom');
    const till = await rig.openTill(dataDir, { health: { metricsFile } });
    const read = (name: string) => {
      const text = readFileSync(metricsFile, 'utf8');
      return Number(new RegExp(`^${name}\\{[^}]*\\} (\\S+)$`, 'm').exec(text)?.[1]);
    };
    assert.equal(read('tillside_open'), 1);
    assert.ok(Math.abs(read('tillside_written_at_timestamp_seconds') - Date.now() / 1000) < 30);
    await rig.server.control.setConnection(true);
    const found = await till.call['customers.lookUpOnline']({ query: anchors.ritaJames.mobile });
    assert.equal(found.kind, 'found');
    const [hit] = (await till.call['customers.search']({ query: anchors.ritaJames.mobile, limit: 1 })).hits;
    assert.ok(hit !== undefined);
    const saved = await till.call['updates.save']({
      token: systemRandom.id(),
      target: { customerId: hit.customerId },
      changes: { lastName: 'Counted' },
      replaces: null,
      confirmedFills: [],
    });
    assert.equal(saved.kind, 'saved');
    await till.until('it is sent', () => till.status().unsent === 0);
    await till.close();
    assert.equal(read('tillside_open'), 0);
    assert.deepEqual(
      ['saved', 'sent', 'sent_again'].map((name) => read(`tillside_${name}_total`)),
      [1, 1, 0],
    );
    assert.equal(read('tillside_save_duration_seconds_count'), 1);
    assert.ok(read('tillside_request_duration_seconds_count') >= 2);
    assert.equal(read('tillside_crashes_total'), 0);
    assert.ok(Number.isNaN(read('tillside_oldest_unsent_timestamp_seconds')), 'all is sent');
  });

  it('refusals by class of code, read-backs and repeated sends, each counted once however often they are read', () => {
    const db = new Database(':memory:');
    db.exec('create table update_history (update_id, id, at_ms, from_state, to_state, event, detail)');
    const add = db.prepare('insert into update_history values (?, ?, ?, ?, ?, ?, ?)');
    const clock = virtualClock();
    const nowMs = clock.wallMs();
    const tally = new Tally(clock);
    const steps: readonly (readonly [string | null, string, string, string | null])[] = [
      [null, 'queued', 'saved', null],
      ['queued', 'sending', 'sending', null],
      ['sending', 'unknown', 'not known whether it arrived', 'timeout'],
      ['unknown', 'queued', 'did not arrive, goes once more', null],
      ['queued', 'sending', 'sending', null],
      ['sending', 'attention', 'needs attention', '1016'],
    ];
    add.run('a', 1, nowMs - 1, null, 'queued', 'saved', null);
    for (const [at, [from, to, event, detail]] of steps.entries()) add.run('a', at + 2, nowMs, from, to, event, detail);
    add.run('b', 1, nowMs, 'sending', 'attention', 'needs attention', 'conflict');
    add.run('c', 1, nowMs, 'sending', 'attention', 'needs attention', 'refused');
    for (const id of ['a', 'b', 'c']) tally.touched(id);
    const first = tally.counts(db);
    for (const id of ['a', 'b', 'c']) tally.touched(id);
    for (const counts of [first, tally.counts(db)]) {
      assert.deepEqual(
        [counts.saved, counts.readBack, counts.sentAgain, counts.refused],
        [1, 1, 1, { '1xxx': 1, other: 1 }],
      );
    }
    db.close();
  });

  it('limits reached, requests by result, and crashes over the life of the data', async () => {
    const tally = new Tally(virtualClock());
    const results: HttpResult[] = [
      { kind: 'answer', status: 429, headers: {}, body: '' },
      { kind: 'answer', status: 200, headers: {}, body: '{"response":{"status":{"code":461}}}' },
      { kind: 'answer', status: 200, headers: {}, body: '{"response":{"status":{"code":200}}}' },
      { kind: 'lost', why: 'timeout', code: 'X' },
    ];
    for (const result of results) {
      const send = tally.counting(() => Promise.resolve(result));
      await send({ method: 'GET', url: 'https://x', headers: {}, body: null, timeoutMs: 1 });
    }
    const db = new Database(':memory:');
    const counts = tally.counts(db);
    assert.deepEqual([counts.rateLimited, counts.requests], [2, { answered: 3, lost: 1 }]);
    db.close();
    const dataDir = temporaryFolder();
    const starts = [true, false, true, false].map((endedCleanly) => noteStart(dataDir, endedCleanly).crashes);
    assert.deepEqual(starts, [0, 1, 1, 2]);
  });
});
