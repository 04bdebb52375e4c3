/** The audit log distinguishes what IT tried on a till's screen from what was done, and says why something was not. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { strFromU8 } from 'fflate';
import { auditFiles, readAudit, writeAudit } from '../../electron/care/audit-log.ts';
import { auditPart } from '../../electron/care/bundle.ts';
import { checkAdmin, checkAuditLog } from '../../electron/care/doctor/check-admin.ts';
import { createDispatcher } from '../../electron/ipc/dispatcher.ts';
import { silentLog } from '../../electron/machine/log.ts';
import { systemClock } from '../../electron/machine/system-clock.ts';
import { startTill } from '../../electron/start-till.ts';
import { run } from '../command-line/run.ts';
import { offlineConfig } from '../db/offline-till.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { secretsInMemory } from '../helpers/till-rig.ts';
import { seededRandom } from '../helpers/virtual-clock.ts';

async function open(t: TestContext) {
  const dataDir = temporaryFolder();
  const started = await startTill({
    found: { mode: 'live', file: path.join(dataDir, 'config.json'), config: offlineConfig() },
    dataDir,
    host: 'preview',
    version: '0.0.0-test',
    secrets: secretsInMemory({ 'api-secret': 'anything' }),
    transport: () => Promise.resolve({ kind: 'not-sent', why: 'no-connection', code: 'ECONNREFUSED' }),
    clock: systemClock,
    random: seededRandom(3),
    log: silentLog,
    secret: undefined,
    allows: () => true,
  });
  t.after(() => started.close());
  const call = async (name: string, argument: unknown = undefined) => {
    const answer = await started.dispatcher.dispatch(undefined, name, argument);
    assert.ok('ok' in answer, `${name}: ${JSON.stringify(answer)}`);
    return answer.ok;
  };
  const importEnds = (kind: string) =>
    new Promise<void>((resolve) => {
      const stop = started.subscribe((message) => {
        if (message.name !== 'customers.importChanged' || message.payload.kind !== kind) return;
        stop();
        resolve();
      });
    });
  return { dataDir, call, importEnds };
}

/** How each action ended, in one word or two. */
const endings = (dataDir: string) =>
  readAudit(dataDir).map(({ action, outcome, code }) => `${action} ${outcome}${code === undefined ? '' : ` ${code}`}`);

function fileOf(rows: number, columns = 'user_id,firstname,lastname,mobile'): string {
  const file = path.join(temporaryFolder(), 'region.csv');
  const lines = Array.from({ length: rows }, (_, n) => `90000${n},Quentin,Imported,91980000000${n}`);
  writeFileSync(file, `${columns}\n${lines.join('\n')}\n`);
  return file;
}

