/** Finds the proxy for a request, and checks whether it can be used. */

export type ProxyTrouble =
  /** Neither Node nor our tunnel supports SOCKS. */
  | 'ERR_PROXY_IS_SOCKS'
  /** The setting is not a valid URL. Never print it: it may hold a password. */
  | 'ERR_PROXY_UNREADABLE';

/** @returns the environment's proxy, with a scheme; null: none */
export function proxyOfEnvironment(url: string, env: { readonly [name: string]: string | undefined }): string | null {
  const target = new URL(url);
  const named =
    target.protocol === 'https:' ? (env.https_proxy ?? env.HTTPS_PROXY) : (env.http_proxy ?? env.HTTP_PROXY);
  const proxy = named?.trim() ?? '';
  if (proxy === '') return null;
  const port = target.port || (target.protocol === 'https:' ? '443' : '80');
  const exceptions = (env.no_proxy ?? env.NO_PROXY ?? '').split(/[\s,]+/).filter((one) => one !== '');
  const isException = exceptions.some((one) => isMeant(one.toLowerCase(), target.hostname, port));
  return isException ? null : withScheme(proxy);
}

/** Adds the scheme that `proxy.example:8080` lacks, as curl does. */
export function withScheme(proxy: string): string {
  return proxy.includes('://') ? proxy : `http://${proxy}`;
}

/** The first proxy in Chromium's list, such as "PROXY host:port; DIRECT". */
export function proxyOfChromium(said: string): string | null {
  const [first = ''] = said.split(';');
  const [, kind = '', place] = /^\s*([A-Z0-9]+)\s+(\S+)\s*$/i.exec(first) ?? [];
  if (place === undefined) return null;
  return `${kind.toUpperCase() === 'PROXY' ? 'http' : kind.toLowerCase()}://${place}`;
}

/** @returns null if it is an HTTP proxy */
export function proxyTrouble(proxy: string): ProxyTrouble | null {
  const url = URL.parse(proxy);
  if (url === null || url.hostname === '') return 'ERR_PROXY_UNREADABLE';
  if (/^socks/.test(url.protocol)) return 'ERR_PROXY_IS_SOCKS';
  return url.protocol === 'http:' || url.protocol === 'https:' ? null : 'ERR_PROXY_UNREADABLE';
}

function isMeant(exception: string, host: string, port: string): boolean {
  if (exception === '*') return true;
  const [name = '', ofPort] = exception.split(':');
  if (ofPort !== undefined && ofPort !== port) return false;
  const bare = name.replace(/^\*?\./, '');
  return host === bare || host.endsWith(`.${bare}`);
}
