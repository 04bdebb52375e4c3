/** Actions only IT may take: refused without a PIN or a manager, and logged with who took them. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import path from 'node:path';
import { before, describe, it, type TestContext } from 'node:test';
import { strFromU8 } from 'fflate';
import { auditFiles, readAudit, writeAudit } from '../../electron/care/audit-log.ts';
import { auditPart, doctorPart } from '../../electron/care/bundle.ts';
import { checkAdmin } from '../../electron/care/doctor/check-admin.ts';
import { parseMachineConfig } from '../../electron/config/machine-config.ts';
import { hashPin, isPin, isPinHash } from '../../electron/config/pin-hash.ts';
import { adminCalls } from '../../electron/ipc/admin-calls.ts';
import { silentLog } from '../../electron/machine/log.ts';
import { systemClock, systemRandom } from '../../electron/machine/system-clock.ts';
import { startTill } from '../../electron/start-till.ts';
import { runProgram } from '../command-line/program.ts';
import { run } from '../command-line/run.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { secretsInMemory } from '../helpers/till-rig.ts';
import { virtualClock } from '../helpers/virtual-clock.ts';

const pin = '4711-08';
let hash = '';
before(async () => {
  hash = await hashPin(pin);
});

type Answer = { readonly ok?: unknown; readonly error?: { readonly code: string } };

const argumentsOf: { readonly [name: string]: unknown } = {
  'rescue.export': { passphrase: 'a long passphrase' },
  'rescue.import': { file: 'x', passphrase: null },
  'customers.import': { file: '/no/such.csv' },
  'customers.forget': { customerId: 1 },
  'trouble.useRecoveryKey': { typed: 'nonsense' },
  'trouble.restore': { backup: null },
};

async function open(t: TestContext, admin: object, dataDir = temporaryFolder()) {
  const clock = virtualClock();
  const config = parseMachineConfig(
    { api: { url: 'http://127.0.0.1:9' }, auth: { method: 'basic', till: 'store123' }, admin },
    'test',
  );
  const started = await startTill({
    found: { mode: 'live', file: path.join(dataDir, 'config.json'), config },
    dataDir,
    host: 'preview',
    version: '0.0.0-test',
    secrets: secretsInMemory({ 'api-secret': 'anything' }),
    transport: () => Promise.resolve({ kind: 'not-sent', why: 'no-connection', code: 'ECONNREFUSED' }),
    clock,
    random: systemRandom,
    log: silentLog,
    secret: undefined,
    allows: () => true,
  });
  let isOpen = true;
  const close = async () => {
    if (isOpen) await started.close();
    isOpen = false;
  };
  t.after(close);
  const call = async (name: string, argument?: unknown): Promise<Answer> =>
    started.dispatcher.dispatch(undefined, name, argument ?? argumentsOf[name]);
  return { dataDir, clock, call, close };
}

const codeOf = ({ error }: Answer) => error?.code ?? null;
const actions = (dataDir: string) => readAudit(dataDir).map(({ action }) => action);

describe('with a PIN', () => {
  it('no IT action works without the PIN, whatever the screen asks for', async (t) => {
    const { call, dataDir } = await open(t, { pin: hash });
    const needPin = Object.keys(adminCalls).filter((name) => name !== 'trouble.useRecoveryKey');
    for (const name of needPin) assert.equal(codeOf(await call(name)), 'admin-required', name);
    assert.deepEqual(actions(dataDir), []);
    // Whoever has the recovery key is IT.
    assert.deepEqual(await call('trouble.useRecoveryKey'), { ok: { kind: 'refused', why: 'mistyped' } });
    assert.deepEqual(actions(dataDir), ['recovery-key-used']);
    assert.equal(codeOf(await call('till.facts')), null);
    assert.deepEqual(await call('admin.view'), { ok: { byPin: true, byManager: false, waitSeconds: 0 } });
  });

  it('the PIN unlocks for five minutes, for whoever was signed in, and each action is logged with its author', async (t) => {
    const { call, clock, dataDir } = await open(t, { pin: hash });
    await call('staff.signIn', { code: 'S7' });
    assert.deepEqual(await call('admin.unlock', { pin }), { ok: { kind: 'unlocked' } });
    for (const name of Object.keys(adminCalls)) assert.notEqual(codeOf(await call(name)), 'admin-required', name);
    assert.deepEqual(actions(dataDir), ['unlocked', ...Object.values(adminCalls).map(({ action }) => action)]);
    assert.deepEqual([...new Set(readAudit(dataDir).map(({ author, from }) => `${author} ${from}`))], ['S7 screen']);
    await call('staff.signOut');
    assert.equal(codeOf(await call('till.recoveryKey')), 'admin-required');
    await call('staff.signIn', { code: 'S7' });
    await clock.pass(5 * 60_000);
    assert.equal(codeOf(await call('till.recoveryKey')), 'admin-required');
  });

  it('wrong tries are slowed down, even all at once and across a restart, and a right one during the wait is ignored', async (t) => {
    const { call, clock, dataDir, close } = await open(t, { pin: hash });
    const tries = await Promise.all(Array.from({ length: 6 }, () => call('admin.unlock', { pin: 'nothing' })));
    const kinds = tries.map(({ ok }) => JSON.stringify(ok));
    assert.deepEqual(kinds.slice(0, 3), [
      '{"kind":"wrong","waitSeconds":0}',
      '{"kind":"wrong","waitSeconds":0}',
      '{"kind":"wrong","waitSeconds":2}',
    ]);
    assert.deepEqual(new Set(kinds.slice(3)), new Set(['{"kind":"wait","waitSeconds":2}']));
    assert.deepEqual(await call('admin.unlock', { pin }), { ok: { kind: 'wait', waitSeconds: 2 } });
    const waits: number[] = [];
    for (let again = 0; again < 12; again += 1) {
      await clock.pass(16 * 60_000);
      const { ok } = await call('admin.unlock', { pin: 'nothing' });
      waits.push(Number(/"waitSeconds":(\d+)/.exec(JSON.stringify(ok))?.[1]));
    }
    assert.deepEqual(waits, [4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900, 900]);
    await close();
    const next = await open(t, { pin: hash }, dataDir);
    const { ok } = await next.call('admin.unlock', { pin });
    assert.match(JSON.stringify(ok), /"kind":"wait"/);
    await next.clock.pass(16 * 60_000);
    assert.deepEqual(await next.call('admin.unlock', { pin }), { ok: { kind: 'unlocked' } });
  });
});

describe('with managers', () => {
  it('staff who are not managers are refused, and without a configured PIN no PIN unlocks', async (t) => {
    const { call } = await open(t, { managers: true });
    await call('staff.signIn', { code: 'S7' });
    assert.equal(codeOf(await call('till.recoveryKey')), 'admin-required');
    assert.deepEqual(await call('admin.unlock', { pin: 'anything' }), { ok: { kind: 'wrong', waitSeconds: 0 } });
  });
});

describe('with neither', () => {
  it('everybody may act, and each action is still logged', async (t) => {
    const { call, dataDir } = await open(t, {});
    assert.notEqual(codeOf(await call('till.recoveryKey')), 'admin-required');
    assert.deepEqual(
      readAudit(dataDir).map(({ action, author }) => [action, author]),
      [['recovery-key', null]],
    );
  });
});

describe('the log of actions', () => {
  it("names commands with the system's user, and neither a torn line nor a full disk stops anybody", async (t) => {
    const { dataDir, close } = await open(t, {});
    await close();
    await run(['recovery-key', 'show', '--data', dataDir], { user: 'it-anna' });
    const [, current = ''] = auditFiles(dataDir);
    writeFileSync(current, `${readFileSync(current, 'utf8')}{"atMs":1,"acti`);
    assert.deepEqual(
      readAudit(dataDir).map(({ action, author, from }) => [action, author, from]),
      [['recovery-key', 'it-anna', 'command']],
    );
    assert.equal(writeAudit('/no/such', { atMs: 1, action: 'restore', from: 'screen', author: null }), false);
  });

  it('says whether a command was done, failed or never ended, and still reads older entries', async (t) => {
    const { dataDir, close } = await open(t, {});
    await close();
    const [, current = ''] = auditFiles(dataDir);
    const old = { atMs: Date.now() - 3_600_000, action: 'restore', from: 'command', author: 'anna' } as const;
    writeAudit(dataDir, { ...old, action: 'secret-set', outcome: 'begun' });
    writeAudit(dataDir, old);
    const shown = await run(['secret', 'set', '--data', dataDir], { givenSecret: 'x', user: 'carl' });
    assert.equal(shown.code, 0, shown.err);
    const failed = await run(['restore', 'no-such.db', '--yes', '--data', dataDir], { user: null });
    assert.equal(failed.code, 2, failed.err);
    assert.deepEqual(
      readAudit(dataDir).map(({ action, outcome, author }) => [action, outcome, author]),
      [
        ['secret-set', 'begun', 'anna'],
        ['restore', undefined, 'anna'],
        ['secret-set', 'done', 'carl'],
        ['restore', 'failed', null],
      ],
    );
    const { found } = checkAdmin(dataDir, systemClock, { pin: null, managers: false });
    assert.match(found, /restore from the command line by an unknown user, a moment ago \(failed: exit-2\)/);
    assert.match(found, /secret-set from the command line by carl, a moment ago;/);
    assert.match(found, /restore from the command line by anna, 1 hour ago$/);
    assert.match(readFileSync(current, 'utf8'), /"outcome":"begun"/);
  });

  it("asks the system for the user, whatever the environment says, and keeps the name out of IT's bundle", async (t) => {
    const { dataDir, close } = await open(t, {});
    await close();
    const ran = await runProgram(['recovery-key', 'show', '--data', dataDir], { env: { USER: 'somebody-else' } });
    assert.notEqual(ran.code, 3, ran.err);
    assert.deepEqual(
      readAudit(dataDir).map(({ author }) => author),
      [userInfo().username],
    );
    const words = 'last: restore from the command line by carl, 2 hours ago (failed)';
    const finding = { check: 'admin', severity: 'fine', found: words, advice: null, facts: {} } as const;
    const parts = [doctorPart([finding], '/home/carl'), auditPart(dataDir)].map(({ content }) => strFromU8(content));
    assert.match(parts[0] ?? '', /restore from the command line, 2 hours ago \(failed\)/);
    assert.match(parts[1] ?? '', /"author": ?null/);
  });

  it('grows to two files of a megabyte and no further', () => {
    const dataDir = temporaryFolder();
    const [older = '', current = ''] = auditFiles(dataDir);
    writeFileSync(current, 'x'.repeat(1_000_001));
    writeAudit(dataDir, { atMs: 1, action: 'restore', from: 'screen', author: null });
    assert.equal(existsSync(older), true);
    assert.equal(readAudit(dataDir).length, 1);
  });
});

describe('tillside admin pin', () => {
  it('prints a config line that accepts this PIN and no other, with a new salt each time', async () => {
    const made = await run(['admin', 'pin'], { env: { TILLSIDE_PIN: pin } });
    assert.equal(made.code, 0);
    assert.doesNotMatch(made.out, /4711/);
    const kept: string = JSON.parse(`{${made.out}}`).admin.pin;
    assert.equal(isPinHash(kept), true);
    assert.notEqual(kept, hash);
    assert.equal(await isPin(pin, kept), true);
    for (const digits of ['٠١٢٣٤٥٦٧٨٩', '०१२३४५६७८९', '۰۱۲۳۴۵۶۷۸۹']) {
      const typed = pin.replace(/\d/g, (digit) => digits[Number(digit)] ?? '');
      assert.equal(await isPin(typed, kept), true, 'on a keyboard with other digits');
      assert.equal(await isPin(pin, await hashPin(typed)), true);
    }
    for (const wrong of ['4711-09', '4711-0', ` ${pin}`, '']) assert.equal(await isPin(wrong, kept), false);
  });

  it('refuses a PIN that is too short, and rejects a hash with altered cost settings', async () => {
    assert.equal((await run(['admin', 'pin'], { env: { TILLSIDE_PIN: '12345' } })).code, 2);
    assert.equal((await run(['admin', 'pin'])).code, 2);
    for (const cost of ['1', '14', '18', '30']) assert.equal(isPinHash(hash.replace(':15:', `:${cost}:`)), false);
    assert.equal(isPinHash('1234'), false);
  });
});
