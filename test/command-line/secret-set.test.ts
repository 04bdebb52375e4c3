import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { keptSecret, readTillSecret } from '../../electron/loyalty-api/till-secret.ts';
import { secretFile, secretsFile } from '../../electron/machine/secret-file.ts';
import { systemClock, systemRandom } from '../../electron/machine/system-clock.ts';
import { practiceConfig, practiceCredentials } from '../../electron/practice/practice-config.ts';
import { startPracticeServer } from '../../electron/practice/practice-server.ts';
import { sampleCustomers } from '../../electron/practice/sample-customers.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { runProgram } from './program.ts';
import { run } from './run.ts';

const { secret } = practiceCredentials;
const keptIn = (folder: string) => secretFile(folder, null).read('api-secret');

describe('tillside secret set', () => {
  it('reads the secret from standard input, keeps it for this user alone, and prints nothing of it', async () => {
    const folder = temporaryFolder();
    const ran = await runProgram(['secret', 'set', '--data', folder], { input: `${secret}\n` });
    assert.equal(ran.code, 0, ran.err);
    assert.doesNotMatch(ran.out + ran.err, new RegExp(secret));
    assert.deepEqual(keptIn(folder), { kind: 'value', value: secret });
    if (process.platform !== 'win32') assert.equal(statSync(secretsFile(folder)).mode & 0o777, 0o600);
  });

  it('prefers the environment, so that a roll-out that pipes nothing does not hang', async () => {
    const folder = temporaryFolder();
    const env = { TILLSIDE_SECRET: 'of the environment' };
    const ran = await runProgram(['secret', 'set', '--data', folder, '--json'], { env, input: 'piped in' });
    assert.deepEqual([ran.code, ran.out, ran.err], [0, '{"stored":true}\n', '']);
    assert.deepEqual(keptIn(folder), { kind: 'value', value: 'of the environment' });
  });

  it('lets a new till reach its server: config and secret are all it needs', async (t) => {
    const server = await startPracticeServer({
      customers: sampleCustomers(3),
      clock: systemClock,
      random: systemRandom,
    });
    t.after(() => server.close());
    const folder = temporaryFolder();
    const config = path.join(temporaryFolder(), 'config.json');
    writeFileSync(config, JSON.stringify(practiceConfig(server.url)));
    assert.equal((await runProgram(['secret', 'set', '--data', folder], { input: secret })).code, 0);
    const doctor = await runProgram(['doctor', '--json', '--data', folder, '--config', config]);
    const { findings } = JSON.parse(doctor.out);
    const credentials = findings.find(({ check }: { check: string }) => check === 'credentials');
    assert.equal(credentials.severity, 'fine', credentials.found);
  });

  it('keeps the data key beside the secret, and replaces the earlier secret', async () => {
    const folder = temporaryFolder();
    secretFile(folder, null).write('database-key', 'k');
    secretFile(folder, null).write('api-secret', 'old');
    assert.equal((await run(['secret', 'set', '--data', folder], { givenSecret: 'new' })).code, 0);
    assert.deepEqual(keptIn(folder), { kind: 'value', value: 'new' });
    assert.deepEqual(secretFile(folder, null).read('database-key'), { kind: 'value', value: 'k' });
  });

  it('asks a person at a terminal', async () => {
    const folder = temporaryFolder();
    const ran = await run(['secret', 'set', '--data', folder], { askSecret: () => Promise.resolve('typed') });
    assert.equal(ran.code, 0, ran.err);
    assert.match(ran.out, /from its next start, or type it there if it asks/);
    assert.deepEqual(keptIn(folder), { kind: 'value', value: 'typed' });
  });

  it('refuses what is no secret, an argument, or a file it must not overwrite, and says what to do', async () => {
    const folder = temporaryFolder();
    const set = (argv: readonly string[], input = '') =>
      run(['secret', 'set', '--data', folder, ...argv], { readInput: () => Promise.resolve(input) });
    const none = await set([]);
    assert.equal(none.code, 2);
    assert.match(none.err, /TILLSIDE_SECRET, pipe it to standard input/);
    assert.equal((await set([], 'two\nlines')).code, 2);
    const argument = await set([secret]);
    assert.equal(argument.code, 64);
    assert.doesNotMatch(argument.err, new RegExp(secret));
    mkdirSync(folder, { recursive: true });
    writeFileSync(secretsFile(folder), '{ half of it');
    const damaged = await set([], 'new');
    assert.equal(damaged.code, 2);
    assert.match(damaged.err, /secret file is damaged.*Run this as the user who runs Tillside/);
    assert.equal(readFileSync(secretsFile(folder), 'utf8'), '{ half of it');
  });
});

describe('the password of a till', () => {
  const config = (method: 'basic' | 'oauth') => {
    const file = path.join(temporaryFolder(), 'config.json');
    const auth =
      method === 'basic' ? { method, till: 't' } : { method, key: 'k', attributeTo: { type: 'TILL', code: 't' } };
    writeFileSync(file, JSON.stringify({ api: { cluster: 'eu' }, auth }));
    return file;
  };
  const typed = 'Korrekt-Pferd-9';

  it('is stored as its header needs it: never in clear for Basic, in clear for OAuth, which needs it', async () => {
    for (const method of ['basic', 'oauth'] as const) {
      const folder = temporaryFolder();
      const argv = ['secret', 'set', '--data', folder, '--config', config(method)];
      assert.equal((await run(argv, { givenSecret: 'before' })).code, 0);
      assert.equal((await run(argv, { givenSecret: typed })).code, 0);
      assert.equal(readFileSync(secretsFile(folder), 'utf8').includes(typed), method === 'oauth');
      const value = keptSecret(method, typed);
      assert.deepEqual(readTillSecret(secretFile(folder, null), method), { kind: 'value', value });
    }
  });

  it('stored in clear by an older version becomes its md5 at the next start, and wins over an older md5', () => {
    const folder = temporaryFolder();
    const secrets = secretFile(folder, null);
    secrets.write('api-password-md5', keptSecret('basic', 'before'));
    secrets.write('api-secret', typed);
    for (let start = 0; start < 2; start += 1) {
      assert.deepEqual(readTillSecret(secrets, 'basic'), { kind: 'value', value: keptSecret('basic', typed) });
      assert.equal(readFileSync(secretsFile(folder), 'utf8').includes(typed), false);
    }
  });
});

/** Only if a till's folder has wider permissions than it should. */
describe('the secret file', () => {
  it('is limited to this user again when read, if somebody copied it with wider permissions', () => {
    const folder = temporaryFolder();
    writeFileSync(
      secretsFile(folder),
      JSON.stringify({ version: 1, secrets: { 'api-secret': { sealed: false, value: 'x' } } }),
      { mode: 0o644 },
    );
    assert.deepEqual(keptIn(folder), { kind: 'value', value: 'x' });
    if (process.platform !== 'win32') assert.equal(statSync(secretsFile(folder)).mode & 0o777, 0o600);
  });
});
