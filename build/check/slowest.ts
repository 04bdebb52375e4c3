/** Which tests took longest, from the runners' output. */

export type Timed = { readonly ms: number; readonly file: string; readonly title: string };

export const slowest = (tests: readonly Timed[]): Timed[] =>
  tests.toSorted((one, other) => other.ms - one.ms).slice(0, 10);

/** The mark tells these lines from anything else a test prints. */
export const timedLine = ({ ms, file, title }: Timed): string => `⏱ ${Math.round(ms)} ${file} › ${title}\n`;

/** Parses the lines of {@link timedLine}. */
export function timedByNode(printed: string): Timed[] {
  return [...printed.matchAll(/^⏱ (\d+) (\S+) › (.*)$/gm)].map(([, ms, file = '', title = '']) => ({
    ms: Number(ms),
    file,
    title,
  }));
}

/** Parses Playwright's `list` reporter: `✓  1 form.spec.ts:27:1 › title (3.4s)`, in any unit. */
export function timedByPlaywright(printed: string): Timed[] {
  const units: { readonly [unit: string]: number } = { ms: 1, s: 1000, m: 60_000 };
  return [...printed.matchAll(/^ +[✓✘] +\d+ (\S+?):\d+:\d+ › (.*) \(([\d.]+)(ms|s|m)\)$/gm)].map(
    ([, file = '', title = '', count, unit = 's']) => ({ ms: Number(count) * (units[unit] ?? 1000), file, title }),
  );
}
