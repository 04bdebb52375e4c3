/**
 * Electron's security checklist (electronjs.org/docs/latest/tutorial/security), item by item, on the real main process.
 */

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { runInNewContext } from 'node:vm';
import { distFolder, ensureBuilt } from '../../build/bundles.ts';
import { projectRoot } from '../../build/project-root.ts';
import { callChannel, eventChannel } from '../../electron/ipc/channels.ts';
import { practiceConfig } from '../../electron/practice/practice-config.ts';
import { configured, startDesktop } from '../helpers/electron/desktop.ts';
import type { FakeContents, FakeFrame } from '../helpers/electron/fake-electron.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const ownPage = 'app://till/';
const elsewhere = [
  'https://example.com/',
  'http://127.0.0.1:8080/',
  'file:///etc/passwd',
  'data:text/html,<script>1</script>',
  'javascript:alert(1)',
  'blob:app://till/1',
  'app://other/',
  'app://till.example.com/',
  'app://till:80/',
  'apps://till/',
  'not an address',
];

test.before(() => ensureBuilt(['main', 'renderer', 'preload']));

/** What the built main process takes from Electron. */
function importedFromElectron(): string[] {
  const folder = path.join(distFolder, 'main');
  return readdirSync(folder)
    .map((name) => readFileSync(path.join(folder, name), 'utf8'))
    .flatMap((text) => [...text.matchAll(/import \{([^}]*)\} from "electron"/g)])
    .flatMap(([, names = '']) => names.split(',').map((name) => name.trim()));
}

