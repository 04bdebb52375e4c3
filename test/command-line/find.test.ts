/** `tillside find` and the doorbell it rings. test/e2e/find.spec.ts covers the whole way to the screen. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import path from 'node:path';
import { test } from 'node:test';
import { openDoorbell, ringDoorbell } from '../../electron/machine/doorbell.ts';
import { silentLog } from '../../electron/machine/log.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { run } from './run.ts';

const find = (dataDir: string, ...args: string[]) => run(['find', '--data', dataDir, ...args], { isInstalled: false });

test('the command asks the Tillside that has the data open, and says so if none has', async (t) => {
  const dataDir = temporaryFolder();
  assert.match((await find(dataDir, '--card', '1001')).err, /Tillside is not open/);
  const rung: string[] = [];
  const close = await openDoorbell(dataDir, silentLog, (line) => {
    rung.push(line);
    return 'taken';
  });
  t.after(close);
  assert.deepEqual(await find(dataDir, '--email', 'rita@example.com'), { code: 0, out: '', err: '' });
  assert.equal((await find(dataDir, '--mobile', '+44 7700 900123', '--json')).out, '{"taken":true}');
  assert.deepEqual(rung, ['tillside://find?email=rita%40example.com', 'tillside://find?mobile=%2B44%207700%20900123']);
  for (const wrong of [[], ['--card', '1001', '--id', '7'], ['--card', 'a"b'], ['--mobile', 'rita'], ['1001']]) {
    const { code, err } = await find(dataDir, ...wrong);
    assert.equal(code, 64, err);
  }
  assert.equal(rung.length, 2);
  close();
  assert.equal((await find(dataDir, '--card', '1001')).code, 2);
  assert.equal(existsSync(path.join(dataDir, 'doorbell')), false);
});

test('a killed till leaves a doorbell that nobody answers, and the next till replaces it', async (t) => {
  const dataDir = temporaryFolder();
  writeFileSync(path.join(dataDir, 'doorbell'), path.join(dataDir, 'doorbell.sock'));
  writeFileSync(path.join(dataDir, 'doorbell.sock'), '');
  assert.equal(await ringDoorbell(dataDir, 'tillside://find?card=1'), null);
  t.after(await openDoorbell(dataDir, silentLog, () => 'taken'));
  assert.equal(await ringDoorbell(dataDir, 'tillside://find?card=1'), 'taken');
});

test('a data folder that cannot hold it keeps the till neither from opening nor from closing', async () => {
  const folder = temporaryFolder();
  const file = path.join(folder, 'file');
  writeFileSync(file, '');
  symlinkSync('loop', path.join(folder, 'loop'));
  for (const dataDir of [file, path.join(file, 'sub'), path.join(folder, 'loop'), path.join(folder, 'x'.repeat(300))]) {
    const close = await openDoorbell(dataDir, silentLog, () => 'taken');
    close();
  }
  const dataDir = path.join(folder, 'data');
  mkdirSync(dataDir);
  const close = await openDoorbell(dataDir, silentLog, () => 'taken');
  renameSync(dataDir, `${dataDir}-moved`);
  writeFileSync(dataDir, '');
  close();
});

test('a doorbell works in a folder whose path is too long for a socket', async (t) => {
  const dataDir = path.join(temporaryFolder(), 'long'.repeat(30));
  mkdirSync(dataDir);
  t.after(await openDoorbell(dataDir, silentLog, (line) => line));
  assert.equal(await ringDoorbell(dataDir, 'here'), 'here');
});

test('a doorbell does not wait for an endless line, and answers the next call', async (t) => {
  const dataDir = temporaryFolder();
  t.after(await openDoorbell(dataDir, silentLog, () => 'taken'));
  assert.equal(await ringDoorbell(dataDir, 'x'.repeat(10_000)), null);
  const silent = connect(path.join(dataDir, 'doorbell.sock'));
  t.after(() => silent.destroy());
  assert.equal(await ringDoorbell(dataDir, 'tillside://find?card=1'), 'taken');
});
