import assert from 'node:assert/strict';
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { machineConfigSchema } from '../../electron/config/config-sections.ts';
import { takeLive, watchConfig } from '../../electron/config/config-watch.ts';
import { type MachineConfig, parseMachineConfig } from '../../electron/config/machine-config.ts';
import type { EventMessage } from '../../electron/ipc/schema.ts';
import { fileLog, logFile } from '../../electron/machine/file-log.ts';
import type { LogFacts } from '../../electron/machine/log.ts';
import { silentLog } from '../../electron/machine/log.ts';
import { secretFile } from '../../electron/machine/secret-file.ts';
import { systemRandom } from '../../electron/machine/system-clock.ts';
import { startTill } from '../../electron/start-till.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { virtualClock } from '../helpers/virtual-clock.ts';

const lookMs = 30_000;
const base = {
  api: { url: 'http://127.0.0.1:9' },
  auth: { method: 'basic', till: 'store123' },
  store: { timeZone: 'Asia/Kolkata' },
};

/** As a good deployment does: a whole new file replaces the old one. */
function write(file: string, config: unknown): void {
  writeFileSync(`${file}.new`, typeof config === 'string' ? config : JSON.stringify(config));
  renameSync(`${file}.new`, file);
}

function watched() {
  const file = path.join(temporaryFolder(), 'config.json');
  write(file, base);
  const clock = virtualClock();
  const taken: MachineConfig[] = [];
  const said: { readonly event: string; readonly facts: LogFacts }[] = [];
  const log = { write: (_level: string, event: string, facts: LogFacts = {}) => said.push({ event, facts }) };
  const stop = watchConfig(file, clock, log, { changed: (config) => taken.push(config), unusable: () => undefined });
  return { file, clock, taken, said, stop };
}

describe('watching the config', () => {
  it('reads a changed file within half a minute, once, and ignores an unchanged one', async () => {
    const { file, clock, taken } = watched();
    await clock.pass(10 * lookMs);
    assert.equal(taken.length, 0);
    write(file, { ...base, sync: { settleSeconds: 42 } });
    await clock.pass(lookMs);
    assert.deepEqual(
      taken.map(({ sync }) => sync.settleSeconds),
      [42],
    );
    await clock.pass(10 * lookMs);
    assert.equal(taken.length, 1);
  });

  it('a bad file changes nothing, is reported without its contents, and the next good one is used', async () => {
    const { file, clock, taken, said } = watched();
    write(file, '{ "api": { "password": "hunter2"');
    await clock.pass(lookMs);
    write(file, { ...base, auth: { method: 'basic', till: 't', password: 'hunter2' } });
    await clock.pass(lookMs);
    assert.equal(taken.length, 0);
    assert.deepEqual(said, [
      { event: 'the changed config is not valid', facts: { problems: 1, first: '(the file)' } },
      { event: 'the changed config is not valid', facts: { problems: 1, first: 'auth.password' } },
    ]);
    write(file, { ...base, log: { level: 'debug' } });
    await clock.pass(lookMs);
    assert.equal(taken.at(-1)?.log.level, 'debug');
  });

  it('a file that stays missing is reported once, and used when it is back', async () => {
    const { file, clock, taken, said } = watched();
    rmSync(file);
    await clock.pass(20 * lookMs);
    assert.deepEqual(said, [{ event: 'the changed config is not valid', facts: { problems: 1, first: '(the file)' } }]);
    write(file, base);
    await clock.pass(lookMs);
    assert.equal(taken.length, 1);
  });

  it('waits if the file is gone for a moment, and stops looking when the till closes', async () => {
    const { file, clock, taken, said, stop } = watched();
    rmSync(file);
    await clock.pass(3 * lookMs);
    assert.deepEqual([taken, said], [[], []]);
    write(file, { ...base, data: { retentionDays: 30 } });
    await clock.pass(lookMs);
    assert.equal(taken.length, 1);
    stop();
    assert.equal(clock.timers(), 0);
  });
});