test("Electron's security checklist", async (t) => {
  const desktop = await startDesktop(t, {
    args: configured(temporaryFolder(), practiceConfig('http://127.0.0.1:9')),
  });
  const window = await desktop.window();
  const { webContents, options } = window;
  const settings = options.webPreferences ?? {};
  const session = desktop.session();
  const { electron } = desktop;

  await t.test("1 only secure content: the screen's session loads nothing but the app itself", async () => {
    for (const url of elsewhere.filter((address) => URL.canParse(address))) {
      assert.equal(await session.fetch(url), null, url);
    }
    assert.equal((await session.fetch(ownPage))?.status, 200);
    assert.equal(settings.session, session, 'the window lives in that session');
  });

  await t.test('2 no Node.js for the page, its workers or its frames', () => {
    assert.equal(settings.nodeIntegration, false);
    assert.equal(settings.nodeIntegrationInWorker, false);
    assert.equal(settings.nodeIntegrationInSubFrames, false);
  });

  await t.test('3 context isolation', () => assert.equal(settings.contextIsolation, true));

  await t.test('4 process sandboxing, for this window and any other', () => {
    assert.equal(settings.sandbox, true);
    assert.ok(electron.app.isSandboxed);
    assert.ok(![...electron.app.switches.keys()].includes('no-sandbox'));
  });

  await t.test('5 every permission is refused, whether requested or checked', () => {
    const { permission, permissionCheck, device } = session.handlers;
    assert.ok(permission && permissionCheck && device);
    const contents: object = webContents;
    for (const name of ['media', 'geolocation', 'notifications', 'clipboard-read', 'openExternal', 'hid', 'unknown']) {
      const answers: boolean[] = [];
      Reflect.apply(permission, null, [contents, name, (granted: boolean) => answers.push(granted), {}]);
      assert.deepEqual(answers, [false], name);
      assert.equal(Reflect.apply(permissionCheck, null, [contents, name, ownPage, {}]), false, name);
    }
    assert.equal(Reflect.apply(device, null, [{ deviceType: 'usb', origin: ownPage, device: {} }]), false);
  });

  await t.test('6 web security is on', () => assert.equal(settings.webSecurity, true));

  await t.test('7 a Content Security Policy without unsafe-*, on every answer', async () => {
    for (const address of [ownPage, `${ownPage}nothing.html`]) {
      const policy = (await session.fetch(address))?.headers.get('Content-Security-Policy') ?? '';
      const directives = new Map(policy.split('; ').map((one) => [one.split(' ')[0], one.split(' ').slice(1)]));
      assert.doesNotMatch(policy, /unsafe|\*|https?:/);
      assert.deepEqual(directives.get('default-src'), ["'none'"]);
      assert.deepEqual(directives.get('script-src'), ["'self'"]);
      assert.deepEqual(directives.get('style-src'), ["'self'"]);
      for (const name of ['base-uri', 'form-action', 'frame-ancestors']) {
        assert.deepEqual(directives.get(name), ["'none'"], name);
      }
    }
    const page = (await (await session.fetch(ownPage))?.text()) ?? '';
    assert.doesNotMatch(
      page,
      /<script(?![^>]*\bsrc=)|<style|\son\w+=|http-equiv/i,
      'nothing inline that it would block',
    );
  });

  await t.test('8 no insecure content in the page', () => assert.equal(settings.allowRunningInsecureContent, false));

  await t.test('9 no experimental features', () => {
    assert.equal(settings.experimentalFeatures, false);
    assert.ok(![...electron.app.switches.keys()].some((name) => /experimental|enable-features/.test(name)));
  });

  await t.test('10 no Blink features are turned on', () => assert.equal(settings.enableBlinkFeatures, undefined));

  await t.test('11 and 12 there are no webviews, so none may open windows', () => {
    assert.equal(settings.webviewTag, false);
    let prevented = false;
    webContents.emit('will-attach-webview', { preventDefault: () => (prevented = true) }, {}, {});
    assert.ok(prevented);
  });

  await t.test('13 no page navigates: not by a link, a redirect or a dropped file', () => {
    for (const url of elsewhere) {
      assert.ok(!webContents.mayGo('will-navigate', url), url);
      assert.ok(!webContents.mayGo('will-frame-navigate', url), url);
      assert.ok(!webContents.mayGo('will-redirect', url), url);
    }
    assert.ok(!webContents.mayGo('will-frame-navigate', ownPage, false), 'no frame in the page');
    assert.ok(webContents.mayGo('will-navigate', ownPage), 'a reload');
    assert.equal(settings.navigateOnDragDrop, false);
  });

  await t.test('14 no page opens a window', () => {
    for (const url of [ownPage, 'about:blank', ...elsewhere]) {
      assert.deepEqual(webContents.tryToOpen(url), { action: 'deny' }, url);
    }
  });

  await t.test('13 and 14 hold for any page that may ever exist', () => {
    const other: FakeContents = new electron.FakeContents();
    electron.app.emit('web-contents-created', {}, other);
    assert.deepEqual(other.tryToOpen(ownPage), { action: 'deny' });
    assert.ok(!other.mayGo('will-navigate', 'https://example.com/'));
  });

  await t.test('15 nothing is handed to the system to open', () => {
    const imported = importedFromElectron();
    assert.ok(imported.includes('safeStorage'));
    assert.ok(!imported.includes('shell'));
  });

  await t.test('16 a released Electron that accepts newer patches', () => {
    const read = (file: string): unknown => JSON.parse(readFileSync(path.join(projectRoot, file), 'utf8'));
    const installed = String(Reflect.get(Object(read('node_modules/electron/package.json')), 'version'));
    assert.match(installed, /^\d+\.\d+\.\d+$/);
    const wanted = String(Reflect.get(Reflect.get(Object(read('package.json')), 'devDependencies'), 'electron'));
    assert.match(wanted, new RegExp(`^\\^${installed.split('.')[0]}\\.`));
  });

  await t.test("17 only the screen's own main frame gets answers", async () => {
    const frames: (FakeFrame | null)[] = [
      null,
      { url: ownPage, parent: {} },
      { url: '', parent: null },
      ...elsewhere.map((url) => ({ url, parent: null })),
    ];
    for (const frame of frames) {
      const answer = await electron.ipcMain.invoke(callChannel, frame, 'sync.status', null);
      assert.equal(Reflect.get(Reflect.get(Object(answer), 'error') ?? {}, 'code'), 'not-allowed', frame?.url);
    }
    assert.equal((await desktop.call('sync.status')).unsent, 0);
    assert.deepEqual(electron.ipcMain.channels, [callChannel], 'there is no other way in');
  });

  await t.test('18 the page comes over its own protocol, which leads to nothing but the built files', async () => {
    assert.equal(window.address, ownPage);
    const [scheme] = electron.protocol.schemes;
    assert.deepEqual(electron.protocol.schemes.length, 1);
    assert.equal(scheme?.scheme, 'app');
    assert.ok(!scheme?.privileges?.bypassCSP && !scheme?.privileges?.allowServiceWorkers);
    for (const way of [
      '../package.json',
      '..%2fpackage.json',
      '%2e%2e/main/main.js',
      '//etc/passwd',
      'index.html%00',
    ]) {
      assert.equal((await session.fetch(`${ownPage}${way}`))?.status, 404, way);
    }
    assert.equal((await session.fetch(ownPage, 'POST'))?.status, 405);
  });

  await t.test('20 the page gets two functions of ours, and nothing of Electron', () => {
    const exposed = new Map<string, unknown>();
    const sent: unknown[][] = [];
    let heard: ((event: object, message: object) => void) | null = null;
    const preload = readFileSync(path.join(distFolder, 'preload', 'preload.cjs'), 'utf8');
    runInNewContext(preload, {
      module: { exports: {} },
      exports: {},
      require: (name: string) => {
        assert.equal(name, 'electron');
        return {
          contextBridge: { exposeInMainWorld: (key: string, value: unknown) => exposed.set(key, value) },
          ipcRenderer: {
            invoke: (...args: unknown[]) => sent.push(args),
            on: (channel: string, listener: typeof heard) => {
              assert.equal(channel, eventChannel);
              heard = listener;
            },
          },
        };
      },
    });
    assert.deepEqual([...exposed.keys()], ['till']);
    const bridge = Object(exposed.get('till'));
    assert.deepEqual(Object.keys(bridge), ['call', 'on']);
    bridge.call('sync.status');
    assert.deepEqual([...(sent[0] ?? [])], [callChannel, 'sync.status', undefined]);
    const received: unknown[][] = [];
    bridge.on('sync.changed', (...args: unknown[]) => received.push(args));
    Reflect.apply(Object(heard), null, [{ sender: 'Electron' }, { name: 'sync.changed', payload: 1 }]);
    assert.deepEqual([...(received[0] ?? [])], [1], 'a listener gets the payload, not Electron’s event');
  });

  await t.test('beyond the list: no download, no spelling service, no crash reporter, no developer tools', () => {
    let prevented = false;
    session.emit('will-download', { preventDefault: () => (prevented = true) });
    assert.ok(prevented);
    assert.equal(session.spellChecks, false);
    assert.equal(settings.spellcheck, false);
    // A crash dump holds memory, and memory holds customers: none is made or sent.
    assert.ok(!importedFromElectron().includes('crashReporter'));
    assert.equal(settings.devTools, true, 'from a checkout, for developers');
  });
});
