/**
 * Builds the desktop app's main process to one ES module with all packages in it, so that no node_modules is shipped.
 * Only Electron, Node and the SQLite binary stay outside (`nativeBinding` says where that is).
 */
import { builtinModules } from 'node:module';
import path from 'node:path';
import { defineConfig } from 'vite';
import { bundledPackagesFile } from './bundles.ts';
import { projectRoot } from './project-root.ts';

/** The workers, and the process that accesses a share, are started from files beside the main one. */
export const threads = {
  'background-worker': path.join(projectRoot, 'electron', 'db', 'background-worker.ts'),
  'import-worker': path.join(projectRoot, 'electron', 'region', 'import-worker.ts'),
  'reader-worker': path.join(projectRoot, 'electron', 'region', 'reader-worker.ts'),
  'delta-worker': path.join(projectRoot, 'electron', 'region', 'feed', 'delta-worker.ts'),
  'seal-worker': path.join(projectRoot, 'electron', 'care', 'rescue', 'seal-worker.ts'),
  'share-host': path.join(projectRoot, 'electron', 'machine', 'share', 'share-host.ts'),
  'checkpoint-worker': path.join(projectRoot, 'electron', 'db', 'checkpoint', 'checkpoint-worker.ts'),
};

export const external = ['electron', /^node:/, ...builtinModules];

export default defineConfig({
  root: projectRoot,
  publicDir: false,
  ssr: { noExternal: true },
  build: {
    ssr: true,
    target: 'node24',
    outDir: path.join(projectRoot, 'dist', 'main'),
    emptyOutDir: true,
    sourcemap: false,
    license: { fileName: bundledPackagesFile },
    minify: false,
    rolldownOptions: {
      input: { main: path.join(projectRoot, 'electron', 'main.ts'), ...threads },
      external,
      output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'shared-[name].js' },
    },
  },
});
