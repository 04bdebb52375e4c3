import { readFileSync } from 'node:fs';

const shimFile = new URL('./electron-shim.js', import.meta.url);

/** Returns the script of `/preload.js`: the real preload bundle with the shim as its `electron`. */
export function preloadScript(bundleFile: string): (firstEvent: number) => string {
  const shim = readFileSync(shimFile, 'utf8');
  const bundle = readFileSync(bundleFile, 'utf8');
  return (firstEvent) => `(() => {
${shim}
const electron = electronShim(${firstEvent});
const module = { exports: {} };
const require = (name) => {
  if (name === 'electron') return electron;
  throw new Error('the preload may only use electron, not ' + name);
};
((require, module, exports) => {
${bundle}
})(require, module, module.exports);
})();
`;
}
