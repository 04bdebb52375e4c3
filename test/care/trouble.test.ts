import assert from 'node:assert/strict';
import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { readAudit } from '../../electron/care/audit-log.ts';
import { hashPin } from '../../electron/config/pin-hash.ts';
import { recoveryKeyOf } from '../../electron/db/recovery-key.ts';
import { createBridge } from '../../electron/ipc/bridge.ts';
import type { Argument, CallName, Result } from '../../electron/ipc/schema.ts';
import { folderFiles } from '../../electron/machine/folder-files.ts';
import { silentLog } from '../../electron/machine/log.ts';
import { secretFile } from '../../electron/machine/secret-file.ts';
import { systemClock, systemRandom } from '../../electron/machine/system-clock.ts';
import { startTill } from '../../electron/start-till.ts';
import { damageTable, offlineConfig, openOfflineTill, saveFor, someMobile, storedKey } from '../db/offline-till.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

async function folderWithOneUpdate(): Promise<string> {
  const folder = temporaryFolder();
  const till = await openOfflineTill(folder);
  await saveFor(till, someMobile, 'Waiting');
  await till.backUp();
  await till.close();
  return folder;
}

/** As the desktop app and the preview start it, called as the screen does. */
async function start(
  t: TestContext,
  dataDir: string,
  { metricsFile = null, pin = null }: { readonly metricsFile?: string | null; readonly pin?: string | null } = {},
) {
  const file = path.join(temporaryFolder(), 'config.json');
  const { health, admin, ...others } = offlineConfig();
  const config = { ...others, health: { ...health, metricsFile }, admin: { ...admin, pin } };
  const started = await startTill({
    found: { mode: 'live', file, config },
    dataDir,
    host: 'preview',
    version: '0.0.0-test',
    secrets: secretFile(dataDir, null),
    transport: () => Promise.resolve({ kind: 'not-sent', why: 'no-connection', code: 'ECONNREFUSED' }),
    clock: systemClock,
    random: systemRandom,
    log: silentLog,
    secret: undefined,
    allows: () => true,
  });
  t.after(() => started.close());
  const bridge = createBridge({
    invoke: (_channel, name, argument) => started.dispatcher.dispatch(null, name, argument),
    on: () => undefined,
  });
  async function call<Name extends CallName>(name: Name, argument?: Argument<Name>): Promise<Result<Name> | string> {
    const envelope = await bridge.call(name, argument);
    return 'ok' in envelope ? envelope.ok : envelope.error.code;
  }
  return { started, call };
}

describe('a till that cannot be opened', () => {
  it('F62: says so in its metrics file, which the last run left as if all were well', async (t) => {
    const folder = await folderWithOneUpdate();
    damageTable(folder, 'update_history');
    const metricsFile = path.join(temporaryFolder(), 'tillside.prom');
    writeFileSync(metricsFile, 'tillside_open{till="t"} 1\n');
    await start(t, folder, { metricsFile });
    const text = readFileSync(metricsFile, 'utf8');
    assert.match(text, /^tillside_open\{till="[^"]+"\} 0$/m);
    assert.match(text, /^tillside_cannot_open\{till="[^"]+",why="database-unreadable"\} 1$/m);
    assert.match(text, /^tillside_written_at_timestamp_seconds\{[^}]+\} \d{10}$/m);
  });

  it('F25: shows why, what is unsent and which backups there are; restores one, and opens', async (t) => {
    const folder = await folderWithOneUpdate();
    const { aside } = folderFiles(folder);
    damageTable(folder, 'update_history');
    const { started, call } = await start(t, folder);
    assert.equal(started.trouble()?.code, 'database-unreadable');
    assert.equal(started.status(), null);
    assert.equal(await call('app.info'), 'not-open');
    assert.equal(await call('customers.search', { query: 'a' }), 'not-open');
    const view = await call('trouble.view');
    assert.ok(typeof view === 'object' && view !== null);
    assert.equal(view.code, 'database-unreadable');
    assert.deepEqual(view.unsent?.count, 1);
    assert.equal(view.backups.length, 1);
    assert.deepEqual(await call('trouble.restore', { backup: '../../other.db' }), {
      kind: 'refused',
      why: 'no-such-backup',
    });
    const still = await call('trouble.tryAgain');
    assert.equal(typeof still === 'object' && still.kind, 'trouble');
    assert.deepEqual(await call('trouble.restore', { backup: view.backups[0]?.name ?? '' }), { kind: 'open' });
    assert.equal(started.status()?.unsent, 1);
    assert.equal(await call('trouble.view'), null);
    assert.equal(readdirSync(aside).length, 1);
    // Somebody with a slow page presses it again: the till is open and stays as it is.
    assert.deepEqual(await call('trouble.restore', { backup: null }), { kind: 'open' });
    assert.equal(readdirSync(aside).length, 1);
    assert.equal(started.status()?.unsent, 1);
  });

  it('F27: accepts the recovery key on its screen without a PIN, opens, and keeps in the audit log how each try ended', async (t) => {
    const folder = await folderWithOneUpdate();
    const disk = path.join(temporaryFolder(), 'disk');
    cpSync(folder, disk, { recursive: true });
    writeFileSync(path.join(disk, 'secrets.json'), '{}');
    const { started, call } = await start(t, disk, { pin: await hashPin('123456') });
    const view = await call('trouble.view');
    assert.deepEqual(typeof view === 'object' && view?.nextSteps, ['recovery-key']);
    assert.equal(typeof view === 'object' && view?.unsent, null);
    const use = (typed: string) => call('trouble.useRecoveryKey', { typed });
    assert.deepEqual(await use('nonsense'), { kind: 'refused', why: 'mistyped' });
    assert.deepEqual(await use(recoveryKeyOf('e'.repeat(64))), { kind: 'refused', why: 'other-key' });
    assert.deepEqual(await use(recoveryKeyOf(storedKey(folder))), { kind: 'open' });
    assert.equal(started.status()?.unsent, 1);
    assert.deepEqual(
      readAudit(disk).map(({ action, from, outcome, code }) => [action, from, outcome, code]),
      [
        ['recovery-key-used', 'screen', 'failed', 'mistyped'],
        ['recovery-key-used', 'screen', 'failed', 'other-key'],
        ['recovery-key-used', 'screen', 'done', undefined],
      ],
    );
  });

  it('delivers the events of the till that opened later to earlier listeners', async (t) => {
    const folder = await folderWithOneUpdate();
    const key = recoveryKeyOf(storedKey(folder));
    writeFileSync(path.join(folder, 'secrets.json'), '{}');
    const { started, call } = await start(t, folder);
    const heard = new Promise<string>((resolve) => started.subscribe(({ name }) => resolve(name)));
    await call('trouble.useRecoveryKey', { typed: key });
    const target = { identifier: { type: 'mobile', value: '919845099999' } } as const;
    await call('updates.save', { token: crypto.randomUUID(), target, changes: { lastName: 'Later' } });
    assert.equal(typeof (await heard), 'string');
  });

  it('F04: is not started if another Tillside has the data open', async (t) => {
    const folder = await folderWithOneUpdate();
    const till = await openOfflineTill(folder);
    t.after(() => till.close());
    await assert.rejects(start(t, folder), { code: 'already-running' });
    assert.equal(existsSync(folderFiles(folder).aside), false);
  });
});
