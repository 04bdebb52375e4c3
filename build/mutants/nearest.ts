/** Which tests notice a fault in a file soonest. */
import path from 'node:path';

/**
 * The file's own tests first, those with a longer name too (`pace.test.ts`, `pace-moments.test.ts`), then those that
 * import it, then its room, then the failures, then the others by distance.
 * @param steps how many imports lead from each test to the file
 */
export function nearestFirst(file: string, tests: readonly string[], steps: ReadonlyMap<string, number>): string[] {
  return tests.toSorted((one, other) => distanceOf(file, one, steps) - distanceOf(file, other, steps));
}

export function distanceOf(file: string, test: string, steps: ReadonlyMap<string, number>): number {
  const [, room] = file.split('/');
  const own = `test/${room}/${path.posix.basename(file).replace(/\..*/, '')}`;
  const step = steps.get(test) ?? 0;
  if (test === `${own}.test.ts` || test.startsWith(`${own}-`)) return 0;
  if (step <= 1) return step;
  const [, folder] = test.split('/');
  return (folder === room ? 0 : folder === 'faults' ? 100 : 200) + step;
}
