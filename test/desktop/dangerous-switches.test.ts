import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dangerousSwitch } from '../../electron/desktop/dangerous-switches.ts';

const opening = [
  'remote-debugging-port=9222',
  'remote-debugging-pipe',
  'remote-allow-origins=*',
  'inspect-brk',
  'ignore-certificate-errors',
  'ignore-certificate-errors-spki-list=x',
  'host-resolver-rules=MAP * 1.2.3.4',
  'disable-web-security',
  'no-sandbox',
  'load-extension=/tmp/x',
  'js-flags=--expose-gc',
  'renderer-cmd-prefix=x',
  'log-net-log=/tmp/x',
  'user-data-dir=/tmp/x',
];

test('each switch that opens the till up is named, however and wherever it is written, without its value', () => {
  for (const one of opening) {
    const [name = ''] = one.split('=');
    for (const written of [`--${one}`, `-${one}`, `/${one}`, `--${name.toUpperCase()}${one.slice(name.length)}`]) {
      assert.equal(dangerousSwitch(['--config', 'c.json', written], false, 'win32'), name, written);
    }
  }
});

test('the arguments that people and systems normally pass are allowed', () => {
  const usual = [
    '--config',
    '/etc/no-sandbox',
    '--data=/srv/inspect',
    '--ozone-platform=wayland',
    '--lang=de',
    '--disable-gpu',
  ];
  assert.equal(
    dangerousSwitch([...usual, '--force-device-scale-factor=1.5', '--proxy-server=p:1', '/no-sandbox'], false, 'linux'),
    null,
  );
  assert.equal(dangerousSwitch(['--', '--no-sandbox'], false, 'linux'), null);
});

test('a command may run without the sandbox, which it does not need, but with no other of these switches', () => {
  assert.equal(dangerousSwitch(['--no-sandbox', 'doctor'], true, 'linux'), null);
  assert.equal(
    dangerousSwitch(['--no-sandbox', 'doctor', '--ignore-certificate-errors'], true, 'linux'),
    'ignore-certificate-errors',
  );
});
