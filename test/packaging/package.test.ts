/**
 * `npm run dist` over a stub of Electron's program, which needs no download: what is in the package. The workflow of
 * each platform (.github/workflows) makes and tries the installers around it.
 */

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { extractAll, listPackage } from '@electron/asar';
import { FuseV1Options, getCurrentFuseWire } from '@electron/fuses';
import { bundles, ensureBuilt } from '../../build/bundles.ts';
import { builderConfig } from '../../build/packaging/builder-config.ts';
import { allowedLicenses, shippedPackages } from '../../build/packaging/shipped-packages.ts';
import { projectRoot } from '../../build/project-root.ts';
import { configJsonSchema } from '../../electron/config/config-schema.ts';
import { startDesktop } from '../helpers/electron/desktop.ts';
import { stubElectron } from '../helpers/electron/stub-program.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const run = promisify(execFile);
const dist = path.join(projectRoot, 'build', 'dist.ts');
const shipped = [bundles.main, bundles.preload, bundles.renderer];

function sha256(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}

describe('a package of Tillside', () => {
  let folder = '';
  let release = '';
  let unpacked = '';
  let resources = '';
  let inArchive: readonly string[] = [];

  before(async () => {
    await ensureBuilt(['main', 'preload', 'renderer']);
    folder = mkdtempSync(path.join(tmpdir(), 'tillside-package-'));
    release = path.join(folder, 'release');
    const electron = await stubElectron(folder);
    await run(process.execPath, [
      dist,
      '--linux',
      '--arch',
      'x64',
      '--dir',
      '--electron',
      electron,
      '--output',
      release,
    ]);
    unpacked = path.join(release, 'linux-unpacked');
    resources = path.join(unpacked, 'resources');
    inArchive = listPackage(path.join(resources, 'app.asar'), { isPack: false }).map((name) =>
      name.replaceAll(path.sep, '/'),
    );
  });
  after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));

  it('holds the built app and nothing else: no packages, sources, source maps or tests', () => {
    for (const { output } of shipped) assert.ok(inArchive.includes(`/dist/${output}`), output);
    for (const worker of ['background-worker', 'import-worker', 'checkpoint-worker']) {
      assert.ok(inArchive.includes(`/dist/main/${worker}.js`), worker);
    }
    const known = /^\/(dist|dist\/(main|preload|renderer|renderer\/assets)|package\.json)$/;
    const built = /^\/dist\/(main|renderer\/assets)\/[\w.-]+\.(js|css|woff2|svg)$/;
    const others = inArchive.filter(
      (name) => !known.test(name) && !built.test(name) && !shipped.some(({ output }) => name.endsWith(output)),
    );
    assert.deepEqual(others, []);
  });

  it('names no script and no package to install', () => {
    const own: object = JSON.parse(readFileSync(path.join(extracted(), 'package.json'), 'utf8'));
    for (const key of ['scripts', 'devDependencies', 'dependencies'])
      assert.equal(Reflect.get(own, key), undefined, key);
    assert.equal(Reflect.get(own, 'main'), 'dist/main/main.js');
  });

  it('has the SQLite binary of its target, and no other', () => {
    const binaries = readdirSync(unpacked, { recursive: true }).filter((name) => String(name).endsWith('.node'));
    assert.deepEqual(binaries, [path.join('resources', 'better_sqlite3.node')]);
    const prebuilt = path.join(projectRoot, 'node_modules', 'better-sqlite3', 'prebuilds', 'linux-x64.node');
    assert.equal(sha256(path.join(resources, 'better_sqlite3.node')), sha256(prebuilt));
  });

  it('has its fuses set: no Node by another name, no inspector, nothing but the archive', async () => {
    const wire = await getCurrentFuseWire(path.join(unpacked, 'tillside'));
    const on = [
      FuseV1Options.EnableCookieEncryption,
      FuseV1Options.EnableEmbeddedAsarIntegrityValidation,
      FuseV1Options.OnlyLoadAppFromAsar,
    ];
    const off = [
      FuseV1Options.RunAsNode,
      FuseV1Options.EnableNodeOptionsEnvironmentVariable,
      FuseV1Options.EnableNodeCliInspectArguments,
      FuseV1Options.LoadBrowserProcessSpecificV8Snapshot,
      FuseV1Options.GrantFileProtocolExtraPrivileges,
    ];
    for (const fuse of on) assert.equal(wire[fuse], '1'.charCodeAt(0), FuseV1Options[fuse]);
    for (const fuse of off) assert.equal(wire[fuse], '0'.charCodeAt(0), FuseV1Options[fuse]);
  });

  it("has the screen's languages, and no more", () => {
    const locales = readdirSync(path.join(unpacked, 'locales')).map((name) => name.replace('.pak', ''));
    assert.deepEqual(locales.toSorted(), ['ar', 'de', 'en-GB', 'en-US', 'es', 'fr', 'hi', 'id', 'zh-CN']);
  });

  it("brings the config schema and the licences of what it holds, and none of Electron's welcome files", () => {
    const files = readdirSync(resources).toSorted();
    assert.deepEqual(files, [
      'THIRD-PARTY-LICENSES.txt',
      'app-update.yml',
      'app.asar',
      'better_sqlite3.node',
      'config.schema.json',
      'sbom.cdx.json',
      'tillside-command',
    ]);
    assert.equal(statSync(path.join(resources, 'tillside-command')).mode & 0o111, 0o111, 'it can be run');
    assert.deepEqual(JSON.parse(readFileSync(path.join(resources, 'config.schema.json'), 'utf8')), configJsonSchema());
    const notices = readFileSync(path.join(resources, 'THIRD-PARTY-LICENSES.txt'), 'utf8');
    for (const { name, license } of shippedPackages()) {
      assert.ok(notices.includes(`${name} `), name);
      assert.ok(allowedLicenses.has(license), `${name} is under ${license || 'no licence'}: may it be shipped?`);
    }
  });

  it('has a bill of materials with checksums, and checksums of its own', () => {
    const bill = JSON.parse(readFileSync(path.join(release, 'tillside-0.1.0.cdx.json'), 'utf8'));
    assert.equal(bill.bomFormat, 'CycloneDX');
    const names = bill.components.map((one: { name: string }) => one.name);
    for (const name of ['electron', 'better-sqlite3-multiple-ciphers', 'zod', 'svelte']) {
      assert.ok(names.includes(name), `${name} is not in ${names}`);
    }
    assert.ok(!names.includes('vite'), 'a build tool is not in the product');
    for (const { name, hashes } of bill.components) assert.match(hashes?.[0].content ?? '', /^[0-9a-f]{128}$/, name);
    const sums = readFileSync(path.join(release, 'SHA256SUMS'), 'utf8');
    const file = 'tillside-0.1.0.cdx.json';
    assert.ok(sums.includes(`${sha256(path.join(release, file))}  ${file}\n`), sums);
  });

  it('opens a till when started', async (t) => {
    const desktop = await startDesktop(t, {
      args: ['--data', path.join(temporaryFolder(), 'data')],
      installed: { app: extracted(), resources },
    });
    const window = await desktop.window();
    assert.equal(window.options.webPreferences?.devTools, false);
    assert.equal((await desktop.call('app.info')).mode, 'practice');
    const { hits } = await desktop.call('customers.search', { query: 'rita' });
    assert.ok(hits.length > 0, 'the sample customers are found in its database');
  });

  let extractedTo: string | null = null;
  function extracted(): string {
    if (extractedTo === null) {
      extractedTo = path.join(folder, 'app');
      extractAll(path.join(resources, 'app.asar'), extractedTo);
    }
    return extractedTo;
  }
});

