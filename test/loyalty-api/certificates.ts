/** A private certificate authority and a server certificate, made with openssl for each run. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

export type Certificates = { readonly ca: string; readonly cert: string; readonly key: string };

const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

/**
 * For `localhost` and 127.0.0.1, valid for two days or expired yesterday. Throws without openssl, because no test may
 * pass without it.
 */
export function makeCertificates({ expired = false } = {}): Certificates {
  const folder = mkdtempSync(path.join(tmpdir(), 'tillside-certificates-'));
  const openssl = (...words: string[]) => execFileSync('openssl', words, { cwd: folder, stdio: 'pipe' });
  const read = (name: string) => readFileSync(path.join(folder, name), 'utf8');
  try {
    openssl('req', '-x509', ...newKey, '-keyout', 'ca.key', '-out', 'ca.pem', '-days', '2', '-subj', '/CN=Private CA');
    const names = 'subjectAltName=DNS:localhost,IP:127.0.0.1';
    const server = ['-keyout', 'server.key', '-out', 'server.pem', '-days', '2', '-subj', '/CN=localhost'];
    const signed = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-addext', names, '-addext', 'basicConstraints=CA:FALSE'];
    if (!expired) openssl('req', '-x509', ...newKey, ...server, ...signed);
    else {
      openssl('req', ...newKey, '-keyout', 'server.key', '-out', 'server.csr', '-subj', '/CN=localhost');
      writeFileSync(path.join(folder, 'extensions'), `${names}\nbasicConstraints=CA:FALSE\n`);
      const from = ['-req', '-in', 'server.csr', '-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial'];
      openssl('x509', ...from, '-extfile', 'extensions', '-days', '-1', '-out', 'server.pem');
    }
    return { ca: read('ca.pem'), cert: read('server.pem'), key: read('server.key') };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
