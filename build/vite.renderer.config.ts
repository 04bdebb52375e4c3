/** Builds the screen to `dist/renderer`: relative addresses, nothing inlined, so that it works under the strict CSP. */
import { fileURLToPath } from 'node:url';
import { paraglideVitePlugin } from '@inlang/paraglide-js';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';
import { messageOptions } from '../renderer/i18n/compile-messages.ts';
import { splitTexts } from '../renderer/i18n/split-texts.ts';
import { bundledPackagesFile } from './bundles.ts';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: here('../renderer'),
  base: './',
  plugins: [
    paraglideVitePlugin(messageOptions),
    splitTexts(here('../renderer/main.ts')),
    svelte({ configFile: false, compilerOptions: { runes: true } }),
  ],
  build: {
    outDir: here('../dist/renderer'),
    emptyOutDir: true,
    sourcemap: false,
    license: { fileName: bundledPackagesFile },
    target: 'chrome140',
    // `font-src 'self'` and `script-src 'self'`: no data addresses, no polyfill.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
