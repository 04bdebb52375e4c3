/** The system's code of an error. Unlike its message, it never holds data. */
export function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  // If several addresses were tried, report the first.
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error;
  const cause = first instanceof Error ? first : error;
  return 'code' in cause ? String(cause.code) : cause.name;
}
