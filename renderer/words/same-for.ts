/** One value for several keys of a table, in which the compiler still misses a key that nothing covers. */
export function sameFor<Key extends PropertyKey, Value>(
  value: Value,
  ...keys: readonly Key[]
): { readonly [key in Key]: Value } {
  const table = Object.create(null);
  for (const key of keys) table[key] = value;
  return table;
}
