/** The way to the server, step by step: proxy, name, certificate. */
import { lookup } from 'node:dns/promises';
import tls from 'node:tls';
import type { Clock } from '../../machine/clock.ts';
import { act, type Finding, fine, look } from './finding.ts';

export type Way = {
  readonly url: string;
  /** The proxy that a request to this address goes through; null: none. */
  readonly proxyFor: (url: string) => Promise<string | null>;
  /** Also trust the certificates of the operating system. */
  readonly trustsSystem: boolean;
  readonly timeoutMs: number;
  readonly clock: Clock;
};

export async function checkWay(way: Way): Promise<Finding[]> {
  const target = new URL(way.url);
  const proxy = await way.proxyFor(way.url);
  const facts = { proxy: proxy === null ? null : withoutPassword(proxy) };
  const first = fine('proxy', proxy === null ? 'None: straight to the server' : `Through ${facts.proxy}`, facts);
  // Behind a proxy it is the proxy that looks names up, and what a socket of our own finds says nothing.
  if (proxy !== null) return [first, ...(await proxyName(proxy))];
  const name = await checkName(target.hostname);
  if (name.severity !== 'fine' || target.protocol !== 'https:') return [first, name];
  return [first, name, await checkCertificate(target, way)];
}

function withoutPassword(proxy: string): string {
  const url = URL.parse(proxy);
  if (url === null) return proxy.replace(/^.*@/, '');
  return `${url.protocol}//${url.host}`;
}

async function proxyName(proxy: string): Promise<Finding[]> {
  const host = URL.parse(proxy.includes('://') ? proxy : `http://${proxy}`)?.hostname ?? '';
  try {
    await lookup(host);
    return [];
  } catch (error) {
    const advice = 'Correct the proxy in the settings of the machine (or HTTPS_PROXY), or ask who runs the network.';
    return [act('dns', `The proxy ${host} has no address (${codeOf(error)})`, advice, { host, code: codeOf(error) })];
  }
}

async function checkName(host: string): Promise<Finding> {
  try {
    const found = await lookup(host.replace(/^\[|\]$/g, ''), { all: true });
    return fine('dns', `${host} is ${found.map(({ address }) => address).join(', ')}`, {
      host,
      addresses: found.length,
    });
  } catch (error) {
    const code = codeOf(error);
    const found = `${host} has no address (${code})`;
    const advice =
      code === 'ENOTFOUND'
        ? 'Look at api.url in the config; if it is right, the DNS server of this machine does not know the name.'
        : 'The DNS server of this machine does not answer: look at its network.';
    return act('dns', found, advice, { host, code });
  }
}

type Seen = {
  /** Why the chain is not trusted; null: it is. */
  readonly error: string | null;
  readonly subject: string;
  readonly issuer: string;
  readonly validToMs: number;
};

const soonMs = 14 * 86_400_000;

async function checkCertificate(target: URL, way: Way): Promise<Finding> {
  const seen = await seeCertificate(target, way);
  if ('code' in seen) {
    const advice = 'Look whether a firewall lets this machine through to the server, and at api.url in the config.';
    return act('tls', `No TLS connection to ${target.host} (${seen.code})`, advice, { code: seen.code });
  }
  const { error, subject, issuer, validToMs } = seen;
  const until = new Date(validToMs).toISOString().slice(0, 10);
  const facts = { error, subject, issuer, validUntil: until };
  const named = `the certificate of ${subject}, by ${issuer}`;
  const leftMs = validToMs - way.clock.wallMs();
  switch (error) {
    case null:
      return leftMs > soonMs
        ? fine('tls', `Trusted: ${named}, good until ${until}`, facts)
        : look('tls', `${capital(named)} ends on ${until}`, 'Whoever runs the server should renew it now.', facts);
    case 'CERT_HAS_EXPIRED':
      return act(
        'tls',
        leftMs < 0 ? `${capital(named)} expired on ${until}` : `A certificate in the chain of ${subject} has expired`,
        'Whoever runs the server (or the proxy that stands in for it) must renew it. Look at the date of this machine too.',
        facts,
      );
    case 'CERT_NOT_YET_VALID':
      return act('tls', `${capital(named)} is not valid yet`, 'Set the clock of this machine right.', facts);
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return act(
        'tls',
        `${capital(named)} is not for ${target.hostname}`,
        'Look at api.url in the config; or something between this machine and the server answers in its place.',
        facts,
      );
    default:
      return act(
        'tls',
        `Nobody whom this machine trusts vouches for ${named} (${error})`,
        `Add the authority "${issuer}" to the certificates of the machine (preview and checkout: NODE_EXTRA_CA_CERTS), ` +
          'if it is your own. If it is not, somebody reads along: do not go on.',
        facts,
      );
  }
}

function seeCertificate(target: URL, way: Way): Promise<Seen | { readonly code: string }> {
  return new Promise((resolve) => {
    const host = target.hostname.replace(/^\[|\]$/g, '');
    const isName = !/^[\d.]+$|:/.test(host);
    const ca = way.trustsSystem ? [...tls.getCACertificates('default'), ...tls.getCACertificates('system')] : undefined;
    const socket = tls.connect({
      host,
      port: Number(target.port || 443),
      ...(isName ? { servername: host } : {}),
      ...(ca === undefined ? {} : { ca }),
      // Only looked at, over a connection that carries nothing.
      rejectUnauthorized: false,
    });
    const cancel = way.clock.after(way.timeoutMs, () => done({ code: 'TIMEOUT' }));
    function done(seen: Seen | { readonly code: string }): void {
      cancel();
      socket.destroy();
      resolve(seen);
    }
    socket.once('error', (error) => done({ code: codeOf(error) }));
    socket.once('secureConnect', () => {
      const certificate = socket.getPeerCertificate();
      const name = isName ? host : target.hostname;
      const wrongName = tls.checkServerIdentity(name, certificate);
      // Node gives the reason as text of its own, or as an error with a code.
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

function oneName(name: { readonly CN?: string | string[]; readonly O?: string | string[] } | undefined): string {
  const told = name?.CN ?? name?.O ?? 'somebody without a name';
  return Array.isArray(told) ? told.join(', ') : told;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  return 'code' in error ? String(error.code) : error.name;
}
