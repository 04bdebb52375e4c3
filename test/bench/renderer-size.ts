import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';

/** With a slow disk and an old processor, every kilobyte delays the first search. */
export const mostRendererKb = 60;

/**
 * Thousands of bytes of JavaScript that the page names: what an English screen loads before search is ready. Other
 * pages and languages load separately.
 */
export function gzippedScriptKb(folder: string): number {
  const page = readFileSync(path.join(folder, 'index.html'), 'utf8');
  return [...page.matchAll(/(?:src|href)="([^"]+\.js)"/g)].reduce(
    (sum, [, name = '']) => sum + gzipSync(readFileSync(path.join(folder, name))).length / 1000,
    0,
  );
}
