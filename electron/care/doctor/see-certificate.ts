/** Fetches a server's certificate over a connection that carries nothing else. */
import type { Socket } from 'node:net';
import tls from 'node:tls';
import type { Clock } from '../../machine/clock.ts';
import { codeOf } from './code-of.ts';

export type SeenCertificate = {
  /** Why the chain is not trusted; null: it is. */
  readonly error: string | null;
  readonly subject: string;
  readonly issuer: string;
  readonly validToMs: number;
};

export type SeeCertificate = {
  readonly target: URL;
  /** An open tunnel; absent: connect directly. */
  readonly socket?: Socket | undefined;
  /** Also trust the certificates of the operating system. */
  readonly trustsSystem: boolean;
  readonly timeoutMs: number;
  readonly clock: Clock;
};

export function seeCertificate(options: SeeCertificate): Promise<SeenCertificate | { readonly code: string }> {
  const { target, socket: tunnel, trustsSystem, timeoutMs, clock } = options;
  return new Promise((resolve) => {
    const host = bareHost(target);
    const isName = !/^[\d.]+$|:/.test(host);
    const ca = trustsSystem ? [...tls.getCACertificates('default'), ...tls.getCACertificates('system')] : undefined;
    const socket = tls.connect({
      ...(tunnel === undefined ? { host, port: portOf(target) } : { socket: tunnel }),
      ...(isName ? { servername: host } : {}),
      ...(ca === undefined ? {} : { ca }),
      // Safe, because this connection carries no data: it only looks at the certificate.
      rejectUnauthorized: false,
    });
    const cancel = clock.after(timeoutMs, () => done({ code: 'TIMEOUT' }));
    function done(seen: SeenCertificate | { readonly code: string }): void {
      cancel();
      socket.destroy();
      tunnel?.destroy();
      resolve(seen);
    }
    socket.once('error', (error) => done({ code: codeOf(error) }));
    socket.once('close', () => done({ code: 'CLOSED' }));
    socket.once('secureConnect', () => {
      const certificate = socket.getPeerCertificate();
      const wrongName = tls.checkServerIdentity(isName ? host : target.hostname, certificate);
      // Node gives the reason as text or as an error with a code.
      const reason: unknown = socket.authorizationError ?? null;
      const untrusted = reason instanceof Error ? codeOf(reason) : reason === null ? null : String(reason);
      done({
        error: socket.authorized ? null : (untrusted ?? (wrongName === undefined ? null : codeOf(wrongName))),
        subject: oneName(certificate.subject),
        issuer: oneName(certificate.issuer),
        validToMs: Date.parse(certificate.valid_to),
      });
    });
  });
}

export function bareHost({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, '');
}

export function portOf({ port, protocol }: URL): number {
  return Number(port || (protocol === 'https:' ? 443 : 80));
}

function oneName(name: { readonly CN?: string | string[]; readonly O?: string | string[] } | undefined): string {
  const shown = name?.CN ?? name?.O ?? 'an unnamed subject';
  return Array.isArray(shown) ? shown.join(', ') : shown;
}
