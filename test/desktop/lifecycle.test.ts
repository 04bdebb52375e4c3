/** The desktop app from start to end: the real main process over a fake Electron, with real data and a real server. */

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { ensureBuilt } from '../../build/bundles.ts';
import { dialogTexts } from '../../electron/desktop/dialog-words.ts';
import { quitWarning } from '../../electron/desktop/quit-warning.ts';
import { dataPlace } from '../../electron/machine/data-place.ts';
import { folderFiles } from '../../electron/machine/folder-files.ts';
import { systemClock, systemRandom } from '../../electron/machine/system-clock.ts';
import { anchors } from '../../electron/practice/anchors.ts';
import { practiceConfig, practiceCredentials } from '../../electron/practice/practice-config.ts';
import { startPracticeServer } from '../../electron/practice/practice-server.ts';
import { sampleCustomers } from '../../electron/practice/sample-customers.ts';
import { configured, type Desktop, startDesktop, until } from '../helpers/electron/desktop.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

test.before(() => ensureBuilt(['renderer', 'preload']));

// Nobody listens there: a till opens and works without its server.
const nowhere = practiceConfig('http://127.0.0.1:9');
const secret = { TILLSIDE_SECRET: practiceCredentials.secret };

async function saveRita({ call }: Desktop, lastName: string): Promise<void> {
  const identifier = { type: 'mobile', value: anchors.ritaJames.mobile } as const;
  const result = await call('updates.save', { token: randomUUID(), target: { identifier }, changes: { lastName } });
  assert.equal(result.kind, 'saved');
}

async function loyaltyServer(t: TestContext) {
  const server = await startPracticeServer({
    customers: sampleCustomers(20),
    clock: systemClock,
    random: systemRandom,
  });
  t.after(() => server.close());
  return server;
}

test('a second Tillside on the same data ends at once and opens nothing, and the first comes to the front', async (t) => {
  const folder = temporaryFolder();
  const args = configured(folder, nowhere);
  const second = await startDesktop(t, {
    args,
    prepare: ({ app }) => {
      app.lockIsFree = false;
    },
  });
  assert.equal(await second.electron.app.ended, 0);
  assert.equal(second.electron.BrowserWindow.getAllWindows().length, 0);
  assert.deepEqual(second.electron.ipcMain.channels, []);
  assert.ok(!existsSync(path.join(folder, 'data')), 'the data was not touched');

  const first = await startDesktop(t, { args });
  const window = await first.window();
  assert.ok(
    first.electron.app.getPath('userData').startsWith(path.join(folder, 'data')),
    'the lock belongs to the data',
  );
  window.minimized = true;
  first.electron.app.emit('second-instance', {}, [], folder);
  assert.deepEqual(window.done.slice(-3), ['restore', 'show', 'focus']);
});

test('a config that cannot be used shows a box that names each mistake, and ends with 2', async (t) => {
  const folder = temporaryFolder();
  const args = configured(folder, { api: { url: 'http://shop.example.com' }, auth: { method: 'basic', till: 'a' } });
  const { electron } = await startDesktop(t, { args });
  assert.equal(await electron.app.ended, 2);
  assert.match(electron.dialog.errors[0]?.content ?? '', /api\.url: found a text, expected an https address/);
  assert.equal(electron.BrowserWindow.getAllWindows().length, 0);
});

test('an installed till whose config is gone says so, and does not open practice mode', async (t) => {
  const folder = temporaryFolder();
  const data = dataPlace(process.platform, { XDG_DATA_HOME: folder, LOCALAPPDATA: folder }, folder, 'live');
  mkdirSync(data, { recursive: true });
  writeFileSync(folderFiles(data).database, '');
  const { electron } = await startDesktop(t, {
    args: [],
    env: { XDG_DATA_HOME: folder, LOCALAPPDATA: folder, ProgramData: folder },
    prepare: ({ app }) => {
      app.isPackaged = true;
      app.paths.set('home', folder);
    },
  });
  assert.equal(await electron.app.ended, 2);
  assert.match(electron.dialog.errors[0]?.content ?? '', /file: found nothing there, expected the config of this till/);
  assert.equal(electron.BrowserWindow.getAllWindows().length, 0);
});

