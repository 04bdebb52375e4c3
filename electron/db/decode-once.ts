/**
 * JSON out of the database is checked by a schema, which costs more than to read it, and what is saved or sent is read a
 * dozen times on its way: so the last few texts are remembered with what they were decoded to. That is shared, and nobody
 * may change it.
 *
 * @param most how many texts are remembered
 */
export function decodeOnce<T>(decode: (json: string) => T, most: number): (json: string) => T {
  const decoded = new Map<string, T>();
  return (json) => {
    const known = decoded.get(json);
    if (known !== undefined) return known;
    const value = decode(json);
    for (const oldest of decoded.keys()) {
      if (decoded.size < most) break;
      decoded.delete(oldest);
    }
    decoded.set(json, value);
    return value;
  };
}
