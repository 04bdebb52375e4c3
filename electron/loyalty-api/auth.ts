/** Authentication: the headers of every call, and how they are renewed. */
import type { MachineConfig } from '../config/machine-config.ts';
import type { StoreLogin } from '../model/definitions.ts';
import type { Answer, Held, NotSent, ReadOutcome } from '../model/outcome.ts';
import { judge } from './exchange.ts';
import { failedRead } from './read-outcomes.ts';
import { headerText, tokenRequest } from './requests.ts';
import type { CallParameters } from './transport.ts';
import { partOf, readNumber, readText } from './wire/scalars.ts';

export type AuthHeaders = { readonly [name: string]: string };

/** `held` and `not-sent` are outcomes of the call that needed the headers: it was not made. */
export type Authentication = { readonly kind: 'ready'; readonly headers: AuthHeaders } | Held | NotSent;

export type Auth = {
  /** Headers for a call. Fetches a token first if needed. Never rejects. */
  readonly headers: () => Promise<Authentication>;
  /**
   * Call this after a 401 to a call with these headers. Returns new headers for one more try, or `null` if the
   * credentials themselves were refused.
   */
  readonly renewed: (refused: AuthHeaders) => Promise<Authentication | null>;
  /** Verifies the credentials by getting a token; `null` with Basic, which has `store/login` for this. */
  readonly logIn: (() => Promise<ReadOutcome<StoreLogin>>) | null;
};

type OAuthConfig = Extract<MachineConfig['auth'], { method: 'oauth' }>;

export type AuthParameters = CallParameters & {
  readonly config: MachineConfig['auth'];
  /** In its stored form: the md5 of the till's password, or the OAuth secret. */
  readonly secret: string;
};

export function createAuth(parameters: AuthParameters): Auth {
  const { config, secret } = parameters;
  return config.method === 'basic' ? basicAuth(config.till, secret) : oauth({ ...parameters, config });
}

/** The `Authorization` header of a till. The vendor's protocol wants the password's md5. */
export function basicHeader(till: string, passwordMd5: string): string {
  return `Basic ${Buffer.from(`${till}:${passwordMd5}`, 'utf8').toString('base64')}`;
}

function basicAuth(till: string, passwordMd5: string): Auth {
  const headers: AuthHeaders = { Authorization: basicHeader(till, passwordMd5) };
  return {
    headers: async () => ({ kind: 'ready', headers }),
    renewed: async () => null,
    logIn: null,
  };
}

type Token = {
  readonly kind: 'ready';
  readonly headers: AuthHeaders;
  readonly answer: Answer;
  readonly freshUntilMonotonicMs: number;
  readonly obtainedWallMs: number;
  readonly freshForMs: number;
};

/** If the token request failed in any way, the call that needed the token was certainly not sent. */
function withoutToken(answer: Answer | null): Held | NotSent {
  if (answer === null) return { kind: 'not-sent', why: 'no-connection', retryAfterMs: null, answer };
  // JSON from the server with a 4xx means that it understood the request and refused the key or secret.
  const refused = answer.httpStatus >= 400 && answer.httpStatus < 500;
  return refused
    ? { kind: 'held', why: 'credentials', answer }
    : { kind: 'not-sent', why: 'busy', retryAfterMs: null, answer };
}

const defaultTtlSeconds = 300;

function oauth(parameters: AuthParameters & { readonly config: OAuthConfig }): Auth {
  const { config, secret, baseUrl, transport, clock, userAgent, timeoutMs } = parameters;
  let token: Token | null = null;
  let renewal: Promise<Token | Held | NotSent> | null = null;

  /** Checks both clocks, because the monotonic one may stop during sleep and the wall clock may be set back. */
  function isFresh({ freshUntilMonotonicMs, obtainedWallMs, freshForMs }: Token): boolean {
    const ageByWallMs = clock.wallMs() - obtainedWallMs;
    return clock.monotonicMs() < freshUntilMonotonicMs && ageByWallMs >= 0 && ageByWallMs < freshForMs;
  }

  async function fetchToken(): Promise<Token | Held | NotSent> {
    const request = tokenRequest(baseUrl, config.key, secret);
    const headers = { ...request.headers, Accept: 'application/json', 'User-Agent': headerText(userAgent) };
    const startedMs = clock.monotonicMs();
    const startedWallMs = clock.wallMs();
    const result = await transport({ ...request, headers, timeoutMs });
    const reply = judge(result, startedWallMs);
    if (reply.kind === 'unknown') return withoutToken(reply.answer);
    if (reply.kind !== 'reply') return reply;
    const accessToken = readText(partOf(partOf(reply.object, 'data'), 'accessToken'));
    if (!reply.httpSuccess || accessToken === null || !/^[\x21-\x7e]+$/.test(accessToken)) {
      return { kind: 'held', why: 'credentials', answer: reply.answer };
    }
    const ttlSeconds = readNumber(partOf(partOf(reply.object, 'data'), 'ttlSeconds'));
    const ttlMs = (ttlSeconds !== null && ttlSeconds > 0 ? ttlSeconds : defaultTtlSeconds) * 1000;
    // Renewed early (half a minute, or a fifth of a short lifetime), so that no call is made with an expired token.
    const freshForMs = ttlMs - Math.min(30_000, ttlMs / 5);
    token = {
      kind: 'ready',
      headers: {
        'X-CAP-API-OAUTH-TOKEN': accessToken,
        'X-CAP-API-ATTRIBUTION-ENTITY-TYPE': headerText(config.attributeTo.type),
        'X-CAP-API-ATTRIBUTION-ENTITY-CODE': headerText(config.attributeTo.code),
      },
      answer: reply.answer,
      freshUntilMonotonicMs: startedMs + freshForMs,
      obtainedWallMs: startedWallMs,
      freshForMs,
    };
    return token;
  }

  /** All calls share one renewal. */
  function renew(): Promise<Token | Held | NotSent> {
    renewal ??= fetchToken().finally(() => {
      renewal = null;
    });
    return renewal;
  }

  async function headers(): Promise<Token | Held | NotSent> {
    return token !== null && isFresh(token) ? token : renew();
  }

  /** A token comes without the till's name or the server's time. */
  async function logIn(): Promise<ReadOutcome<StoreLogin>> {
    const granted = await headers();
    if (granted.kind === 'held') return granted;
    if (granted.kind === 'not-sent') return failedRead(granted);
    const value: StoreLogin = {
      till: config.attributeTo.code,
      organisation: '',
      organisationId: null,
      serverTimeMs: null,
    };
    return { kind: 'found', value, merged: false, answer: granted.answer };
  }

  return {
    headers,
    renewed: (refused) => {
      // Another call may already have renewed it.
      if (token?.headers === refused) token = null;
      return headers();
    },
    logIn,
  };
}
