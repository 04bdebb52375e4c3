/**
 * Lets node:test import the screen's state classes by compiling `.svelte.ts` modules with Svelte. Import it first:
 * `import './svelte-hooks.ts'`, then load the class with `await import(…)`.
 */
import { registerHooks, stripTypeScriptTypes } from 'node:module';
import { fileURLToPath } from 'node:url';
import { compileModule } from 'svelte/compiler';

registerHooks({
  resolve(specifier, context, nextResolve) {
    // Svelte's server build has no reactivity, so the tests use the browser's.
    if (specifier === 'svelte' || specifier.startsWith('svelte/')) {
      return nextResolve(specifier, { ...context, conditions: ['browser', ...context.conditions] });
    }
    return nextResolve(specifier, context);
  },
  load(url, context, nextLoad) {
    if (!url.endsWith('.svelte.ts')) return nextLoad(url, context);
    const filename = fileURLToPath(url);
    const plain = stripTypeScriptTypes(String(nextLoad(url, context).source));
    const { js } = compileModule(plain, { filename, generate: 'client', dev: false });
    return { format: 'module', source: js.code, shortCircuit: true };
  },
});
