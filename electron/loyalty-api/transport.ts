/**
 * The interface for HTTP requests. There are two transports: Node's http with a keep-alive agent (preview, command
 * line, tests) and Electron's `net` (desktop app, with the platform's proxy settings and certificates). Both must
 * distinguish *not sent* from *lost*: when in doubt, it is lost.
 */
import type { Clock } from '../machine/clock.ts';
import type { NotSentReason } from '../model/outcome.ts';

export type HttpRequest = {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers: { readonly [name: string]: string };
  readonly body: string | null;
  /** For the whole exchange, up to the last byte of the answer. */
  readonly timeoutMs: number;
};

export type HttpResult =
  | {
      readonly kind: 'answer';
      readonly status: number;
      /** Names in lower case; repeated headers joined with a comma. */
      readonly headers: { readonly [name: string]: string };
      /** The whole body as text; more than 5 MB is `lost`. Redirects are never followed. */
      readonly body: string;
    }
  | {
      readonly kind: 'not-sent';
      readonly why: Exclude<NotSentReason, 'busy' | 'sign-in-page'>;
      /** The platform's error code (`ECONNREFUSED`, `CERT_HAS_EXPIRED`, `net::ERR_…`), for logs and the doctor. */
      readonly code: string;
    }
  | {
      readonly kind: 'lost';
      readonly why: 'timeout' | 'connection-lost';
      readonly code: string;
    };

/** Never throws, never rejects. */
export type Transport = (request: HttpRequest) => Promise<HttpResult>;

/** What every call needs. */
export type CallParameters = {
  /** Without a slash at its end. */
  readonly baseUrl: string;
  readonly transport: Transport;
  readonly clock: Clock;
  /** `product/version` */
  readonly userAgent: string;
  /** Per exchange. */
  readonly timeoutMs: number;
};
