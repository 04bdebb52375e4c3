/** Checks the route to the server step by step: proxy, DNS, certificate. */
import { lookup } from 'node:dns/promises';
import { type ProxyTrouble, proxyTrouble } from '../../loyalty-api/proxy.ts';
import type { Clock } from '../../machine/clock.ts';
import { askProxy, type ProxyAnswer } from './ask-proxy.ts';
import { codeOf } from './code-of.ts';
import { act, type DraftFinding, fine, look } from './finding.ts';
import { bareHost, portOf, type SeenCertificate, seeCertificate } from './see-certificate.ts';

export type Route = {
  readonly url: string;
  /** The proxy for requests to this URL; null: none. */
  readonly proxyFor: (url: string) => Promise<string | null>;
  /** Also trust the certificates of the operating system. */
  readonly trustsSystem: boolean;
  readonly timeoutMs: number;
  readonly clock: Clock;
};

export async function checkRoute(route: Route): Promise<DraftFinding[]> {
  const target = new URL(route.url);
  const proxy = await route.proxyFor(route.url);
  if (proxy !== null) return throughProxy(proxy, target, route);
  const direct = fine('proxy', 'None (direct connection)', { proxy: null });
  const name = await checkName(bareHost(target));
  if (name.severity !== 'fine' || target.protocol !== 'https:') return [direct, name];
  return [direct, name, certificateFinding(await seeCertificate({ ...route, target }), target, route.clock, null)];
}

const settingsAdvice = "Fix the proxy in this machine's network settings (or HTTPS_PROXY): http://host:port.";

/** With a proxy, the proxy resolves names, so a direct look-up or socket from here would prove nothing. */
async function throughProxy(setting: string, target: URL, route: Route): Promise<DraftFinding[]> {
  const trouble = proxyTrouble(setting);
  const proxy = URL.parse(setting);
  if (trouble !== null || proxy === null) return [unusable(trouble ?? 'ERR_PROXY_UNREADABLE', proxy, route)];
  // Without the proxy's password.
  const facts = { proxy: `${proxy.protocol}//${proxy.host}` };
  if (target.protocol !== 'https:') return [fine('proxy', `Through ${facts.proxy}`, facts)];
  try {
    await lookup(bareHost(proxy));
  } catch (error) {
    const found = `Can't resolve proxy ${proxy.hostname} (${codeOf(error)})`;
    return [act('proxy', found, settingsAdvice, { ...facts, code: codeOf(error) })];
  }
  const answer = await askProxy({ ...route, proxy, target });
  if (answer.kind !== 'tunnel') return [proxyFinding(answer, proxy, target, facts.proxy)];
  const seen = await seeCertificate({ ...route, target, socket: answer.socket });
  return [
    fine('proxy', `Through ${facts.proxy}, which connects to ${target.host}`, facts),
    certificateFinding(seen, target, route.clock, facts.proxy),
  ];
}

function unusable(trouble: ProxyTrouble, proxy: URL | null, route: Route): DraftFinding {
  if (trouble === 'ERR_PROXY_UNREADABLE' || proxy === null) {
    return act('proxy', "This machine's proxy setting is not valid", settingsAdvice, { code: trouble });
  }
  const shown = `${proxy.protocol}//${proxy.host}`;
  // Only the desktop app supports SOCKS, through Chromium; it is also the only one that trusts the system's
  // certificates.
  if (route.trustsSystem) {
    return fine('proxy', `Through ${shown}; see the server check for whether it works`, { proxy: shown });
  }
  const advice = 'Set a proxy for HTTP (HTTPS_PROXY=http://host:port), or use the desktop app, which can use SOCKS.';
  const found = `${shown} is a SOCKS proxy, which the preview and commands from a source checkout cannot use`;
  return act('proxy', found, advice, { proxy: shown, code: trouble });
}

function proxyFinding(
  answer: Exclude<ProxyAnswer, { kind: 'tunnel' }>,
  proxy: URL,
  target: URL,
  shown: string,
): DraftFinding {
  const asked = `${target.hostname}:${portOf(target)}`;
  if (answer.kind === 'no-proxy') {
    return act('proxy', `${shown} does not answer as a proxy`, settingsAdvice, { proxy: shown });
  }
  if (answer.kind === 'no-answer') {
    const { code } = answer;
    const found =
      code === 'TIMEOUT'
        ? `The proxy ${shown} does not answer`
        : code === 'CLOSED'
          ? `The proxy ${shown} closes the connection without an answer`
          : `Cannot reach the proxy ${shown} (${code})`;
    return act('proxy', found, `Check that the proxy is running. ${settingsAdvice}`, { proxy: shown, code });
  }
  const { status, signInBy } = answer;
  const facts = { proxy: shown, code: `HTTP ${status}`, signInBy: signInBy.join(' ') };
  if (status === 407) {
    const by = signInBy.length === 0 ? '' : ` by ${signInBy.join(' or ')}`;
    const found =
      proxy.username === ''
        ? `The proxy ${shown} requires sign-in${by} (HTTP 407)`
        : `The proxy ${shown} did not accept the user and password of the proxy setting (HTTP 407)`;
    return act('proxy', found, `Ask the network team to let this machine through to ${asked} without sign-in.`, facts);
  }
  if (status === 403 || status === 405) {
    const found = `The proxy ${shown} blocks ${asked} (HTTP ${status})`;
    return act('proxy', found, `Ask the network team to allow ${asked} on the proxy.`, facts);
  }
  const found =
    status >= 502 && status <= 504
      ? `The proxy ${shown} cannot reach ${asked} (HTTP ${status})`
      : `The proxy ${shown} does not connect to ${asked} (HTTP ${status})`;
  return act(
    'proxy',
    found,
    'Check api.url in the config. If it is right, ask the network team about the proxy.',
    facts,
  );
}

async function checkName(host: string): Promise<DraftFinding> {
  try {
    const found = await lookup(host, { all: true });
    const addresses = found.map(({ address }) => address).join(', ');
    return fine('dns', addresses === host ? `${host}: an address, so no name to look up` : `${host} is ${addresses}`, {
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

/** @param proxy the proxy that the certificate came through; null: none */
function certificateFinding(
  seen: SeenCertificate | { readonly code: string },
  target: URL,
  clock: Clock,
  proxy: string | null,
): DraftFinding {
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
        : look(
            'tls',
            `${capital(named)} expires on ${until}`,
            'The team that runs the server should renew it now.',
            facts,
          );
    case 'CERT_HAS_EXPIRED':
      return act(
        'tls',
        leftMs < 0 ? `${capital(named)} expired on ${until}` : `A certificate in the chain of ${subject} has expired`,
        "The team that runs the server (or a proxy in front of it) must renew it. Also check this machine's date.",
        facts,
      );
    case 'CERT_NOT_YET_VALID':
      return act('tls', `${capital(named)} is not valid yet`, "Set this machine's clock.", facts);
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return act(
        'tls',
        `${capital(named)} is not for ${target.hostname}`,
        'Check api.url in the config. If it is right, something between this machine and the server answers in its place.',
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