describe("IT's actions on screen", () => {
  it('are logged as done, or as failed with the reason', async (t) => {
    const { dataDir, call } = await open(t);
    await call('till.recoveryKey');
    await call('till.recoveryKeyKept');
    await call('till.recoveryKey');
    await call('rescue.export', { passphrase: 'short' });
    await call('rescue.export', { passphrase: 'a long passphrase' });
    await call('rescue.import', { file: 'no rescue file', passphrase: null });
    await call('rescue.confirm');
    await call('customers.forget', { customerId: 404 });
    assert.deepEqual(endings(dataDir), [
      'recovery-key done',
      'recovery-key-kept done',
      'recovery-key failed kept-before',
      'outbox-export failed passphrase-too-short',
      'outbox-export failed nothing-unsent',
      'outbox-import failed not-a-rescue-file',
      'outbox-confirmed done',
      'customer-forgotten failed not-here',
    ]);
    const { found } = checkAdmin(dataDir, systemClock, { pin: null, managers: false });
    assert.match(found, /last: customer-forgotten on screen by nobody signed in, a moment ago \(failed: not-here\);/);
    const part = strFromU8(auditPart(dataDir).content);
    assert.match(part, /"outcome": ?"failed",\s+"code": ?"passphrase-too-short"/);
  });

  it('are in the log on the disk before they begin', async (t) => {
    const { dataDir, call } = await open(t);
    await call('till.recoveryKey');
    const [, current = ''] = auditFiles(dataDir);
    const [first = '', second = ''] = readFileSync(current, 'utf8').split('\n');
    assert.match(first, /"action":"recovery-key".*"outcome":"begun"/);
    assert.match(second, /"outcome":"done"/);
  });

  it('are logged as done when an import ends, not when it starts', async (t) => {
    const { dataDir, call, importEnds } = await open(t);
    await call('customers.import', { file: '/no/such.csv' });
    assert.deepEqual(endings(dataDir), ['customers-import failed no-such-file']);
    const done = importEnds('done');
    await call('customers.import', { file: fileOf(3) });
    assert.deepEqual(endings(dataDir).at(-1), 'customers-import begun');
    await done;
    assert.deepEqual(endings(dataDir).at(-1), 'customers-import done');
    const failed = importEnds('failed');
    await call('customers.import', { file: fileOf(0) });
    await failed;
    assert.match(endings(dataDir).at(-1) ?? '', /^customers-import failed [a-z-]+$/);
  });

  it('are logged as left if staff decline what an import would do, or start another instead', async (t) => {
    const { dataDir, call, importEnds } = await open(t);
    const done = importEnds('done');
    await call('customers.import', { file: fileOf(9) });
    await done;
    for (const next of ['customers.importAnswer', 'customers.import'] as const) {
      const asked = importEnds('question');
      await call('customers.import', { file: fileOf(1) });
      await asked;
      assert.equal(endings(dataDir).at(-1), 'customers-import begun');
      await call(next, next === 'customers.import' ? { file: '/no/such.csv' } : { take: false });
    }
    assert.deepEqual(endings(dataDir).slice(1), [
      'customers-import left declined',
      'customers-import left replaced',
      'customers-import failed no-such-file',
    ]);
  });

  it('are logged differently for undoing an import than for making it', async (t) => {
    const { dataDir, call, importEnds } = await open(t);
    await call('customers.importUndo');
    for (const file of [fileOf(9), fileOf(9)]) {
      const done = importEnds('done');
      await call('customers.import', { file });
      await done;
    }
    const undone = importEnds('done');
    await call('customers.importUndo');
    await undone;
    assert.deepEqual(endings(dataDir), [
      'customers-import-undone failed nothing-before',
      'customers-import done',
      'customers-import done',
      'customers-import-undone done',
    ]);
  });

  it('are logged as failed if Tillside itself fails', async () => {
    const dataDir = temporaryFolder();
    const ended: unknown[] = [];
    const dispatcher = createDispatcher({
      handlers: () => ({
        'rescue.confirm': () => {
          throw new Error('a bug');
        },
      }),
      allows: () => true,
      begin: () => (end) => ended.push(end),
      log: silentLog,
    });
    await dispatcher.dispatch(undefined, 'rescue.confirm', undefined);
    assert.deepEqual(ended, [{ outcome: 'failed', code: 'internal' }]);
    assert.deepEqual(readAudit(dataDir), []);
  });
});

describe('the file of the audit log', () => {
  it('keeps the next entry out of a line that a crash cut off, and the doctor reports that line', async (t) => {
    const { dataDir } = await open(t);
    const [, current = ''] = auditFiles(dataDir);
    const entry = { atMs: 1, action: 'restore', from: 'screen', author: null } as const;
    writeAudit(dataDir, entry);
    assert.deepEqual(checkAuditLog(dataDir), []);
    writeFileSync(current, `${readFileSync(current, 'utf8')}{"atMs":1,"acti`);
    writeAudit(dataDir, { ...entry, action: 'secret-set' });
    assert.deepEqual(endings(dataDir), ['restore undefined', 'secret-set undefined']);
    assert.match(checkAuditLog(dataDir)[0]?.found ?? '', /has 1 line that cannot be read/);
  });

  it('may hold entries of a newer version', async (t) => {
    const { dataDir } = await open(t);
    writeFileSync(auditFiles(dataDir)[1] ?? '', '{"atMs":1,"action":"something-new","from":"screen","author":null}\n');
    assert.deepEqual(checkAuditLog(dataDir), []);
  });
});

describe("commands' entries", () => {
  it('say with which exit code they ended', async (t) => {
    const { dataDir } = await open(t);
    await run(['outbox', 'export', '--data', dataDir]);
    assert.deepEqual(endings(dataDir), ['outbox-export failed exit-2']);
    writeAudit(dataDir, { atMs: 1, action: 'restore', from: 'screen', author: null });
    assert.equal(readAudit(dataDir).length, 2);
  });
});
