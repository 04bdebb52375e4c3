/**
 * How electron-builder packs Tillside. Everything that differs between builds comes from the environment (README,
 * "Install"): signing and notarising under electron-builder's own names, the feed and the vendor under ours. No secret
 * is ever here.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Configuration } from 'electron-builder';
import { feedChannel } from '../../electron/care/app-update/updater-feed.ts';
import { findScheme } from '../../electron/model/find-address.ts';
import { projectRoot } from '../project-root.ts';
import { linuxScripts } from './linux-scripts.ts';
import { withFindAddress } from './msi-find-address.ts';
import { withRemovalNote } from './msi-removal-note.ts';

export type PackagingEnv = {
  /** Where IT's new versions are. It is in the package and in each till's config, which wins. */
  readonly TILLSIDE_FEED_URL?: string | undefined;
  /** Which tills these packages are for: those whose config names this `update.channel`. */
  readonly TILLSIDE_CHANNEL?: string | undefined;
  /** `Name <address>`, which deb and rpm require. */
  readonly TILLSIDE_VENDOR?: string | undefined;
  readonly TILLSIDE_HOMEPAGE?: string | undefined;
  /** `required`: what cannot be signed is not built. */
  readonly TILLSIDE_SIGNING?: string | undefined;
};

export type Packing = {
  readonly output: string;
  /** Made for this build: the files in the package beside the app. */
  readonly parts: string;
  /** What deb and rpm run (linux-scripts.ts). */
  readonly scripts: string;
  /** A folder with Electron's program for the target; `null`: it is downloaded. */
  readonly electronDist: string | null;
};

/** Never change these: an installer uses them to find the version it replaces. */
const appId = 'app.tillside.till';
const nsisGuid = '9d2c1c1e-57b0-5a0e-8a94-3f8f2c0a6d51';
const msiUpgradeCode = '5E0B7C3A-0C0F-4D0B-9F53-7C9E2B1A4D86';

/** The screen's languages; Chromium's own words (the menus of a text field) in others would only add size. */
const languages = ['en', 'en-US', 'ar', 'de', 'es', 'fr', 'hi', 'id', 'zh-CN', 'zh_CN'];

const shipped = path.join(projectRoot, 'node_modules', 'better-sqlite3', 'prebuilds');
const resource = (name: string) => path.join(import.meta.dirname, name);

/** The target's one SQLite binary: `electron/main.ts` opens it at this place. */
function sqlite(platform: 'win32' | 'linux' | 'darwin') {
  return { from: path.join(shipped, `${platform}-\${arch}.node`), to: 'better_sqlite3.node' };
}

/** What a release lacks to name its maker; made-up names are enough to try a build. */
export function nobodysNames(env: PackagingEnv): string[] {
  return (['TILLSIDE_FEED_URL', 'TILLSIDE_VENDOR', 'TILLSIDE_HOMEPAGE'] as const)
    .filter((name) => /^$|\bexample\.(com|net|org)\b/.test(env[name] ?? ''))
    .map((name) => `${name} (found ${env[name] ? JSON.stringify(env[name]) : 'nothing'})`);
}

