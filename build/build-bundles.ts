/**
 * Builds parts of the app: `build-bundles.ts main preload renderer`. Each build goes to its own folder and replaces the
 * old one when it is complete, so that parallel builds do not spoil each other.
 */
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { build } from 'vite';
import { type BundleName, bundles, distFolder } from './bundles.ts';
import { projectRoot } from './project-root.ts';

async function buildBundle(name: BundleName): Promise<void> {
  const unfinished = path.join(distFolder, `.${name}-${process.pid}`);
  const old = path.join(distFolder, `.${name}-${process.pid}-old`);
  const place = path.join(distFolder, name);
  mkdirSync(distFolder, { recursive: true });
  try {
    await build({
      configFile: path.join(projectRoot, bundles[name].config),
      logLevel: 'warn',
      build: { outDir: unfinished, emptyOutDir: true },
    });
    if (existsSync(place)) renameSync(place, old);
    renameSync(unfinished, place);
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
    rmSync(old, { recursive: true, force: true });
  }
}

function isBundleName(name: string): name is BundleName {
  return Object.hasOwn(bundles, name);
}

for (const name of process.argv.slice(2)) {
  if (!isBundleName(name)) throw new Error(`there is no part named ${name}`);
  await buildBundle(name);
}
// The message compiler leaves timers of half a minute behind.
process.exit(0);
