/**
 * Compiles the texts in `messages/` to functions in `compiled/`. The build does this by itself; run it once before
 * type-checking a fresh clone: `node renderer/i18n/compile-messages.ts`.
 */
import { fileURLToPath } from 'node:url';
import { type CompilerOptions, compile } from '@inlang/paraglide-js';

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));

export const messageOptions = {
  project: here('./project.inlang'),
  outdir: here('./compiled'),
  // No cookie, URL or storage: the machine config names the language, and the screen sets it.
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
  // The compiler leaves timers of half a minute behind.
  process.exit(0);
}
