/**
 * `npm run dist` makes packages for IT in `release/`, for this machine's platform or the named ones (`--linux`,
 * `--windows`, `--mac`). Nothing is uploaded.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { configJsonSchema } from '../electron/config/config-schema.ts';
import { ensureBuilt } from './bundles.ts';
import { BadArguments, exitCodes, explain, say } from './command-line.ts';
import { electronToPack } from './electron-binary.ts';
import { builderConfig, nobodysNames } from './packaging/builder-config.ts';
import { writeLinuxScripts } from './packaging/linux-scripts.ts';
import { stageUpdate, writeChecksums } from './packaging/release-files.ts';
import { billOfMaterials } from './packaging/sbom.ts';
import { licenseNotices, shippedPackages } from './packaging/shipped-packages.ts';
import { projectRoot } from './project-root.ts';

const help = `npm run dist -- [--linux] [--windows] [--mac] [--arch x64|arm64] [--dir] [--electron DIR] [--output DIR] [--release] [--staged PERCENT]

  --dir            unpacked, without installers: to look at
  --electron DIR   a folder with Electron's program for the target, in place of fetching it
  --output DIR     in place of release/
  --release        for tills, and not to try: signed on Windows and macOS, and refused without a feed, a vendor and a home page of your own (TILLSIDE_*)
  --staged PERCENT how many of the tills take the update at first; only of a release`;

const names = ['linux', 'windows', 'mac'] as const;
type PlatformName = (typeof names)[number];
const nodeNames = { linux: 'linux', windows: 'win32', mac: 'darwin' } as const;

type DistArguments = {
  readonly platforms: readonly PlatformName[];
  readonly arch: 'x64' | 'arm64';
  readonly unpacked: boolean;
  readonly electron: string | null;
  readonly output: string;
  readonly staged: number | null;
  readonly release: boolean;
};

/** @throws BadArguments */
function readDistArguments(argv: readonly string[]): DistArguments {
  const { values } = parse(argv);
  const own = names.find((name) => nodeNames[name] === process.platform);
  const wanted = names.filter((name) => values[name]);
  const arch = values.arch ?? process.arch;
  if (arch !== 'x64' && arch !== 'arm64') throw new BadArguments(`--arch: found "${arch}", expected x64 or arm64`);
  const staged = values.staged === undefined ? null : Number(values.staged);
  if (staged !== null && !(Number.isInteger(staged) && staged >= 0 && staged <= 100)) {
    throw new BadArguments(`--staged: found "${values.staged}", expected a whole number from 0 to 100`);
  }
  return {
    platforms: wanted.length > 0 || own === undefined ? wanted : [own],
    arch,
    unpacked: values.dir,
    electron: values.electron === undefined ? null : path.resolve(values.electron),
    output: path.resolve(projectRoot, values.output ?? 'release'),
    staged,
    release: values.release || staged !== null,
  };
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        linux: { type: 'boolean', default: false },
        windows: { type: 'boolean', default: false },
        mac: { type: 'boolean', default: false },
        arch: { type: 'string' },
        dir: { type: 'boolean', default: false },
        electron: { type: 'string' },
        output: { type: 'string' },
        release: { type: 'boolean', default: false },
        staged: { type: 'string' },
      },
    });
  } catch (error) {
    throw new BadArguments(`${error instanceof Error ? error.message : 'unknown arguments'}\n${help}`);
  }
}

/** Made for each build: the schema that the config is checked by, and what the law requires. */
function makeParts(folder: string, version: string): void {
  const packages = shippedPackages();
  mkdirSync(folder, { recursive: true });
  const write = (name: string, text: string) => writeFileSync(path.join(folder, name), text);
  write('config.schema.json', `${JSON.stringify(configJsonSchema(), null, 2)}\n`);
  write('THIRD-PARTY-LICENSES.txt', licenseNotices(packages));
  write('sbom.cdx.json', billOfMaterials(version, packages));
}

async function main(): Promise<number> {
  if (process.argv.includes('--help')) {
    process.stdout.write(`${help}\n`);
    return exitCodes.clean;
  }
  const wanted = readDistArguments(process.argv.slice(2));
  const nameless = wanted.release ? nobodysNames(process.env) : [];
  if (nameless.length > 0) {
    throw new BadArguments(
      `A release needs its maker's names and the feed its tills read. Set ${nameless.join(', ')}. Nothing was built.`,
    );
  }
  const version = String(JSON.parse(readFileSync(path.join(projectRoot, 'package.json'), 'utf8')).version);
  const electron =
    wanted.electron === null
      ? await electronToPack(wanted.platforms.map((name) => `${nodeNames[name]}-${wanted.arch}`))
      : ({ kind: 'there', folder: wanted.electron } as const);
  if (electron.kind === 'missing') {
    say(`No package can be made here without Electron: ${electron.why}.`);
    say(
      "Run it where the download works, set ELECTRON_MIRROR, or name a folder with Electron's program: --electron DIR.",
    );
    return exitCodes.fault;
  }
  await ensureBuilt(['main', 'preload', 'renderer'], say);
  mkdirSync(wanted.output, { recursive: true });
  const parts = path.join(wanted.output, '.parts');
  rmSync(parts, { recursive: true, force: true });
  makeParts(parts, version);
  const scripts = path.join(wanted.output, '.scripts');
  writeLinuxScripts(scripts);

  // Slow to load, so only when everything else is ready.
  const { Arch, build, Platform } = await import('electron-builder');
  const platforms = { linux: Platform.LINUX, windows: Platform.WINDOWS, mac: Platform.MAC } as const;
  const arch = wanted.arch === 'x64' ? Arch.x64 : Arch.arm64;
  const config = builderConfig(
    { output: wanted.output, parts, scripts, electronDist: electron.folder },
    process.env,
    wanted.release,
  );
  for (const name of wanted.platforms) {
    const targets = platforms[name].createTarget(wanted.unpacked ? 'dir' : null, arch);
    await build({ projectDir: projectRoot, targets, config, publish: 'never' });
  }
  writeFileSync(
    path.join(wanted.output, `tillside-${version}.cdx.json`),
    readFileSync(path.join(parts, 'sbom.cdx.json')),
  );
  for (const folder of [parts, scripts]) rmSync(folder, { recursive: true, force: true });
  if (wanted.staged !== null) stageUpdate(wanted.output, wanted.staged);
  await writeChecksums(wanted.output);
  say(`Tillside ${version} is in ${wanted.output}.`);
  return exitCodes.clean;
}

process.exitCode = await main().catch(explain);
