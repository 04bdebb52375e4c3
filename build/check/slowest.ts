/** Which tests took longest, by what the runners print. */

export type Timed = { readonly ms: number; readonly file: string; readonly title: string };

export const slowest = (tests: readonly Timed[]): Timed[] =>
  tests.toSorted((one, other) => other.ms - one.ms).slice(0, 10);

/** The sign tells these lines from whatever else a test prints. */
export const timedLine = ({ ms, file, title }: Timed): string => `⏱ ${Math.round(ms)} ${file} › ${title}\n`;

/** What the lines of {@link timedLine} say. */
export function timedByNode(printed: string): Timed[] {
  return [...printed.matchAll(/^⏱ (\d+) (\S+) › (.*)$/gm)].map(([, ms, file = '', title = '']) => ({
    ms: Number(ms),
    file,
    title,
  }));
}

/** What Playwright's `list` reporter says: `✓  1 form.spec.ts:27:1 › title (3.4s)`, in whatever unit. */
export function timedByPlaywright(printed: string): Timed[] {
  const units: { readonly [unit: string]: number } = { ms: 1, s: 1000, m: 60_000 };
  return [...printed.matchAll(/^ +[✓✘] +\d+ (\S+?):\d+:\d+ › (.*) \(([\d.]+)(ms|s|m)\)$/gm)].map(
    ([, file = '', title = '', count, unit = 's']) => ({ ms: Number(count) * (units[unit] ?? 1000), file, title }),
  );
}
