/** What the system calls an error, which never holds more than that. */
export function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  // Where several addresses were tried, the first one speaks for all.
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error;
  const told = first instanceof Error ? first : error;
  return 'code' in told ? String(told.code) : told.name;
}
