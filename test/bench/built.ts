/**
 * Builds the bench's programs like the app's main process. Running TypeScript directly would dominate a small program's
 * memory and start time.
 */
import path from 'node:path';
import { build } from 'vite';
import config, { external, threads } from '../../build/vite.main.config.ts';
import { benchFolder } from './folder.ts';

/** @returns the built version of a file in `test/bench/`, with the app's threads beside it */
export async function builtProgram(name: string): Promise<string> {
  const outDir = path.join(benchFolder, 'built', name);
  await build({
    ...config,
    configFile: false,
    logLevel: 'silent',
    build: {
      ...config.build,
      outDir,
      rolldownOptions: {
        ...config.build?.rolldownOptions,
        input: { ...threads, [name]: path.join(import.meta.dirname, `${name}.ts`) },
        external: [...external, 'better-sqlite3'],
      },
    },
  });
  return path.join(outDir, `${name}.js`);
}
