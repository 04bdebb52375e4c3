/**
 * Escapes a line for the terminal: text from a server, a file or a config could move the cursor, hide a line or start a
 * new one. Uses JSON's escapes, so that JSON output keeps its meaning.
 */
export function readable(line: string): string {
  return line.replace(
    /[\p{Cc}\p{Cs}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu,
    (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