test('a package refuses to start with a switch that opens it to others; a checkout starts', async (t) => {
  const folder = temporaryFolder();
  const args = ['--data', path.join(folder, 'data'), '--remote-debugging-port=9222'];
  const { electron } = await startDesktop(t, {
    args,
    prepare: ({ app }) => {
      app.isPackaged = true;
    },
  });
  assert.equal(await electron.app.ended, 2);
  assert.equal(electron.BrowserWindow.getAllWindows().length, 0);
  assert.equal(existsSync(path.join(folder, 'data')), false, 'nothing was opened');
});

test('a command runs without a window or the lock, and ends with its own exit code', async (t) => {
  const folder = temporaryFolder();
  const file = path.join(folder, 'wrong.json');
  writeFileSync(file, '{}');
  const printed = path.join(folder, 'printed.txt');
  const { electron } = await startDesktop(t, {
    args: ['config', 'check', file, '--output', printed],
    prepare: ({ app }) => {
      app.lockIsFree = false;
    },
  });
  assert.equal(await electron.app.ended, 2);
  assert.match(readFileSync(printed, 'utf8'), /api: found nothing/);
  assert.equal(electron.session.opened.length, 0);
});

test("a save is sent through the platform's network stack, and the screen is told", async (t) => {
  const server = await loyaltyServer(t);
  const desktop = await startDesktop(t, {
    args: configured(temporaryFolder(), practiceConfig(server.url)),
    env: secret,
  });
  const window = await desktop.window();
  await saveRita(desktop, 'Jameson');
  await until('the server has it', () => server.control.ledger.length === 1);
  await until('all is sent', async () => (await desktop.call('sync.status')).unsent === 0);
  assert.ok(window.webContents.sent.some(({ channel }) => channel === 'till:event'));
});

test('closing leaves what is in flight to be read back, and the next start neither loses nor doubles it', async (t) => {
  const server = await loyaltyServer(t);
  const args = configured(temporaryFolder(), { ...practiceConfig(server.url), sync: { settleSeconds: 0 } });
  const first = await startDesktop(t, { args, env: secret });
  await first.window();
  // The server applies it and the answer never comes: the trap of the double award.
  const hold = server.control.hold('applied', { endpoint: 'customer/update' });
  await saveRita(first, 'Jameson');
  await until('the server has applied it', () => server.control.ledger.length === 1);
  assert.equal(await first.close(), 0);
  hold.release();

  const second = await startDesktop(t, { args });
  await second.window();
  await until('it is known to be there', async () => (await second.call('sync.status')).unsent === 0);
  const { updates } = await second.call('updates.list', { which: 'closed' });
  assert.equal(updates[0]?.state, 'applied');
  assert.equal(updates[0]?.result?.confirmedBy, 'read');
  assert.equal(server.control.ledger.length, 1, 'it was sent once');
});

test('IT picks a file in the desktop’s own dialog, and only its path reaches the screen', async (t) => {
  const desktop = await startDesktop(t, { args: configured(temporaryFolder(), nowhere), env: secret });
  await desktop.window();
  assert.equal(await desktop.call('app.chooseFile'), null);
  desktop.electron.dialog.file = '/media/usb/region.csv';
  assert.equal(await desktop.call('app.chooseFile'), '/media/usb/region.csv');
});

test('F30 closing with unsent changes asks first, in the screen’s language, and "Stay open" keeps it open', async (t) => {
  const folder = temporaryFolder();
  const desktop = await startDesktop(t, { args: configured(folder, nowhere), env: secret });
  const window = await desktop.window();
  await saveRita(desktop, 'Jameson');
  const { app, dialog } = desktop.electron;
  dialog.button = 1;
  app.quit();
  await until('it was asked', () => dialog.questions.length === 1);
  assert.match(dialog.questions[0]?.message ?? '', /^1 change hasn’t been sent to head office/);
  assert.match(dialog.questions[0]?.detail ?? '', /^The oldest: now\. Everything is safe/);
  await until('the call is answered as before', async () => (await desktop.call('sync.status')).unsent === 1);
  assert.ok(!window.isDestroyed());
  assert.equal(app.exitCode, null);

  dialog.button = 0;
  await desktop.call('app.languageShown', { tag: 'de' });
  app.quit();
  assert.equal(await app.ended, 0);
  assert.equal(dialog.questions.length, 2);
  assert.match(dialog.questions[1]?.message ?? '', /^1 Änderung wurde noch nicht an die Zentrale gesendet/);
  assert.deepEqual(dialog.questions[1]?.buttons, ['Tillside schließen', 'Geöffnet lassen']);
  // Whoever removes the program now sees them too.
  assert.match(
    readFileSync(path.join(folder, 'data', 'unsent.txt'), 'utf8'),
    /^1 change of a customer has not reached/,
  );
});

