/** IT's feed on loopback, and the real electron-updater that reads it. */

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { linkSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { ensureBuilt } from '../../build/bundles.ts';
import { projectRoot } from '../../build/project-root.ts';
import { updaterFeed } from '../../electron/care/app-update/updater-feed.ts';
import { silentLog } from '../../electron/machine/log.ts';
import { practiceConfig } from '../../electron/practice/practice-config.ts';
import { configured, startDesktop, until } from '../helpers/electron/desktop.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

test.before(() => ensureBuilt(['main', 'renderer', 'preload']));

const update = Buffer.from('what the updater would install');
const { platform } = process;
const system = platform === 'darwin' ? '-mac' : platform === 'linux' ? '-linux' : '';
const packageName = `tillside-1.4.0.${platform === 'darwin' ? 'zip' : platform === 'linux' ? 'deb' : 'exe'}`;

type Feed = { readonly url: string; readonly asked: readonly string[] };

/** @param more lines of the feed's own file */
async function startFeed(t: TestContext, { version = '1.4.0', sha512 = '', more = '' } = {}): Promise<Feed> {
  const asked: string[] = [];
  const sum = sha512 || createHash('sha512').update(update).digest('base64');
  const feedLines = [
    `version: ${version}`,
    `files:\n  - url: ${packageName}\n    sha512: ${sum}\n    size: ${update.length}`,
    `path: ${packageName}\nsha512: ${sum}\nreleaseDate: '2026-01-15T09:00:00.000Z'`,
    more,
  ].join('\n');
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://feed');
    asked.push(pathname);
    if (pathname === `/tillside/latest${system}.yml`) response.end(feedLines);
    else if (pathname === `/tillside/${packageName}`) response.end(update);
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  return { url: `http://127.0.0.1:${address.port}/tillside`, asked };
}

/** An installed app with the files the packager puts beside it. */
function installed(folder: string) {
  const resources = path.join(folder, 'resources');
  mkdirSync(resources);
  const prebuilds = path.join(projectRoot, 'node_modules', 'better-sqlite3', 'prebuilds');
  linkSync(path.join(prebuilds, `${platform}-${process.arch}.node`), path.join(resources, 'better_sqlite3.node'));
  const own = 'provider: generic\nurl: https://example.com/tillside\nupdaterCacheDirName: tillside-updater\n';
  writeFileSync(path.join(resources, 'app-update.yml'), own);
  return { app: projectRoot, resources };
}

async function startInstalled(t: TestContext, feedUrl: string, version: string) {
  // The first look comes at once, instead of some time in the first ten minutes.
  t.mock.method(Math, 'random', () => 0);
  const folder = temporaryFolder();
  const desktop = await startDesktop(t, {
    args: configured(folder, { ...practiceConfig('http://127.0.0.1:9'), update: { feedUrl } }),
    env: { XDG_CACHE_HOME: path.join(folder, 'cache'), LOCALAPPDATA: path.join(folder, 'cache') },
    installed: installed(folder),
    prepare: ({ app }) => {
      app.version = version;
      // Nobody may write there, as on a machine that IT manages.
      app.setPath('exe', path.join(folder, 'nowhere', 'tillside'));
    },
  });
  return { desktop, window: await desktop.window() };
}

test('on a machine that IT manages, the screen learns of a new version, and nothing is fetched', async (t) => {
  const feed = await startFeed(t);
  const { desktop, window } = await startInstalled(t, feed.url, '1.3.0');
  await until('it is known', async () => (await desktop.call('app.update')).kind !== 'current');
  const found = { kind: 'available', version: '1.4.0' };
  assert.deepEqual(await desktop.call('app.update'), found);
  const messages = window.webContents.sent.map(({ message }) => message);
  assert.ok(
    messages.some((one) => JSON.stringify(one) === JSON.stringify({ name: 'app.updateChanged', payload: found })),
  );
  assert.deepEqual(feed.asked, [`/tillside/latest${system}.yml`]);
});

for (const [what, version, more] of [
  ['the version that runs', '1.4.0', ''],
  ['an older one', '1.5.0', ''],
  ['a newer one for no till yet', '1.3.0', 'stagingPercentage: 0\n'],
] as const) {
  test(`a feed with ${what} changes nothing`, async (t) => {
    const feed = await startFeed(t, { more });
    const { desktop } = await startInstalled(t, feed.url, version);
    await until('the feed was asked', () => feed.asked.length > 0);
    // The updater draws its number and compares versions after the answer.
    for (let turn = 0; turn < 200; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(await desktop.call('app.update'), { kind: 'current' });
  });
}

/** The updater itself, as in an installed till of version 1.3.0. */
async function updaterOf(t: TestContext, feed: Feed) {
  const { desktop } = await startInstalled(t, 'http://127.0.0.1:9/none', '1.3.0');
  desktop.electron.app.setPath('userData', temporaryFolder());
  const { DebUpdater, MacUpdater, NsisUpdater } = (await import('electron-updater')).default;
  const updater = platform === 'linux' ? DebUpdater : platform === 'darwin' ? MacUpdater : NsisUpdater;
  const own = new updater();
  return { own, feed: updaterFeed(own, { feedUrl: feed.url, channel: 'stable' }, silentLog) };
}

test('an update is fetched if it is what the feed says, and refused if not', async (t) => {
  const right = await updaterOf(t, await startFeed(t));
  assert.equal(await right.feed.newestVersion(), '1.4.0');
  await right.feed.fetch();
  assert.equal(right.own.autoInstallOnAppQuit, true, 'it is installed when the program ends');
  // The test must not really install it.
  right.own.autoInstallOnAppQuit = false;
  assert.equal(right.own.allowDowngrade, false);

  const sha512 = createHash('sha512').update('something else').digest('base64');
  const wrong = await updaterOf(t, await startFeed(t, { sha512 }));
  assert.equal(await wrong.feed.newestVersion(), '1.4.0');
  await assert.rejects(wrong.feed.fetch(), /sha512 checksum mismatch/);
});
