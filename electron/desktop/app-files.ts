/** Serves the screen's files with their security headers, for `app://till/` and for the preview. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

export type AppFile = { readonly body: Buffer; readonly type: string };

/** Only our own files, nothing inline, nothing from elsewhere. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "font-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

export const securityHeaders = {
  'Content-Security-Policy': contentSecurityPolicy,
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), microphone=(), geolocation=(), usb=(), serial=(), hid=(), payment=()',
  'Cache-Control': 'no-store',
} as const;

const types: { readonly [extension: string]: string } = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
};

/**
 * Reads the built screen into memory, by path: `/index.html`, `/assets/….js`. Only these files can be requested, so no
 * path can lead anywhere else, and a new build cannot break an open screen.
 * @throws the file system's error if the screen was not built
 */
export function loadAppFiles(folder: string): ReadonlyMap<string, AppFile> {
  const files = new Map<string, AppFile>();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = path.join(entry.parentPath, entry.name);
    const address = `/${path.relative(folder, file).split(path.sep).join('/')}`;
    const type = types[path.extname(file)] ?? 'application/octet-stream';
    files.set(address, { body: readFileSync(file), type });
  }
  return files;
}

/** Answers a request to the app's scheme. */
export function answerFromFiles(files: ReadonlyMap<string, AppFile>, method: string, address: string): Response {
  const refused = (status: number) => new Response(null, { status, headers: securityHeaders });
  if (method !== 'GET') return refused(405);
  const pathname = URL.parse(address)?.pathname;
  const file = pathname === undefined ? undefined : files.get(pathname === '/' ? '/index.html' : pathname);
  if (file === undefined) return refused(404);
  return new Response(new Uint8Array(file.body), { headers: { ...securityHeaders, 'Content-Type': file.type } });
}
