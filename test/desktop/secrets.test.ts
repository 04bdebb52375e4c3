/** Where the desktop app keeps the till's password and the database key. */

import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { ensureBuilt } from '../../build/bundles.ts';
import { keptSecret } from '../../electron/loyalty-api/till-secret.ts';
import { practiceConfig } from '../../electron/practice/practice-config.ts';
import { configured, startDesktop, until } from '../helpers/electron/desktop.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

test.before(() => ensureBuilt(['renderer', 'preload']));

const password = 'Korrekt-Pferd-9';
const nowhere = practiceConfig('http://127.0.0.1:9');

test("the password given once at set-up goes through the platform's secret storage, and nowhere else", async (t) => {
  const folder = temporaryFolder();
  const args = configured(folder, nowhere);
  const desktop = await startDesktop(t, { args, env: { TILLSIDE_SECRET: password } });
  await desktop.window();
  assert.equal(process.env.TILLSIDE_SECRET, undefined, 'no program started from here inherits it');
  await until('it is stored', async () => !(await desktop.call('app.info')).secretNeeded);
  const file = path.join(folder, 'data', 'secrets.json');
  const kept: unknown = JSON.parse(readFileSync(file, 'utf8'));
  assert.deepEqual(Object.keys(Reflect.get(Object(kept), 'secrets')).toSorted(), ['api-password-md5', 'database-key']);
  for (const secret of Object.values(Reflect.get(Object(kept), 'secrets'))) {
    assert.equal(Reflect.get(Object(secret), 'sealed'), true);
    assert.match(Buffer.from(String(Reflect.get(Object(secret), 'value')), 'base64').toString(), /^sealed:/);
  }
  const log = readFileSync(path.join(folder, 'data', 'logs', 'tillside.log'), 'utf8');
  assert.ok(!log.includes(password));
  await desktop.close();

  const again = await startDesktop(t, { args });
  await again.window();
  assert.equal((await again.call('app.info')).secretNeeded, false, 'the next start has it');
});

for (const [what, prepare] of [
  ['no secret storage', { isAvailable: false }],
  ['a Linux without a keyring, whose password is in Electron’s source', { backend: 'basic_text' }],
] as const) {
  test(`with ${what}, the file's mode protects it, and the log says so`, async (t) => {
    if (process.platform !== 'linux' && 'backend' in prepare) return;
    const folder = temporaryFolder();
    const desktop = await startDesktop(t, {
      args: configured(folder, nowhere),
      env: { TILLSIDE_SECRET: password },
      prepare: ({ safeStorage }) => {
        Object.assign(safeStorage, prepare);
      },
    });
    await desktop.window();
    await until('it is stored', async () => !(await desktop.call('app.info')).secretNeeded);
    const file = path.join(folder, 'data', 'secrets.json');
    assert.ok(readFileSync(file, 'utf8').includes(keptSecret('basic', password)));
    assert.ok(!readFileSync(file, 'utf8').includes(password), 'the password itself is not there');
    // Windows has no file modes: there the user's own folder is closed to others.
    if (process.platform !== 'win32') assert.equal(statSync(file).mode & 0o777, 0o600);
    const log = readFileSync(path.join(folder, 'data', 'logs', 'tillside.log'), 'utf8');
    assert.match(log, /no secret storage on this machine/);
  });
}

test('a key that the secret storage cannot decrypt is never replaced, and the screen says why (F27)', async (t) => {
  const folder = temporaryFolder();
  const args = configured(folder, nowhere);
  const first = await startDesktop(t, { args });
  await first.window();
  await first.close();
  const file = path.join(folder, 'data', 'secrets.json');
  const before = readFileSync(file, 'utf8');
  const other = await startDesktop(t, {
    args,
    prepare: ({ safeStorage }) => {
      safeStorage.decryptString = () => {
        throw new Error('Error while decrypting the ciphertext');
      };
    },
  });
  await other.window();
  assert.equal((await other.call('trouble.view'))?.code, 'key-unreadable');
  assert.equal(readFileSync(file, 'utf8'), before);
});