describe('a changed config', () => {
  const current = parseMachineConfig(base, 'test');
  const changedIn: { readonly [section: string]: object } = {
    api: { api: { ...base.api, maxInFlight: 2 } },
    auth: { auth: { method: 'basic', till: 'store124' } },
    store: { store: { ...base.store, countryCode: 'GB' } },
    org: { org: { allowExternalIdFill: true } },
    sync: { sync: { readBack: false } },
    staff: { staff: { required: true } },
    scanner: { scanner: { prefix: ']C1' } },
    admin: { admin: { managers: true } },
    data: { data: { retentionDays: 30 } },
    rescue: { rescue: { publicKey: 'MCowBQYDK2VuAyEAL+V1wFVi2zbUpyEO2OFMUTzcmMqj2iQBrzzFW3GF9Ak=' } },
    region: { region: { everyHours: 12 } },
    update: { update: { channel: 'beta' } },
    health: { health: { heartbeatMinutes: 5 } },
    log: { log: { level: 'debug' } },
  };
  const live = ['admin', 'sync', 'data', 'rescue', 'region', 'health', 'log'];

  for (const section of Object.keys(machineConfigSchema.shape).filter((name) => name !== '$schema')) {
    it(`in ${section} ${live.includes(section) ? 'takes effect at once' : 'takes effect at the next start, and says so'}`, () => {
      const changed = parseMachineConfig({ ...base, ...changedIn[section] }, 'test');
      assert.notDeepEqual(changed, current, 'this test changes nothing');
      const { config, restartDue } = takeLive(current, changed);
      assert.deepEqual(config, live.includes(section) ? changed : current);
      assert.equal(restartDue, !live.includes(section));
    });
  }

  it('with a password from the environment, the first metrics do not say that there is none', async (t) => {
    const dataDir = temporaryFolder();
    const metricsFile = path.join(dataDir, 'tillside.prom');
    const file = path.join(temporaryFolder(), 'config.json');
    write(file, base);
    const clock = virtualClock();
    const started = await startTill({
      found: { mode: 'live', file, config: { ...current, health: { ...current.health, metricsFile } } },
      dataDir,
      host: 'preview',
      version: '0.0.0-test',
      secrets: secretFile(dataDir, null),
      transport: () => Promise.resolve({ kind: 'not-sent', why: 'no-connection', code: 'ECONNREFUSED' }),
      clock,
      random: systemRandom,
      log: silentLog,
      secret: 'given',
      allows: () => true,
    });
    t.after(() => started.close());
    if (!existsSync(metricsFile)) await clock.pass(0);
    assert.doesNotMatch(readFileSync(metricsFile, 'utf8'), /no-secret/);
  });

  it('reaches an open till: the log says more at once, and the screen learns whether a restart is due', async (t) => {
    const dataDir = temporaryFolder();
    const file = path.join(temporaryFolder(), 'config.json');
    write(file, base);
    const clock = virtualClock();
    const log = fileLog({ dataDir, level: 'info', clock });
    const started = await startTill({
      found: { mode: 'live', file, config: current },
      dataDir,
      host: 'preview',
      version: '0.0.0-test',
      secrets: secretFile(dataDir, null),
      transport: () => Promise.resolve({ kind: 'not-sent', why: 'no-connection', code: 'ECONNREFUSED' }),
      clock,
      random: systemRandom,
      log,
      secret: undefined,
      allows: () => true,
    });
    t.after(() => started.close());
    const heard: EventMessage[] = [];
    started.subscribe((message) => heard.push(message));
    const facts = () => heard.filter((message) => message.name === 'till.changed').at(-1)?.payload;
    const restartDue = () => facts()?.restartDue;
    log.write('debug', 'not yet');
    write(file, { ...base, log: { level: 'debug' } });
    await clock.pass(lookMs);
    log.write('debug', 'from now on');
    assert.equal(restartDue(), false);
    write(file, { ...base, api: { cluster: 'eu' } });
    await clock.pass(lookMs);
    assert.equal(restartDue(), true);
    write(file, base);
    await clock.pass(lookMs);
    assert.equal(restartDue(), false);
    write(file, { ...base, log: { level: 'loud' } });
    await clock.pass(lookMs);
    assert.equal(facts()?.unusableConfig, 'log.level', 'the config before it stays in force, and the screen says so');
    assert.deepEqual([facts()?.restartDue, started.status()?.unsent], [false, 0]);
    write(file, base);
    await clock.pass(lookMs);
    assert.equal(facts()?.unusableConfig, null);
    const lines = readFileSync(logFile(dataDir), 'utf8');
    assert.match(lines, /from now on/);
    assert.doesNotMatch(lines, /not yet/);
  });
});