export function builderConfig(
  { output, parts, scripts, electronDist }: Packing,
  env: PackagingEnv,
  isRelease = false,
): Configuration {
  const linuxPackage = {
    afterInstall: path.join(scripts, linuxScripts.afterInstall),
    afterRemove: path.join(scripts, linuxScripts.afterRemove),
    fpm: [`--before-remove=${resource('installer/before-remove.sh')}`],
  };
  const maintainer = env.TILLSIDE_VENDOR ?? 'Tillside <tillside@example.com>';
  return {
    appId,
    productName: 'Tillside',
    copyright: '',
    directories: { output, buildResources: resource('installer') },
    ...(electronDist === null ? {} : { electronDist }),
    electronLanguages: languages,

    // All JavaScript is bundled, so no package is shipped, nor its tests and sources.
    files: [
      'dist/main/**',
      'dist/preload/**',
      'dist/renderer/**',
      'package.json',
      '!**/*.map',
      '!**/bundled-packages.json',
      '!node_modules/**',
    ],
    extraMetadata: { homepage: env.TILLSIDE_HOMEPAGE ?? 'https://example.com/tillside', author: maintainer },
    removePackageScripts: true,
    extraResources: [{ from: parts, to: '.' }],
    // Electron's welcome files are not ours to ship; the packager leaves them in unless Electron came as a zip.
    afterExtract: async ({ appOutDir }) =>
      rmSync(path.join(appOutDir, 'resources', 'default_app.asar'), { force: true }),
    npmRebuild: false,
    nodeGypRebuild: false,
    asar: true,
    // electron/main.ts is in the archive, whose hash is in the program (Windows, macOS): a changed archive does not
    // start.
    disableAsarIntegrity: false,
    // For macOS and Linux. On Windows nsis.nsh, msi-find-address.ts and the app itself register it.
    protocols: [{ name: 'Tillside', schemes: [findScheme], role: 'Viewer' }],
    electronFuses: {
      runAsNode: false,
      enableCookieEncryption: true,
      enableNodeOptionsEnvironmentVariable: false,
      enableNodeCliInspectArguments: false,
      enableEmbeddedAsarIntegrityValidation: true,
      onlyLoadAppFromAsar: true,
      loadBrowserProcessSpecificV8Snapshot: false,
      grantFileProtocolExtraPrivileges: false,
    },
    // What tills install is never unsigned, whatever the environment says.
    forceCodeSigning: isRelease || env.TILLSIDE_SIGNING === 'required',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the packager fills it in
    artifactName: '${name}-${version}-${os}-${arch}.${ext}',
    // Writes latest*.yml (or CHANNEL*.yml) beside the packages. Nothing is ever uploaded from here.
    publish: {
      provider: 'generic',
      url: env.TILLSIDE_FEED_URL ?? 'https://example.com/tillside',
      channel: feedChannel(env.TILLSIDE_CHANNEL ?? 'stable'),
    },
    detectUpdateChannel: false,

    win: {
      target: ['nsis', 'msi'],
      icon: resource('icons/icon.ico'),
      extraResources: [sqlite('win32')],
      requestedExecutionLevel: 'asInvoker',
    },
    nsis: {
      guid: nsisGuid,
      oneClick: false,
      perMachine: true,
      allowToChangeInstallationDirectory: true,
      runAfterFinish: false,
      deleteAppDataOnUninstall: false,
      createDesktopShortcut: true,
      include: resource('installer/nsis.nsh'),
    },
    msi: { upgradeCode: msiUpgradeCode, perMachine: true, oneClick: true, runAfterFinish: false },
    msiProjectCreated: (file) => writeFileSync(file, withFindAddress(withRemovalNote(readFileSync(file, 'utf8')))),

    mac: {
      target: ['dmg', 'zip'],
      icon: resource('icons/icon.icns'),
      category: 'public.app-category.business',
      extraResources: [sqlite('darwin')],
      hardenedRuntime: true,
      gatekeeperAssess: false,
      entitlements: resource('installer/entitlements.plist'),
      entitlementsInherit: resource('installer/entitlements.plist'),
      // Done if APPLE_API_KEY (or APPLE_ID) and related variables are set.
      notarize: true,
    },

    linux: {
      target: ['deb', 'rpm'],
      icon: resource('icons'),
      executableName: 'tillside',
      category: 'Office',
      synopsis: 'Loyalty customers at the till',
      maintainer,
      vendor: maintainer.replace(/\s*<.*>$/, ''),
      extraResources: [sqlite('linux'), { from: resource('installer/tillside-command'), to: 'tillside-command' }],
    },
    deb: linuxPackage,
    rpm: linuxPackage,
  };
}
