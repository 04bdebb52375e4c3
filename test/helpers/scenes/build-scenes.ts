/** Builds the scenes' page with the app's own config into the folder that is named: `build-scenes.ts FOLDER`. */
import path from 'node:path';
import { build } from 'vite';
import config from '../../../build/vite.renderer.config.ts';

const [, , outDir = ''] = process.argv;
await build({
  ...config,
  configFile: false,
  root: import.meta.dirname,
  logLevel: 'warn',
  build: {
    ...config.build,
    outDir: path.resolve(outDir),
    emptyOutDir: true,
  },
});
// The compiler of the messages leaves timers of half a minute behind.
process.exit(0);
