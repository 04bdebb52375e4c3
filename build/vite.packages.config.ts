/** Builds packages to one file each, for the hundreds of processes and threads that the unit tests start. */
import path from 'node:path';
import { defineConfig } from 'vite';
import { packedPackages } from './check/packed-packages.ts';
import { projectRoot } from './project-root.ts';
import { external } from './vite.main.config.ts';

export default defineConfig({
  root: projectRoot,
  publicDir: false,
  ssr: { noExternal: true },
  build: {
    ssr: true,
    target: 'node24',
    outDir: path.join(projectRoot, 'dist', 'packages'),
    emptyOutDir: true,
    sourcemap: false,
    minify: false,
    rolldownOptions: {
      input: Object.fromEntries(packedPackages.map((name) => [name, name])),
      external,
      preserveEntrySignatures: 'strict',
      output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'shared-[name].js' },
    },
  },
});
