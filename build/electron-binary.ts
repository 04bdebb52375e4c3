/** Electron's program is not in its npm package: it is downloaded from its maker when first needed. */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { projectRoot } from './project-root.ts';

const folder = path.join(projectRoot, 'node_modules', 'electron');
const probeTimeoutMs = 8000;
const longestFetchMs = 10 * 60_000;
const progressEveryMs = 5000;

export type ElectronProgram =
  | { readonly kind: 'there'; readonly file: string }
  /** In words that fit into "…, because …". */
  | { readonly kind: 'missing'; readonly why: string };

/** @returns null if it was not downloaded yet */
export function installedElectron(): string | null {
  const dist = process.env.ELECTRON_OVERRIDE_DIST_PATH || path.join(folder, 'dist');
  const pathFile = path.join(folder, 'path.txt');
  if (!existsSync(pathFile)) return null;
  const file = path.join(dist, readFileSync(pathFile, 'utf8'));
  return existsSync(file) ? file : null;
}

function causeCode(error: unknown): string {
  const cause: unknown = error instanceof Error ? (error.cause ?? error) : error;
  const code: unknown = typeof cause === 'object' && cause !== null ? Reflect.get(cause, 'code') : undefined;
  if (typeof code === 'string') return code;
  return cause instanceof Error ? cause.name : 'unknown';
}

/**
 * Why Electron's download server cannot be reached, or null. Fails fast, where the download itself would keep trying.
 */
async function unreachable(): Promise<string | null> {
  const mirror = process.env.ELECTRON_MIRROR ?? process.env.npm_config_electron_mirror;
  const place = new URL(mirror ?? 'https://github.com/electron/electron/releases/');
  // Node's own fetch bypasses a proxy, so its failure would prove nothing.
  if (process.env.HTTPS_PROXY || process.env.https_proxy || process.env.HTTP_PROXY || process.env.http_proxy)
    return null;
  try {
    await fetch(place, { method: 'HEAD', redirect: 'manual', signal: AbortSignal.timeout(probeTimeoutMs) });
    return null;
  } catch (error) {
    return `${place.hostname} cannot be reached from this machine (${causeCode(error)})`;
  }
}

export type ElectronToPack =
  /** `folder` is null if the packager downloads it. */
  { readonly kind: 'there'; readonly folder: string | null } | { readonly kind: 'missing'; readonly why: string };

/** @param targets as in `linux-x64`: the installed program fits only this machine's own kind */
export async function electronToPack(targets: readonly string[]): Promise<ElectronToPack> {
  const installed = installedElectron();
  const isOwn = targets.every((target) => target === `${process.platform}-${process.arch}`);
  if (installed !== null && isOwn && process.platform !== 'darwin') {
    return { kind: 'there', folder: path.dirname(installed) };
  }
  const why = await unreachable();
  return why === null ? { kind: 'there', folder: null } : { kind: 'missing', why };
}

/** @param say called at each step */
export async function haveElectron(say: (line: string) => void): Promise<ElectronProgram> {
  const there = installedElectron();
  if (there !== null) return { kind: 'there', file: there };
  const why = await unreachable();
  if (why !== null) return { kind: 'missing', why };
  say('Tillside: fetching Electron (about 120 MB, once) …');
  const failure = await runInstaller(say);
  const fetched = installedElectron();
  if (failure === null && fetched !== null) return { kind: 'there', file: fetched };
  return { kind: 'missing', why: failure ?? 'its installer left no program' };
}

function runInstaller(say: (line: string) => void): Promise<string | null> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [path.join(folder, 'install.js')], {
      env: { ...process.env, NODE_USE_ENV_PROXY: '1' },
      stdio: ['ignore', 'ignore', 'pipe'],
      timeout: longestFetchMs,
    });
    const startedMs = performance.now();
    const progress = setInterval(
      () => say(`  still downloading, ${Math.round((performance.now() - startedMs) / 1000)} s`),
      progressEveryMs,
    );
    let printed = '';
    child.stderr.setEncoding('utf8');
    child.stderr.on('data', (text: string) => {
      printed += text;
    });
    child.once('close', (code, signal) => {
      clearInterval(progress);
      const reason = printed.split('\n').find((line) => line.trim() !== '') ?? 'no reason given';
      if (code === 0) resolve(null);
      else resolve(signal === null ? `its download failed (${reason.trim()})` : 'its download took too long');
    });
  });
}
