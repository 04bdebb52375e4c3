import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import type { Health } from '../../electron/care/health.ts';
import { metricsText } from '../../electron/care/health.ts';
import { HealthReport } from '../../electron/care/health-report.ts';
import { type MachineConfig, parseMachineConfig } from '../../electron/config/machine-config.ts';
import { createNodeTransport } from '../../electron/loyalty-api/node-transport.ts';
import { systemClock, systemRandom } from '../../electron/machine/system-clock.ts';
import { openTill } from '../../electron/till.ts';
import { saveFor, someMobile } from '../db/offline-till.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { secretsInMemory } from '../helpers/till-rig.ts';
import { virtualClock } from '../helpers/virtual-clock.ts';

const minuteMs = 60_000;

const health: Health = {
  till: 'store"1\\2\n3',
  version: '1.2.3',
  uptimeSeconds: 61,
  sync: 'offline',
  paused: null,
  connection: 'offline',
  offlineWhy: 'timeout',
  unsent: { queued: 2, sending: 0, unknown: 1, attention: 0, nextVisit: 0 },
  doubleAwards: 0,
  oldestUnsentSeconds: 7200,
  lastAnswerSeconds: null,
  clockSkewSeconds: -3,
  diskFreeBytes: 123456789,
  databaseDamaged: false,
  configUnusable: true,
  restartDue: false,
  lastBackupSeconds: 86_400,
  customers: 200_000,
  regionAgeSeconds: 7200,
  feedFailure: 'unreachable',
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
  it('is in the text format of Prometheus, with what could break a label escaped and what is not known left out', () => {
    const text = metricsText(health);
    const line =
      /^(# (HELP|TYPE) tillside_[a-z_]+ .+|tillside_[a-z_]+\{([a-z]+="([^"\\\n]|\\["\\n])*",?)+\} -?[\d.]+)$/;
    for (const one of text.trimEnd().split('\n')) assert.match(one, line);
    assert.match(text, /^tillside_unsent_updates\{till="store\\"1\\\\2\\n3",state="unknown"\} 1$/m);
    assert.match(text, /^tillside_oldest_unsent_seconds\{.*\} 7200$/m);
    assert.match(text, /^tillside_paused\{.*\} 0$/m);
    assert.match(text, /^tillside_config_unusable\{.*\} 1$/m);
    assert.doesNotMatch(text, /tillside_last_answer_seconds/);
    assert.equal(text.endsWith('\n'), true);
  });

  it('is written anew each minute in one step, begins when the config asks for it, and never fills the log', async () => {
    const folder = temporaryFolder();
    const file = path.join(folder, 'collector', 'tillside.prom');
    const clock = virtualClock();
    const said: string[] = [];
    let config: MachineConfig['health'] = { heartbeatUrl: null, heartbeatMinutes: 15, metricsFile: null };
    let uptimeSeconds = 0;
    const report = new HealthReport({
      config: () => config,
      health: () => ({ ...health, uptimeSeconds }),
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
    uptimeSeconds = 360;
    await clock.pass(minuteMs);
    assert.match(readFileSync(file, 'utf8'), /^tillside_uptime_seconds\{.*\} 360$/m);
    assert.deepEqual(readdirSync(path.dirname(file)), ['tillside.prom']);
    assert.deepEqual(said.slice(1), ['info health is told again {"what":"metrics"}']);
    rmSync(file);
    report.close();
    await clock.pass(5 * minuteMs);
    assert.equal(existsSync(file), false);
    assert.equal(clock.timers(), 0);
  });
});

describe('the heartbeat', () => {
  it('goes to the address of the config in its rhythm, and tells once that it is not taken and once that it is', async (t) => {
    const { url, got, send, answer, next } = await receiver(t);
    const clock = virtualClock();
    const said: string[] = [];
    let told: () => void = () => undefined;
    const report = new HealthReport({
      config: () => ({ heartbeatUrl: url, heartbeatMinutes: 5, metricsFile: null }),
      health: () => health,
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
    await beat(minuteMs);
    assert.equal(got[0]?.headers['content-type'], 'application/json');
    assert.deepEqual(JSON.parse(got[0]?.body ?? ''), JSON.parse(JSON.stringify(health)));
    answer(500);
    for (let times = 0; times < 3; times += 1) await beat(5 * minuteMs);
    answer(200);
    await beat(5 * minuteMs);
    assert.equal(got.length, 5);
    assert.deepEqual(said, [
      'warn health could not be told {"what":"heartbeat","code":"HTTP 500"}',
      'info health is told again {"what":"heartbeat"}',
    ]);
  });

  it('of an open till holds counts, ages and states of it, and nothing of a customer', async (t) => {
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
    assert.deepEqual([told.till, told.unsent.queued, told.oldestUnsentSeconds], ['store123', 1, 60]);
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
    // Whatever is added here has to be looked at first: IT's receiver may be anybody's.
    const words = Object.entries({ ...told, ...told.unsent }).filter(([, value]) => typeof value === 'string');
    assert.deepEqual(Object.fromEntries(words), {
      till: 'store123',
      version: '0.0.0-test',
      sync: told.sync,
      connection: 'offline',
      offlineWhy: 'no-connection',
    });
  });
});
