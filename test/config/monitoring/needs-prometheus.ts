/**
 * What a test that needs Prometheus gets: without it the test is skipped and says why, except in CI, which must have
 * it.
 */
import { prometheusMissing } from '../../../build/prometheus.ts';

const missing = prometheusMissing();

/** @throws in CI (`.ci/run`), which should have installed it */
export function needsPrometheus(): { readonly skip: string | false } {
  if (missing !== null && process.env.TILLSIDE_PROMETHEUS === 'required') throw new Error(missing);
  return { skip: missing ?? false };
}
