/**
 * Who may talk to the preview: our own page on this machine, and nobody else who reaches the port (another user, a
 * website in another tab, a name that points to 127.0.0.1).
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** Where a request says it comes from, for the dispatcher's sender check. */
export type PreviewSender = {
  readonly host: string | undefined;
  readonly origin: string | undefined;
  readonly site: string | undefined;
};

/** Browsers name the page a request comes from; a program with the token does not. */
export function isOurPage({ host, origin, site }: PreviewSender): boolean {
  return (origin === undefined || origin === `http://${host}`) && (site === undefined || site === 'same-origin');
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** In constant time, whatever the lengths. */
function same(one: string, other: string): boolean {
  return timingSafeEqual(digest(one), digest(other));
}

export class Access {
  readonly token = randomBytes(32).toString('base64url');
  readonly #port: number;
  /** Each opens the page once, because other users of this machine can read a command line. */
  readonly #tickets = new Set<string>();

  constructor(port: number) {
    this.#port = port;
  }

  /** Cookies ignore the port, so the name contains it. */
  get #cookieName(): string {
    return `tillside-${this.#port}`;
  }

  /** Value of a `Set-Cookie` header that lets the page reload and load its parts. */
  get cookie(): string {
    return `${this.#cookieName}=${this.token}; Path=/; HttpOnly; SameSite=Strict`;
  }

  /** For opening the page once. */
  newTicket(): string {
    const ticket = randomBytes(32).toString('base64url');
    this.#tickets.add(ticket);
    return ticket;
  }

  isOurHost(request: IncomingMessage): boolean {
    return [`127.0.0.1:${this.#port}`, `localhost:${this.#port}`].includes(request.headers.host ?? '');
  }

  hasCookie(request: IncomingMessage): boolean {
    const cookies = (request.headers.cookie ?? '').split(';').map((cookie) => cookie.trim());
    const start = `${this.#cookieName}=`;
    return cookies.some((cookie) => cookie.startsWith(start) && same(cookie.slice(start.length), this.token));
  }

  hasToken(url: URL): boolean {
    const token = url.searchParams.get('token');
    return token !== null && same(token, this.token);
  }

  useTicket(url: URL): boolean {
    const given = url.searchParams.get('token');
    if (given === null) return false;
    for (const ticket of this.#tickets) {
      if (same(ticket, given)) return this.#tickets.delete(ticket);
    }
    return false;
  }
}