describe('the packages of every platform', () => {
  const config = builderConfig({ output: 'release', parts: 'parts', scripts: 'scripts', electronDist: null }, {});

  it('install for the whole machine, with ids that never change', () => {
    assert.deepEqual(config.win?.target, ['nsis', 'msi']);
    assert.deepEqual(config.linux?.target, ['deb', 'rpm']);
    assert.deepEqual(config.mac?.target, ['dmg', 'zip']);
    assert.equal(config.nsis?.perMachine, true);
    // The assisted installer has `/S` and `/D=`; an upgrade finds the old version by these ids.
    assert.equal(config.nsis?.oneClick, false);
    assert.equal(config.nsis?.guid, '9d2c1c1e-57b0-5a0e-8a94-3f8f2c0a6d51');
    assert.equal(config.msi?.perMachine, true);
    assert.equal(config.msi?.upgradeCode, '5E0B7C3A-0C0F-4D0B-9F53-7C9E2B1A4D86');
    assert.equal(config.appId, 'app.tillside.till');
  });

  it('take one SQLite binary each, which exists for both processors', () => {
    const prebuilds = readdirSync(path.join(projectRoot, 'node_modules', 'better-sqlite3', 'prebuilds'));
    for (const platform of [config.win, config.mac, config.linux]) {
      const resources = [platform?.extraResources ?? []].flat();
      const [binary, ...others] = resources.filter((one) => typeof one === 'object' && one.from?.endsWith('.node'));
      assert.deepEqual(others, []);
      assert.ok(typeof binary === 'object' && typeof binary.from === 'string');
      for (const arch of ['x64', 'arm64']) {
        assert.ok(prebuilds.includes(path.basename(binary.from.replace(/\$\{arch\}/, arch))), binary.from);
      }
    }
  });

  it('are listed in the file that tills of their channel read', () => {
    const channelOf = (env: { TILLSIDE_CHANNEL?: string }) =>
      Reflect.get(
        Object(builderConfig({ output: '', parts: '', scripts: '', electronDist: null }, env).publish),
        'channel',
      );
    assert.equal(channelOf({}), 'latest');
    assert.equal(channelOf({ TILLSIDE_CHANNEL: 'pilot' }), 'pilot');
  });

  it('leave the data where it is, and are signed if the environment asks for it', () => {
    assert.equal(config.nsis?.deleteAppDataOnUninstall, false);
    assert.equal(config.forceCodeSigning, false);
    const signed = builderConfig(
      { output: '', parts: '', scripts: '', electronDist: null },
      { TILLSIDE_SIGNING: 'required' },
    );
    assert.equal(signed.forceCodeSigning, true);
    assert.equal(signed.mac?.hardenedRuntime, true);
  });
});

