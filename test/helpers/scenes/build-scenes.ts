/** Builds the scenes' page with the app's own config into the named folder: `build-scenes.ts FOLDER`. */
import path from 'node:path';
import { build, type Plugin } from 'vite';
import config from '../../../build/vite.renderer.config.ts';

const pseudo = path.join(import.meta.dirname, 'pseudo.ts');
/** Lets every English message appear in the test language too: see pseudo.ts. */
const speakPseudo: Plugin = {
  name: 'speak-pseudo',
  enforce: 'post',
  transform(code, id) {
    if (!id.split('?')[0]?.endsWith('/compiled/messages/en.js')) return null;
    const said = code.replaceAll(/^export const (\w+) = ([\s\S]*?^\});$/gm, 'export const $1 = strange($2);');
    return { code: `import { strange } from ${JSON.stringify(pseudo)};\n${said}`, map: null };
  },
};

const [, , outDir = ''] = process.argv;
await build({
  ...config,
  configFile: false,
  plugins: [config.plugins, speakPseudo],
  root: import.meta.dirname,
  logLevel: 'warn',
  build: {
    ...config.build,
    outDir: path.resolve(outDir),
    emptyOutDir: true,
  },
});
// The message compiler leaves timers of half a minute behind.
process.exit(0);
