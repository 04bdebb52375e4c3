/** Converts an imported customer to the rows to write. */

import { encodeRecord } from '../customers/record-json.ts';
import { searchColumns } from '../customers/region.ts';
import { type SearchRow, searchRow } from '../customers/store.ts';
import { readCustomer } from '../loyalty-api/wire/customer.ts';
import type { JsonObject } from '../loyalty-api/wire/scalars.ts';
import { mergeRecord } from '../model/customer.ts';
import type { Refusal } from './refusal.ts';

export type ImportedRow = {
  readonly userId: string | null;
  readonly row: SearchRow;
  readonly words: readonly string[];
  readonly record: string;
};

export function importedRow(item: JsonObject): ImportedRow | Refusal {
  const record = mergeRecord(null, readCustomer(item));
  const { mobile = null, email = null, externalId = null } = record.fields;
  if (record.userId === null && mobile === null && email === null && externalId === null) return 'no-identifier';
  if (mobile !== null && !/^\d{4,20}$/.test(mobile)) return 'not-a-mobile';
  const { row, words } = searchRow(record.fields, record.loyalty?.tier ?? null);
  return { userId: record.userId, row, words, record: encodeRecord(record) };
}

/** The columns that a file fills, both in the till's own tables and in the region file. */
export const importedColumns = ['user_id', ...searchColumns] as const;

/** In the order of `importedColumns`. */
export function importedValues({ userId, row }: Pick<ImportedRow, 'userId' | 'row'>): (string | null)[] {
  return importedColumns.map((column) => (column === 'user_id' ? userId : row[column]));
}
