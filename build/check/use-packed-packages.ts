/**
 * Preloaded into each process and thread of the unit tests: takes packages from one file each (`vite.packages.config.ts`),
 * which saves a quarter of each start.
 */
import { registerHooks } from 'node:module';
import { packedPackages } from './packed-packages.ts';

const folder = new URL('../../dist/packages/', import.meta.url);
const urls = new Map(packedPackages.map((name) => [name, new URL(`${name}.js`, folder).href]));

registerHooks({
  resolve(specifier, context, nextResolve) {
    const url = urls.get(specifier);
    return url === undefined ? nextResolve(specifier, context) : { url, format: 'module', shortCircuit: true };
  },
});
