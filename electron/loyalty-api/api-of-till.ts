/** The till's API client. There is none until the till has a secret, and a new one for each new secret. */
import type { MachineConfig } from '../config/machine-config.ts';
import type { Clock } from '../machine/clock.ts';
import { createAuth } from './auth.ts';
import { createLoyaltyApi } from './client.ts';
import type { LoyaltyApi } from './loyalty-api.ts';
import type { Transport } from './transport.ts';

export type ApiOfTillOptions = {
  readonly config: Pick<MachineConfig, 'api' | 'auth' | 'store'>;
  readonly transport: Transport;
  readonly clock: Clock;
  /** Version of Tillside, for the server's logs. */
  readonly version: string;
};

export class ApiOfTill {
  readonly #options: ApiOfTillOptions;
  #current: LoyaltyApi | null = null;

  constructor(options: ApiOfTillOptions) {
    this.#options = options;
  }

  /** Null while the till has no secret. */
  get current(): LoyaltyApi | null {
    return this.#current;
  }

  /** @param secret in its stored form (`till-secret.ts`) */
  connect(secret: string): void {
    const { config, transport, clock, version } = this.#options;
    const shared = {
      baseUrl: config.api.url,
      transport,
      clock,
      userAgent: `Tillside/${version}`,
      timeoutMs: config.api.timeoutSeconds * 1000,
    };
    const auth = createAuth({ ...shared, config: config.auth, secret });
    const { locale, timeZone } = config.store;
    // The API's `language` header accepts only the language part of a locale.
    this.#current = createLoyaltyApi({ ...shared, auth, language: new Intl.Locale(locale).language, timeZone });
  }
}
