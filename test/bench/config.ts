import { practiceConfig } from '../../electron/practice/practice-config.ts';

/** A till that may send as fast as it can. */
export function benchConfig(url: string, maxInFlight = 64): { readonly [section: string]: unknown } {
  const base = practiceConfig(url);
  return { ...base, api: { ...base.api, requestsPerMinute: 100_000, maxInFlight } };
}
