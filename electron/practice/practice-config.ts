/** Config and credentials of a till for the practice server. */
import type { z } from 'zod';
import type { machineConfigSchema } from '../config/config-sections.ts';

export const practiceTimeZone = 'Asia/Kolkata';

/** The till that practice mode signs in as. Not a real secret: the server only runs on this machine. */
export const practiceCredentials = { till: 'practice.till1', secret: 'practice' } as const;

/** A second till of the same store, to test how two tills interact. */
export const secondPracticeCredentials = { till: 'practice.till2', secret: 'practice' } as const;

export const practiceOAuth = { key: 'practice-key', secret: 'practice-oauth' } as const;

/** A machine config for the practice server. */
export function practiceConfig(url: string): z.input<typeof machineConfigSchema> {
  return {
    api: { url, requestsPerMinute: 6000 },
    auth: { method: 'basic', till: practiceCredentials.till },
    store: { countryCode: 'IN', timeZone: practiceTimeZone, locale: 'en' },
    sync: { settleSeconds: 2, slowServerSeconds: 6 },
  };
}
