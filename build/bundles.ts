/** The built parts of the app in `dist/`, built if missing or older than their sources. */
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { projectRoot } from './project-root.ts';

export type BundleName = 'main' | 'preload' | 'renderer' | 'packages';

type Bundle = {
  readonly config: string;
  /** The files and folders it is made of. */
  readonly sources: readonly string[];
  /** What exists once it is built. */
  readonly output: string;
};

export const bundles: { readonly [Name in BundleName]: Bundle } = {
  main: {
    config: 'build/vite.main.config.ts',
    sources: ['electron', 'package-lock.json', 'build/vite.main.config.ts'],
    output: 'main/main.js',
  },
  preload: {
    config: 'build/vite.preload.config.ts',
    sources: ['electron/preload.ts', 'electron/ipc', 'package-lock.json', 'build/vite.preload.config.ts'],
    output: 'preload/preload.cjs',
  },
  renderer: {
    config: 'build/vite.renderer.config.ts',
    sources: ['renderer', 'electron/ipc', 'package-lock.json', 'build/vite.renderer.config.ts'],
    output: 'renderer/index.html',
  },
  packages: {
    config: 'build/vite.packages.config.ts',
    sources: ['package-lock.json', 'build/check/packed-packages.ts', 'build/vite.packages.config.ts'],
    output: 'packages/zod.js',
  },
};

export const distFolder = path.join(projectRoot, 'dist');

/** Each build lists in its folder which packages went into it (`build.license`); the list is not shipped. */
export const bundledPackagesFile = 'bundled-packages.json';

/** Sources that the build itself writes. */
const generated = path.join('i18n', 'compiled');

function newestChangeMs(file: string): number {
  const found = statSync(file);
  if (!found.isDirectory()) return found.mtimeMs;
  if (file.endsWith(generated)) return 0;
  return readdirSync(file).reduce(
    (newest, name) => Math.max(newest, newestChangeMs(path.join(file, name))),
    found.mtimeMs,
  );
}

function isFresh({ sources, output }: Bundle): boolean {
  const file = path.join(distFolder, output);
  if (!existsSync(file)) return false;
  const builtMs = statSync(file).mtimeMs;
  return sources.every((source) => newestChangeMs(path.join(projectRoot, source)) < builtMs);
}

/**
 * Builds those of the parts that are missing or outdated.
 *
 * It uses its own process: builders print on standard output, which belongs to the caller, and their memory is not the
 * till's.
 * @param say called if it takes a while
 * @throws with the build's output if a source does not build
 */
export async function ensureBuilt(
  names: readonly BundleName[],
  say: (line: string) => void = () => undefined,
): Promise<void> {
  const wanted = names.filter((name) => !isFresh(bundles[name]));
  if (wanted.length === 0) return;
  say('Tillside: building the app (first start, or its source changed) …');
  const script = path.join(projectRoot, 'build', 'build-bundles.ts');
  const child = spawn(process.execPath, [script, ...wanted], { cwd: projectRoot, stdio: ['ignore', 'pipe', 'pipe'] });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8');
    stream.on('data', (text: string) => {
      printed += text;
    });
  }
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) throw new BuildFailed(wanted, printed);
}

export class BuildFailed extends Error {
  constructor(names: readonly BundleName[], printed: string) {
    super(`${names.join(', ')} could not be built:\n${printed.trim()}`);
  }
}
