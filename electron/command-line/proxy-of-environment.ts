/** Which proxy a request of Node's goes through, by the environment: what `node-transport.ts` leaves to Node itself. */
export function proxyOfEnvironment(url: string, env: { readonly [name: string]: string | undefined }): string | null {
  const target = new URL(url);
  const named =
    target.protocol === 'https:' ? (env.https_proxy ?? env.HTTPS_PROXY) : (env.http_proxy ?? env.HTTP_PROXY);
  const proxy = named?.trim() ?? '';
  if (proxy === '') return null;
  const port = target.port || (target.protocol === 'https:' ? '443' : '80');
  const exceptions = (env.no_proxy ?? env.NO_PROXY ?? '').split(/[\s,]+/).filter((one) => one !== '');
  const isException = exceptions.some((one) => isMeant(one.toLowerCase(), target.hostname, port));
  return isException ? null : proxy.includes('://') ? proxy : `http://${proxy}`;
}

function isMeant(exception: string, host: string, port: string): boolean {
  if (exception === '*') return true;
  const [name = '', ofPort] = exception.split(':');
  if (ofPort !== undefined && ofPort !== port) return false;
  const bare = name.replace(/^\*?\./, '');
  return host === bare || host.endsWith(`.${bare}`);
}
