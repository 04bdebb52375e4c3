/** Who the till is to the loyalty API: the headers of every call, and how they are renewed. */
import type { MachineConfig } from '../config/machine-config.ts';
import type { Clock } from '../machine/clock.ts';
import type { StoreLogin } from '../model/definitions.ts';
import type { Answer, Held, NotSent, ReadOutcome } from '../model/outcome.ts';
import { judge } from './exchange.ts';
import { failedRead } from './read-outcomes.ts';
import { headerText, tokenRequest } from './requests.ts';
import type { Transport } from './transport.ts';
import { partOf, readNumber, readText } from './wire/scalars.ts';

export type AuthHeaders = { readonly [name: string]: string };

/** `held` and `not-sent` speak of the call that wanted the headers: it was not made. */
export type Authentication = { readonly kind: 'ready'; readonly headers: AuthHeaders } | Held | NotSent;

export type Auth = {
  /** Headers for one call; fetches a token first where one is needed. Never rejects. */
  readonly headers: () => Promise<Authentication>;
  /**
   * To be called when the server answered 401 to a call with these headers. New headers, where it makes sense to try
   * once more with them; `null` where the credentials themselves were refused.
   */
  readonly renewed: (refused: AuthHeaders) => Promise<Authentication | null>;
  /** Proves the credentials by getting a token; `null` with Basic, where `store/login` is there to be asked. */
  readonly logIn: (() => Promise<ReadOutcome<StoreLogin>>) | null;
};

type OAuthConfig = Extract<MachineConfig['auth'], { method: 'oauth' }>;

export type AuthParameters = {
  readonly config: MachineConfig['auth'];
  /** As `keptSecret` gives it: the md5 of the till's password, or the OAuth secret. */
  readonly secret: string;
  /** Without a slash at its end. */
  readonly baseUrl: string;
  readonly transport: Transport;
  readonly clock: Clock;
  /** `product/version` */
  readonly userAgent: string;
  readonly timeoutMs: number;
};

export function createAuth(parameters: AuthParameters): Auth {
  const { config, secret } = parameters;
  return config.method === 'basic' ? basicAuth(config.till, secret) : oauth({ ...parameters, config });
}

/** `Authorization` for a till: the password's md5, not the password (the vendor's protocol, not our choice). */
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

/** Whatever befell the request for a token, the call that waits for it has certainly not been sent. */
function withoutToken(answer: Answer | null): Held | NotSent {
  if (answer === null) return { kind: 'not-sent', why: 'no-connection', retryAfterMs: null, answer };
  // The server's own JSON with a 4xx: it understood the request and does not take the key or the secret.
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

  /** By either clock: the monotonic one may stand still while the machine sleeps, the wall clock may be set back. */
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
    const told = readNumber(partOf(partOf(reply.object, 'data'), 'ttlSeconds'));
    const ttlMs = (told !== null && told > 0 ? told : defaultTtlSeconds) * 1000;
    // Renewed while it still holds, so that no call meets its end: half a minute, or a fifth of a short life, before.
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

  /** However many calls are in flight, one renewal serves them all. */
  function renew(): Promise<Token | Held | NotSent> {
    renewal ??= fetchToken().finally(() => {
      renewal = null;
    });
    return renewal;
  }

  async function headers(): Promise<Token | Held | NotSent> {
    return token !== null && isFresh(token) ? token : renew();
  }

  /** The vendor tells no till's name and no clock with a token. */
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
      // Another call may have renewed it since this one was sent.
      if (token?.headers === refused) token = null;
      return headers();
    },
    logIn,
  };
}
