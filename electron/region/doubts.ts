/** Finds out if a file differs so much from the current region that a person has to confirm it. */
import type { ColumnReport } from './csv-columns.ts';
import type { Doubt } from './import-state.ts';

export type FileFacts = {
  readonly columns: readonly ColumnReport[] | null;
  readonly customers: number;
  readonly records: number;
  readonly refused: number;
  readonly before: number | null;
  readonly compared: number;
  readonly somebodyElse: number;
};

/** Fewer customers prove nothing, because anybody may have a new mobile. */
const comparedAtLeast = 20;

export function doubtsOf(found: FileFacts): readonly Doubt[] {
  const { columns, customers, records, refused, before, compared, somebodyElse } = found;
  const taken = (key: string) => columns?.some(({ takenAs }) => takenAs?.split(', ').includes(key)) === true;
  const isUnread = columns?.some(({ why }) => why === 'not-known') === true;
  const lacks = !(taken('firstname') || taken('lastname')) || !taken('mobile');
  return [
    ...(before !== null && customers < before * 0.8 ? (['shrinks'] as const) : []),
    ...(refused > records * 0.02 ? (['many-refused'] as const) : []),
    ...(isUnread && lacks ? (['columns'] as const) : []),
    ...(compared >= comparedAtLeast && somebodyElse > compared / 5 ? (['other-people'] as const) : []),
  ];
}
