/**
 * Authenticates callers of the practice server: tills with Basic, others with an OAuth token.
 */
import { createHash } from 'node:crypto';
import type { Clock, Random } from '../machine/clock.ts';
import { memberOf, parseJson } from './json.ts';
import { tillCodes } from './practice-org.ts';

type Headers = { readonly [name: string]: string | undefined };

export type AuthenticationOptions = {
  readonly clock: Clock;
  readonly random: Random;
  readonly tills: readonly { readonly till: string; readonly secret: string }[];
  readonly oauth: { readonly key: string; readonly secret: string };
  readonly tokenSeconds: number;
};

export type Caller = {
  readonly till: string;
  /** A backend may act only for tills of its organisation. */
  readonly allowed: boolean;
};

const md5 = (text: string) => createHash('md5').update(text).digest('hex');

export class TillAuthentication {
  readonly #options: AuthenticationOptions;
  /** Valid Basic headers, with their till. */
  readonly #basic: ReadonlyMap<string, string>;
  /** Tokens with their expiry in monotonic time. */
  #tokens = new Map<string, number>();

  constructor(options: AuthenticationOptions) {
    this.#options = options;
    // The vendor's protocol: base64(till ":" md5(password)).
    this.#basic = new Map(
      options.tills.map(({ till, secret }) => [
        `Basic ${Buffer.from(`${till}:${md5(secret)}`).toString('base64')}`,
        till,
      ]),
    );
  }

  /** Invalidates all OAuth tokens issued so far. */
  expireTokens(): void {
    this.#tokens = new Map();
  }

  /** @returns null if the credentials are wrong or missing */
  callerOf(headers: Headers): Caller | null {
    const token = headers['x-cap-api-oauth-token'];
    if (token === undefined) {
      const till = this.#basic.get(headers.authorization ?? '');
      return till === undefined ? null : { till, allowed: true };
    }
    const expiresAt = this.#tokens.get(token);
    if (expiresAt === undefined || expiresAt <= this.#options.clock.monotonicMs()) return null;
    const till = headers['x-cap-api-attribution-entity-code'] ?? '';
    const type = headers['x-cap-api-attribution-entity-type'] ?? 'TILL';
    return { till, allowed: type !== 'TILL' || till === '' || tillCodes.some((known) => known === till) };
  }

  /** Answers `POST /v3/oauth/token/generate`. */
  giveToken(body: string): { readonly httpStatus: number; readonly body: unknown } {
    const { oauth, random, clock, tokenSeconds } = this.#options;
    const asked = parseJson(body);
    if (memberOf(asked, 'key') !== oauth.key || memberOf(asked, 'secret') !== oauth.secret) {
      return { httpStatus: 401, body: { data: null, errors: [{ code: 401, message: 'Invalid key or secret' }] } };
    }
    const accessToken = random.id();
    this.#tokens.set(accessToken, clock.monotonicMs() + tokenSeconds * 1_000);
    return { httpStatus: 200, body: { data: { accessToken, ttlSeconds: tokenSeconds }, errors: null } };
  }
}