// Each is its own process, with nothing to pack.
describe('npm run dist', { concurrency: true }, () => {
  it('says plainly that no package can be made without Electron', async () => {
    const { HTTP_PROXY: _a, HTTPS_PROXY: _b, http_proxy: _c, https_proxy: _d, ...own } = process.env;
    const env = { ...own, ELECTRON_MIRROR: 'http://127.0.0.1:9/', ELECTRON_OVERRIDE_DIST_PATH: '/nowhere' };
    await assert.rejects(run(process.execPath, [dist], { env }), (error: { code: number; stderr: string }) => {
      assert.equal(error.code, 1);
      assert.match(error.stderr, /No package can be made here without Electron: 127\.0\.0\.1 cannot be reached/);
      assert.match(error.stderr, /--electron DIR/);
      return true;
    });
  });

  it('prints its usage on standard output, and refuses an anonymous release before it builds anything', async () => {
    const { stdout } = await run(process.execPath, [dist, '--help']);
    assert.match(stdout, /--release/);
    const { TILLSIDE_FEED_URL: _a, TILLSIDE_VENDOR: _b, TILLSIDE_HOMEPAGE: _c, ...env } = process.env;
    const named = { ...env, TILLSIDE_FEED_URL: 'https://updates.acme.test', TILLSIDE_VENDOR: 'Acme <it@example.com>' };
    for (const args of [['--release'], ['--staged', '10']]) {
      await assert.rejects(
        run(process.execPath, [dist, ...args], { env: named }),
        (error: { code: number; stderr: string }) => {
          assert.equal(error.code, 2);
          assert.match(
            error.stderr,
            /TILLSIDE_VENDOR \(found "Acme <it@example\.com>".*TILLSIDE_HOMEPAGE \(found nothing/,
          );
          assert.doesNotMatch(error.stderr, /TILLSIDE_FEED_URL/);
          return true;
        },
      );
    }
  });

  it('refuses unknown arguments with 2', async () => {
    const refused = [['--solaris'], ['--staged', '120']].map((args) =>
      assert.rejects(run(process.execPath, [dist, ...args]), (error: { code: number }) => error.code === 2),
    );
    await Promise.all(refused);
  });
});
