/**
 * How the texts of `messages/` become functions in `compiled/`. The build does it by itself; run this file once before a
 * type check of a fresh clone: `node renderer/i18n/compile-messages.ts`.
 */
import { fileURLToPath } from 'node:url';
import { type CompilerOptions, compile } from '@inlang/paraglide-js';

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));

export const messageOptions = {
  project: here('./project.inlang'),
  outdir: here('./compiled'),
  // No cookie, no address, no storage: the machine config names the language, and the screen sets it.
  strategy: ['globalVariable', 'baseLocale'],
  outputStructure: 'locale-modules',
  isServer: 'false',
  disableAsyncLocalStorage: true,
  emitGitIgnore: false,
  emitPrettierIgnore: false,
  emitReadme: false,
} satisfies CompilerOptions;

if (import.meta.main) {
  await compile(messageOptions);
  // The compiler's own database leaves timers of half a minute behind.
  process.exit(0);
}