test('F30: the warning at closing says how old the oldest unsent change is, in every language', () => {
  const nowMs = Date.now();
  const minuteMs = 60_000;
  const detail = (agoMs: number, language: string) =>
    quitWarning({ unsent: 2, oldestSavedAtMs: nowMs - agoMs }, nowMs, language)?.detail ?? '';
  assert.match(detail(3 * 60 * minuteMs, 'en-GB'), /^The oldest: 3 hours ago\. /);
  assert.match(detail(50 * 24 * 60 * minuteMs, 'en'), /^The oldest: 50 days ago\. /);
  assert.match(detail(59 * minuteMs, 'de'), /^Die älteste: vor 59 Minuten\. /);
  // A clock that was set back.
  assert.match(detail(-minuteMs, 'fr'), /^La plus ancienne\s: maintenant\. /);
  assert.match(detail(5 * 60 * minuteMs, 'ar-EG'), /5/);
  for (const language of Object.keys(dialogTexts)) assert.doesNotMatch(detail(minuteMs, language), /[{}]/, language);
});

for (const [what, happens] of [
  ['the machine shuts down', ({ electron }: Desktop) => electron.powerMonitor.emit('shutdown')],
  ['the program is ended from outside', () => process.emit('SIGTERM')],
] as const) {
  test(`if ${what}, nobody is asked: everything is saved`, async (t) => {
    const desktop = await startDesktop(t, { args: configured(temporaryFolder(), nowhere), env: secret });
    await desktop.window();
    await saveRita(desktop, 'Jameson');
    happens(desktop);
    assert.equal(await desktop.electron.app.ended, 0);
    assert.equal(desktop.electron.dialog.questions.length, 0);
  });
}

for (const [what, happens] of [
  ['wakes from sleep', 'resume'],
  ['is unlocked', 'unlock-screen'],
] as const) {
  test(`when the machine ${what}, the till retries at once, whatever it was waiting for (F15)`, async (t) => {
    const server = await loyaltyServer(t);
    const desktop = await startDesktop(t, {
      args: configured(temporaryFolder(), practiceConfig(server.url)),
      env: secret,
    });
    await desktop.window();
    await server.control.setConnection(false);
    await saveRita(desktop, 'Jameson');
    await until('it is offline', async () => (await desktop.call('sync.status')).state === 'offline');
    await server.control.setConnection(true);
    const { net, powerMonitor } = desktop.electron;
    const asked = net.requests;
    powerMonitor.emit(happens);
    // Well before the back-off, which starts at half a second, is over.
    for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    assert.ok(net.requests > asked, 'the server is asked at once');
    await until('all is sent', async () => (await desktop.call('sync.status')).unsent === 0);
    assert.equal(server.control.ledger.length, 1);
  });
}

test('a screen that crashes comes back, and the second crash ends the program', async (t) => {
  const desktop = await startDesktop(t, { args: configured(temporaryFolder(), nowhere) });
  const { webContents } = await desktop.window();
  webContents.emit('render-process-gone', {}, { reason: 'crashed', exitCode: 5 });
  assert.equal(webContents.reloads, 1);
  assert.equal(desktop.electron.app.exitCode, null);
  webContents.emit('render-process-gone', {}, { reason: 'crashed', exitCode: 5 });
  assert.equal(webContents.reloads, 1);
  assert.equal(desktop.electron.app.exitCode, 1);
});
