/** The way to the server, step by step: proxy, name, certificate. */
import { lookup } from 'node:dns/promises';
import { type ProxyTrouble, proxyTrouble } from '../../loyalty-api/proxy.ts';
import type { Clock } from '../../machine/clock.ts';
import { askProxy, type ProxyAnswer } from './ask-proxy.ts';
import { codeOf } from './code-of.ts';
import { act, type Found, fine, look } from './finding.ts';
import { bareHost, portOf, type SeenCertificate, seeCertificate } from './see-certificate.ts';

export type Way = {
  readonly url: string;
  /** The proxy that a request to this address goes through; null: none. */
  readonly proxyFor: (url: string) => Promise<string | null>;
  /** Also trust the certificates of the operating system. */
  readonly trustsSystem: boolean;
  readonly timeoutMs: number;
  readonly clock: Clock;
};

export async function checkWay(way: Way): Promise<Found[]> {
  const target = new URL(way.url);
  const proxy = await way.proxyFor(way.url);
  if (proxy !== null) return throughProxy(proxy, target, way);
  const direct = fine('proxy', 'None (direct connection)', { proxy: null });
  const name = await checkName(bareHost(target));
  if (name.severity !== 'fine' || target.protocol !== 'https:') return [direct, name];
  return [direct, name, certificateFinding(await seeCertificate({ ...way, target }), target, way.clock, null)];
}

const settingsAdvice = 'Correct the proxy in the network settings of this machine (or HTTPS_PROXY): http://host:port.';

/** Behind a proxy it is the proxy that looks names up, and what a socket of our own finds says nothing. */
async function throughProxy(setting: string, target: URL, way: Way): Promise<Found[]> {
  const trouble = proxyTrouble(setting);
  const proxy = URL.parse(setting);
  if (trouble !== null || proxy === null) return [unusable(trouble ?? 'ERR_PROXY_UNREADABLE', proxy, way)];
  // What was told without its password.
  const facts = { proxy: `${proxy.protocol}//${proxy.host}` };
  if (target.protocol !== 'https:') return [fine('proxy', `Through ${facts.proxy}`, facts)];
  try {
    await lookup(bareHost(proxy));
  } catch (error) {
    const found = `Can't resolve proxy ${proxy.hostname} (${codeOf(error)})`;
    return [act('proxy', found, settingsAdvice, { ...facts, code: codeOf(error) })];
  }
  const answer = await askProxy({ ...way, proxy, target });
  if (answer.kind !== 'tunnel') return [proxyFinding(answer, proxy, target, facts.proxy)];
  const seen = await seeCertificate({ ...way, target, socket: answer.socket });
  return [
    fine('proxy', `Through ${facts.proxy}, which opens the way to ${target.host}`, facts),
    certificateFinding(seen, target, way.clock, facts.proxy),
  ];
}

function unusable(trouble: ProxyTrouble, proxy: URL | null, way: Way): Found {
  if (trouble === 'ERR_PROXY_UNREADABLE' || proxy === null) {
    return act('proxy', 'The proxy setting of this machine cannot be read', settingsAdvice, { code: trouble });
  }
  const told = `${proxy.protocol}//${proxy.host}`;
  // Only the desktop app trusts the system's certificates, and only Chromium speaks SOCKS.
  if (way.trustsSystem) {
    return fine('proxy', `Through ${told}; the server check says whether it lets Tillside through`, { proxy: told });
  }
  const advice = 'Set a proxy for HTTP (HTTPS_PROXY=http://host:port), or use the desktop app, which can use SOCKS.';
  const found = `${told} is a SOCKS proxy, which the preview and the command line of a checkout cannot use`;
  return act('proxy', found, advice, { proxy: told, code: trouble });
}

