/** Keeps the English texts of later pages out of what a till loads before it can be used. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Plugin } from 'vite';

/** The texts that the first screen can show: those of the entry and of every file it imports statically. */
export function firstTexts(entry: string): ReadonlySet<string> {
  const files = new Set([entry]);
  const texts = new Set<string>();
  // Includes files added on the way.
  for (const file of files) {
    const source = readFileSync(file, 'utf8');
    for (const [, text = ''] of source.matchAll(/\bm\.(\w+)/g)) texts.add(text);
    for (const [, name = ''] of source.matchAll(/^\s*import (?!type\b)[^;]*?from '(\.[^']+\.(?:ts|svelte))'/gm)) {
      files.add(path.resolve(path.dirname(file), name));
    }
  }
  return texts;
}

/** `en.js` has only the first texts; `en.js?later` has the others (see `fetchLaterTexts`). */
export function splitTexts(entry: string): Plugin {
  let first: ReadonlySet<string> = new Set();
  return {
    name: 'split-texts',
    enforce: 'post',
    buildStart() {
      first = firstTexts(entry);
    },
    transform(code, id) {
      const [file = '', part] = id.split('?');
      if (!file.endsWith('/compiled/messages/en.js')) return null;
      const kept = code.replaceAll(/^export const (\w+) = [\s\S]*?^\};$/gm, (text, name) =>
        first.has(name) === (part === 'later') ? '' : text,
      );
      return { code: kept, map: null };
    },
  };
}
