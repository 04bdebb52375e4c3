import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';

/** The goal: with a slow disk and an old processor, each kilobyte that a till loads before it can be used is time. */
export const mostRendererKb = 60;

/**
 * The JavaScript that the page names, in thousands of bytes: all that an English screen loads until search stands. The
 * pages that search leads to, and the words of other languages, come apart.
 */
export function gzippedScriptKb(folder: string): number {
  const page = readFileSync(path.join(folder, 'index.html'), 'utf8');
  return [...page.matchAll(/(?:src|href)="([^"]+\.js)"/g)].reduce(
    (sum, [, name = '']) => sum + gzipSync(readFileSync(path.join(folder, name))).length / 1000,
    0,
  );
}
