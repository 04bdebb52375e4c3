/** The outside contract of `npm run preview`: other programs rely on it. */

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { ensureBuilt } from '../../build/bundles.ts';
import { readArguments } from '../../build/command-line.ts';
import { keptSecret } from '../../electron/loyalty-api/till-secret.ts';
import { secretFile } from '../../electron/machine/secret-file.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { run } from './program.ts';

test.before(() => ensureBuilt(['preload', 'renderer']));

function configured(config: unknown) {
  const folder = temporaryFolder();
  const file = path.join(folder, 'config.json');
  writeFileSync(file, typeof config === 'string' ? config : JSON.stringify(config));
  const args = ['--config', file, '--data', path.join(folder, 'data'), '--port', '0', '--no-open'];
  return { args, file };
}

// Nobody listens there: a till opens and works without its server.
const config = {
  api: { url: 'http://127.0.0.1:9' },
  auth: { method: 'basic', till: 'store123' },
  store: { countryCode: 'IN' },
};

test('one line says where it is, only the token opens it, and SIGTERM ends it with 0', async (t) => {
  const { args } = configured(config);
  const preview = run(t, 'preview', args);
  await preview.says(/\n/);
  const printed: unknown = JSON.parse(preview.stdout());
  assert.ok(typeof printed === 'object' && printed !== null && 'url' in printed && 'ready' in printed);
  assert.deepEqual(Object.keys(printed), ['ready', 'url']);
  assert.equal(printed.ready, true);
  const url = new URL(String(printed.url));
  assert.match(url.href, /^http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]+$/);
  const page = await fetch(url);
  assert.equal(page.status, 200);
  assert.match(await page.text(), /<title>Tillside/);
  assert.equal((await fetch(url.origin)).status, 403);

  const second = run(t, 'preview', args);
  assert.equal(await second.ended, 3, 'one till on one data folder');
  assert.match(second.stderr(), /already/i);
  assert.equal(second.stdout(), '');

  preview.child.kill('SIGTERM');
  assert.equal(await preview.ended, 0);
  assert.equal(preview.stdout().trim().split('\n').length, 1);
  await assert.rejects(fetch(url));
});

test('a wrong config is reported by path, found and expected, all mistakes at once, and ends it with 2', async (t) => {
  const { args, file } = configured({
    api: { url: 'http://shop.example.com', requestsPerMinute: 0 },
    auth: { method: 'basic', till: 'store123', password: 'typed here by mistake' },
    store: { countryCode: 'India', timeZone: 'Bombay' },
    synch: {},
  });
  const preview = run(t, 'preview', args);
  assert.equal(await preview.ended, 2);
  assert.equal(preview.stdout(), '');
  const lines = preview.stderr();
  for (const part of [
    file,
    'api.url: found a text, expected an https address',
    'api.requestsPerMinute: found a number, expected 1 or more',
    'auth.password: found a secret, which must not be in this file, expected the secret in TILLSIDE_SECRET',
    'store.countryCode: found a text, expected a country as two capital letters',
    'store.timeZone: found a text, expected an IANA time zone',
    'synch: unknown key',
  ]) {
    assert.ok(lines.includes(part), `${part}\nis not in\n${lines}`);
  }
  assert.ok(!lines.includes('typed here by mistake'));
});

for (const [what, text, expected] of [
  ['that is not JSON', '{ "api": ', /line 1, column 9: \(the file\): found no value, expected a value/],
  ['that is empty of all that is needed', '{}', /api: found nothing.*\n.*auth: found nothing/],
] as const) {
  test(`a config ${what} ends it with 2`, async (t) => {
    const preview = run(t, 'preview', configured(text).args);
    assert.equal(await preview.ended, 2);
    assert.match(preview.stderr(), expected);
  });
}

test('a missing config and unknown arguments end it with 2', async (t) => {
  const folder = temporaryFolder();
  const missing = run(t, 'preview', ['--config', path.join(folder, 'no.json'), '--data', folder, '--no-open']);
  assert.equal(await missing.ended, 2);
  assert.match(missing.stderr(), /no\.json:\n\s+The file does not exist/);
  const port = run(t, 'preview', ['--port', 'eighty', '--data', folder, '--no-open']);
  assert.equal(await port.ended, 2);
  assert.match(port.stderr(), /--port: found "eighty", expected a number from 0 to 65535/);
  assert.throws(() => readArguments(['--data', ''], false), /--data is empty/);
  assert.throws(() => readArguments(['--config='], false), /--config is empty/);
});

const noProc = { skip: process.platform !== 'linux' && 'only Linux shows the environment of a process' };

test(
  'the secret reaches the till, but not the environment of any program that is started for it',
  noProc,
  async (t) => {
    const { args } = configured(config);
    const secret = 'a secret of the test';
    const preview = run(t, 'preview', args, { TILLSIDE_SECRET: secret });
    await preview.says(/\n/);
    const below = descendants(preview.child.pid ?? 0);
    assert.ok(below.length > 0, 'the set-up has started the preview');
    for (const pid of below) {
      assert.ok(!readFileSync(`/proc/${pid}/environ`, 'utf8').includes(secret), `process ${pid} has it`);
    }
    const dataDir = args[args.indexOf('--data') + 1] ?? '';
    assert.deepEqual(secretFile(dataDir, null).read('api-password-md5'), {
      kind: 'value',
      value: keptSecret('basic', secret),
    });
  },
);

function descendants(pid: number): readonly number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  return children === '' ? [] : children.split(' ').flatMap((one) => [Number(one), ...descendants(Number(one))]);
}
