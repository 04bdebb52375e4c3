/** What a measurement returns, and the goals to compare it with. */

export type Goal = {
  readonly job: string;
  /** The result, in `unit`. */
  readonly value: number;
  readonly unit: 'ms' | '×' | 'MB' | 'KB' | '';
  readonly atMost?: number;
  readonly atLeast?: number;
  /**
   * With `--check`, a ratio fails if it misses its goal by more than this factor. Absent: reported but never failed,
   * since the value depends on the machine and what else runs there.
   */
  readonly margin?: number;
  /** The floor measured in the same run, and whatever else helps to read the value. */
  readonly note: string;
};

export function isMet({ value, atMost, atLeast }: Goal, margin = 1): boolean {
  return (atMost === undefined || value <= atMost * margin) && (atLeast === undefined || value >= atLeast / margin);
}

/** Far enough from a ratio's goal that something is broken. */
export function isFarOff(goal: Goal): boolean {
  return goal.margin !== undefined && !isMet(goal, goal.margin);
}

export function percentile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}

export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

export function rounded(value: number): number {
  return Number(value.toPrecision(3));
}
