/** The failures seen in the field by number, with the tests that hold each: read from the tests' titles. */
import { endToEndSpecs, readSource, unitTests } from './import-graph.ts';

export type Held = { readonly file: string; readonly title: string };

/** The first argument of `it(`, `test(` and `describe(`, in any quotes. */
function titlesIn(source: string): string[] {
  return [...source.matchAll(/\b(?:it|test|describe)\(\s*(['"`])((?:(?!\1).)*)\1/g)].map((found) => found[2] ?? '');
}

export function allTitles(): Held[] {
  return [...unitTests(), ...endToEndSpecs()].flatMap((file) =>
    titlesIn(readSource(file)).map((title) => ({ file, title })),
  );
}

export function failureIndex(titles = allTitles()): ReadonlyMap<string, readonly Held[]> {
  const numbers = new Set(titles.flatMap(({ title }) => title.match(/\bF\d\d\b/g) ?? []));
  return new Map(
    [...numbers]
      .toSorted()
      .map((number) => [number, titles.filter(({ title }) => new RegExp(`\\b${number}\\b`).test(title))]),
  );
}
