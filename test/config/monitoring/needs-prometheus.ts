/** What to give a test that needs Prometheus: a machine without it skips the test and says why, CI must have it. */
import { prometheusMissing } from '../../../build/prometheus.ts';

const missing = prometheusMissing();

/** @throws in CI (`.ci/run`), where it was to be installed */
export function needsPrometheus(): { readonly skip: string | false } {
  if (missing !== null && process.env.TILLSIDE_PROMETHEUS === 'required') throw new Error(missing);
  return { skip: missing ?? false };
}
