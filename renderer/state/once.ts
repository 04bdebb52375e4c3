/**
 * The rows of a list that go by a key, such as the customer's id, so that what has the focus stays with its row. Whatever
 * comes in twice is there once: two rows with one key would take the page down. A list without keys needs no guard; a
 * test holds that no other list has any.
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
