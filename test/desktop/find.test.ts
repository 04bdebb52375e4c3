/** `tillside://find?…` on the desktop: every way a platform delivers it, and what a page could put into it. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { ensureBuilt } from '../../build/bundles.ts';
import { claimAddresses } from '../../electron/desktop/find-calls.ts';
import { practiceConfig } from '../../electron/practice/practice-config.ts';
import { configured, type Desktop, startDesktop, until } from '../helpers/electron/desktop.ts';
import { FakeEvent } from '../helpers/electron/fake-electron.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

test.before(() => ensureBuilt(['renderer', 'preload']));

const nowhere = practiceConfig('http://127.0.0.1:9');
const address = (number: number) => `tillside://find?card=${number}`;

async function open(t: TestContext, ...more: string[]): Promise<Desktop> {
  const desktop = await startDesktop(t, { args: [...configured(temporaryFolder(), nowhere), ...more] });
  await desktop.window();
  return desktop;
}

async function asked(desktop: Desktop): Promise<string | null> {
  return (await desktop.call('app.takeFind'))?.text ?? null;
}

const heard = (desktop: Desktop) =>
  desktop.electron.BrowserWindow.getAllWindows()[0]?.webContents.sent.filter(
    ({ message }) =>
      typeof message === 'object' && message !== null && Reflect.get(message, 'name') === 'app.findAsked',
  ).length;

test('the address of the first start waits until the screen reads it, once', async (t) => {
  const desktop = await open(t, '--', address(1001));
  assert.equal(await asked(desktop), '1001');
  assert.equal(await asked(desktop), null);
});

test('a second start passes its address on, the window comes to the front, and the last address wins', async (t) => {
  const args = configured(temporaryFolder(), nowhere);
  const second = await startDesktop(t, {
    args: [...args, '--', address(1001)],
    prepare: ({ app }) => {
      app.lockIsFree = false;
    },
  });
  assert.equal(await second.electron.app.ended, 0);
  const first = await open(t);
  const window = await first.window();
  window.minimized = true;
  first.electron.app.emit('second-instance', {}, [], '/', { address: address(1000) });
  first.electron.app.emit('second-instance', {}, [], '/', second.electron.app.handedOver);
  assert.deepEqual(window.done.slice(-3), ['restore', 'show', 'focus']);
  assert.equal(heard(first), 2);
  assert.equal(await asked(first), '1001');
  for (const wrong of [
    null,
    undefined,
    'tillside://find?card=1',
    { address: 7 },
    { address: 'tillside://save?card=1' },
  ]) {
    first.electron.app.emit('second-instance', {}, [address(1002)], '/', wrong);
  }
  assert.equal(await asked(first), null);
});

test('macOS may deliver an address before the till is open, or later', async (t) => {
  const desktop = await startDesktop(t, { args: configured(temporaryFolder(), nowhere) });
  const event = new FakeEvent();
  desktop.electron.app.emit('open-url', event, address(1001));
  desktop.electron.app.emit('open-url', event, address(1002));
  assert.ok(event.defaultPrevented);
  await desktop.window();
  assert.equal(await asked(desktop), '1002');
  desktop.electron.app.emit('open-url', event, address(1003));
  await until('the screen heard of it', () => (heard(desktop) ?? 0) > 0);
  assert.equal(await asked(desktop), '1003');
});

test('text after the address opens no other data and finds nobody', async (t) => {
  const folder = temporaryFolder();
  const evil = path.join(folder, 'evil');
  const desktop = await startDesktop(t, {
    args: [...configured(folder, nowhere), '--', address(1001), '--data', evil, '--config', evil],
  });
  await desktop.window();
  assert.ok(desktop.electron.app.getPath('userData').startsWith(path.join(folder, 'data')));
  assert.equal(await asked(desktop), null);
});

test('an installed till registers the addresses with its own config and data, closed by "--"', () => {
  const claims: (readonly [string, readonly string[]])[] = [];
  const app = (isPackaged: boolean) => ({
    isPackaged,
    setAsDefaultProtocolClient: (protocol: string, _path?: string, args: string[] = []) =>
      claims.push([protocol, args]) > 0,
  });
  claimAddresses(app(true), 'win32', ['--data', '/srv/till', '--', address(1001)]);
  claimAddresses(app(true), 'darwin', []);
  claimAddresses(app(true), 'linux', []);
  claimAddresses(app(false), 'win32', []);
  assert.deepEqual(claims, [
    ['tillside', ['--data', path.resolve('/srv/till'), '--']],
    ['tillside', ['--']],
  ]);
});