function proxyFinding(answer: Exclude<ProxyAnswer, { kind: 'tunnel' }>, proxy: URL, target: URL, told: string): Found {
  const asked = `${target.hostname}:${portOf(target)}`;
  if (answer.kind === 'no-proxy') {
    return act('proxy', `${told} does not answer as a proxy`, settingsAdvice, { proxy: told });
  }
  if (answer.kind === 'no-answer') {
    const { code } = answer;
    const found =
      code === 'TIMEOUT'
        ? `The proxy ${told} does not answer`
        : code === 'CLOSED'
          ? `The proxy ${told} hangs up without an answer`
          : `The proxy ${told} cannot be reached (${code})`;
    return act('proxy', found, `Check that the proxy is running. ${settingsAdvice}`, { proxy: told, code });
  }
  const { status, signInBy } = answer;
  const facts = { proxy: told, code: `HTTP ${status}`, signInBy: signInBy.join(' ') };
  if (status === 407) {
    const by = signInBy.length === 0 ? '' : ` by ${signInBy.join(' or ')}`;
    const found =
      proxy.username === ''
        ? `The proxy ${told} requires sign-in${by} (HTTP 407)`
        : `The proxy ${told} did not accept the user and password of the proxy setting (HTTP 407)`;
    return act('proxy', found, `Ask the network team to let this machine through to ${asked} without sign-in.`, facts);
  }
  if (status === 403 || status === 405) {
    const found = `The proxy ${told} forbids the way to ${asked} (HTTP ${status})`;
    return act('proxy', found, `Ask the network team to allow ${asked} on the proxy.`, facts);
  }
  const found =
    status >= 502 && status <= 504
      ? `The proxy ${told} cannot reach ${asked} (HTTP ${status})`
      : `The proxy ${told} does not open the way to ${asked} (HTTP ${status})`;
  return act(
    'proxy',
    found,
    'Check api.url in the config; if it is right, ask the network team about the proxy.',
    facts,
  );
}

async function checkName(host: string): Promise<Found> {
  try {
    const found = await lookup(host, { all: true });
    return fine('dns', `${host} is ${found.map(({ address }) => address).join(', ')}`, {
      host,
      addresses: found.length,
    });
  } catch (error) {
    const code = codeOf(error);
    const advice =
      code === 'ENOTFOUND'
        ? "Check api.url in the config. If it is right, this machine's DNS server does not know the name."
        : "This machine's DNS server does not answer: check its network.";
    return act('dns', `Can't resolve ${host} (${code})`, advice, { host, code });
  }
}

const soonMs = 14 * 86_400_000;

/** @param proxy what the certificate was seen through; null: nothing */
function certificateFinding(
  seen: SeenCertificate | { readonly code: string },
  target: URL,
  clock: Clock,
  proxy: string | null,
): Found {
  if ('code' in seen) {
    const advice =
      proxy === null
        ? 'Check the firewall and api.url in the config.'
        : 'Check api.url in the config. If it is right, ask the network team what the proxy lets through.';
    return act('tls', `No TLS connection to ${target.host} (${seen.code})`, advice, { code: seen.code });
  }
  const { error, subject, issuer, validToMs } = seen;
  const until = new Date(validToMs).toISOString().slice(0, 10);
  const facts = { error, subject, issuer, validUntil: until };
  const named = `the certificate of ${subject}, by ${issuer}`;
  const leftMs = validToMs - clock.wallMs();
  switch (error) {
    case null:
      return leftMs > soonMs
        ? fine('tls', `Trusted: ${named}, valid until ${until}`, facts)
        : look('tls', `${capital(named)} ends on ${until}`, 'Whoever runs the server should renew it now.', facts);
    case 'CERT_HAS_EXPIRED':
      return act(
        'tls',
        leftMs < 0 ? `${capital(named)} expired on ${until}` : `A certificate in the chain of ${subject} has expired`,
        "Whoever runs the server (or the proxy that stands in for it) must renew it. Check this machine's date too.",
        facts,
      );
    case 'CERT_NOT_YET_VALID':
      return act('tls', `${capital(named)} is not valid yet`, "Set this machine's clock.", facts);
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return act(
        'tls',
        `${capital(named)} is not for ${target.hostname}`,
        'Check api.url in the config; or something between this machine and the server answers in its place.',
        facts,
      );
    default:
      return act(
        'tls',
        proxy === null
          ? `This machine does not trust ${named} (${error})`
          : `The proxy ${proxy} (or something behind it) inspects TLS: it shows ${named}, which this machine does not trust (${error})`,
        `Add the authority "${issuer}" to this machine's certificates (preview and checkout: NODE_EXTRA_CA_CERTS) ` +
          'if it is yours. If not, the connection may be intercepted: stop here.',
        facts,
      );
  }
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
