/** Builds the preload to one CommonJS file, the only kind that a sandboxed preload can be. */
import path from 'node:path';
import { defineConfig } from 'vite';
import { bundledPackagesFile } from './bundles.ts';
import { projectRoot } from './project-root.ts';

export default defineConfig({
  root: projectRoot,
  publicDir: false,
  build: {
    target: 'chrome140',
    outDir: path.join(projectRoot, 'dist', 'preload'),
    emptyOutDir: true,
    sourcemap: false,
    license: { fileName: bundledPackagesFile },
    minify: false,
    lib: { entry: path.join(projectRoot, 'electron', 'preload.ts'), formats: ['cjs'], fileName: () => 'preload.cjs' },
    rolldownOptions: { external: ['electron'] },
  },
});
