/**
 * One line as a terminal may show it: what a server, a file or a config says could move the cursor, hide a line or begin
 * another. The escapes are those of JSON, so that JSON stays the same.
 */
export function readable(line: string): string {
  return line.replace(
    /[\p{Cc}\p{Cs}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu,
    (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
