/**
 * Caches the last few decoded JSON texts. Validating JSON from the database costs more than reading it, and an update
 * is read a dozen times while it is saved and sent. The decoded values are shared, so never change them.
 *
 * @param most size of the cache
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
