import assert from 'node:assert/strict';
import { it } from 'node:test';
import { run } from './run.ts';

it('for an unknown command or option the most likely one is suggested, but none that is far from it', async () => {
  for (const [typed, meant] of [
    ['docter', 'doctor'],
    ['doc', 'doctor'],
    ['suport-bundle x.zip', 'support-bundle'],
    ['outbox exprot', 'outbox export'],
    ['outbx list', 'outbox list'],
    ['export', 'outbox export'],
    ['fly', null],
    ['outbox fly', null],
  ] as const) {
    const { code, err } = await run(typed.split(' '));
    assert.equal(code, 64);
    assert.equal(/unknown command "[^"]+"\. Did you mean "(.+)"\?/.exec(err)?.[1] ?? null, meant, typed);
  }
  assert.match((await run(['doctor', '--ful'])).err, /'--ful'\. Did you mean --full\? See: /);
  assert.doesNotMatch((await run(['outbox', 'list', '--fast'])).err, /Did you mean/);
  const secret = await run(['pin', 'hunter']);
  assert.doesNotMatch(secret.err, /hunter/);
});

it('a key in place of its file is refused without being repeated', async () => {
  const body = 'MC4CAQAwBQYDK2VuBCIEIJ1234567890abcdefghijklmnopqrstuvwxyz';
  for (const argv of [
    ['outbox', 'import', 'x', `--${body}`],
    ['recovery-key', 'open', '-----BEGIN PRIVATE KEY-----MC4CAQ'],
    ['recovery-key', 'open', import.meta.filename, `--private-key=${body}`],
    ['recovery-key', 'open', import.meta.filename, `--private-key=-----BEGIN PRIVATE KEY-----\n${body}`],
    ['region', 'publish', import.meta.filename, '--to', '/no/such', `--key=${body}`],
  ]) {
    const { code, out, err } = await run(argv);
    assert.equal(code, 64, err);
    assert.doesNotMatch(out + err, /MC4CAQ/);
  }
});

it('an option without its value is reported in one line', async () => {
  const { err } = await run(['doctor', '--config', '--data', '/x']);
  assert.match(err, /^tillside doctor: Option '--config' argument is ambiguous\. See: tillside doctor --help$/);
});

it('help is shown in whatever order people type it', async () => {
  for (const argv of [
    ['help', 'doctor'],
    ['--help', 'doctor'],
    ['doctor', '--help'],
    ['doctor', '-h'],
  ]) {
    const { code, out } = await run(argv);
    assert.equal(code, 0, argv.join(' '));
    assert.match(out, /^tillside doctor \[options\]/, argv.join(' '));
  }
  for (const argv of [
    ['help', 'outbox'],
    ['outbox', '--help'],
    ['outbox', 'help'],
  ]) {
    const { code, out, err } = await run(argv);
    assert.deepEqual([code, err], [0, ''], argv.join(' '));
    assert.match(out, /outbox list/);
    assert.doesNotMatch(out, /config check/);
  }
  assert.match((await run(['version'])).out, /^Tillside \d/);
  const late = await run(['--data', '/x', 'outbox', 'list']);
  assert.deepEqual([late.code, /name the command first.*: tillside outbox …/.test(late.err)], [64, true], late.err);
});
