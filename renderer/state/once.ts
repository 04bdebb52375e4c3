/**
 * The rows of a keyed list (by customer id, say), in which a focused element stays with its row. Duplicates are
 * dropped: two rows with one key would take the page down. A list without keys needs no guard; a test makes sure that
 * every other list has one.
 */
export function once<Item>(
  items: readonly Item[],
  keyOf: (item: Item) => number | string,
): readonly { readonly key: number | string; readonly item: Item }[] {
  const rows = new Map<number | string, Item>();
  for (const item of items) {
    const key = keyOf(item);
    if (!rows.has(key)) rows.set(key, item);
  }
  return [...rows].map(([key, item]) => ({ key, item }));
}
