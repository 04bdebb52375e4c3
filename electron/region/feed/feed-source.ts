/** Reads a feed from an https address, a folder or a share. The caller verifies what it returns. */
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, existsSync, renameSync, rmSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Clock } from '../../machine/clock.ts';
import { readOthersFile, streamOthersFile } from '../../machine/others-file.ts';
import { type FeedFile, manifestName } from './manifest.ts';

/** The part of `fetch` that we use: Node's, or Electron's `net.fetch` with the platform's proxies. */
export type Download = (url: string, init: DownloadInit) => Promise<Response>;
type Headers = { readonly [name: string]: string };
export type DownloadInit = {
  readonly headers: Headers;
  readonly redirect: 'manual';
  readonly signal: AbortSignal;
};

/**
 * - `unreachable`: no answer, no such folder, or the connection was cut
 * - `not-there`: the place is reachable but has no such file
 * - `damaged`: size or checksum do not match the manifest
 */
export type FetchTrouble = {
  readonly kind: 'trouble';
  readonly why: 'unreachable' | 'not-there' | 'damaged' | 'disk-full';
  /** The system's error code, or the HTTP status. */
  readonly code: string;
};

export type FetchedManifest =
  | { readonly kind: 'text'; readonly text: string; readonly etag: string | null }
  | { readonly kind: 'same' }
  | FetchTrouble;

export class FeedSource {
  readonly #place: string;
  readonly #download: Download;
  readonly #clock: Clock;
  readonly #stop: AbortSignal;

  /** @param stop aborts everything */
  constructor(place: string, download: Download, clock: Clock, stop: AbortSignal) {
    this.#place = place;
    this.#download = download;
    this.#clock = clock;
    this.#stop = stop;
  }

  /** @param etag of the manifest that we already have */
  async manifest(etag: string | null): Promise<FetchedManifest> {
    try {
      if (!this.#isWeb)
        return {
          kind: 'text',
          text: readOthersFile(path.join(this.#place, manifestName)).toString('utf8'),
          etag: null,
        };
      const known: Headers = etag === null ? {} : { 'If-None-Match': etag };
      return await this.#ask(manifestName, known, async (answer): Promise<FetchedManifest> => {
        if (answer.status === 304) return { kind: 'same' };
        if (answer.status !== 200) return unusable(answer.status);
        const text = await manifestTextOf(answer);
        if (text === null) return { kind: 'trouble', why: 'damaged', code: 'size' };
        return { kind: 'text', text, etag: answer.headers.get('etag') };
      });
    } catch (error) {
      return troubleOf(error);
    }
  }

  /** Downloads a file to `target`, continuing an interrupted download. @returns null if size and checksum are right */
  async fetch({ name, size, sha256 }: FeedFile, target: string): Promise<FetchTrouble | null> {
    const part = `${target}.part`;
    try {
      const had = existsSync(part) ? statSync(part).size : 0;
      const from = had > size ? 0 : had;
      if (from < size || size === 0) {
        const trouble = this.#isWeb
          ? await this.#fetchOverWeb(name, part, from, size)
          : await this.#copy(name, part, from);
        if (trouble !== null) return trouble;
      }
      if (statSync(part).size !== size || (await sha256Of(part)) !== sha256) {
        rmSync(part, { force: true });
        return { kind: 'trouble', why: 'damaged', code: 'sum' };
      }
      renameSync(part, target);
      return null;
    } catch (error) {
      return troubleOf(error);
    }
  }

  get #isWeb(): boolean {
    return /^https?:/.test(this.#place);
  }

  async #copy(name: string, part: string, from: number): Promise<null> {
    await pipeline(streamOthersFile(path.join(this.#place, name), { start: from }), writeFrom(part, from), {
      signal: this.#stop,
    });
    return null;
  }

  async #fetchOverWeb(name: string, part: string, from: number, size: number): Promise<FetchTrouble | null> {
    const range: Headers = from === 0 ? {} : { Range: `bytes=${from}-` };
    return await this.#ask(name, range, async (answer, alive): Promise<FetchTrouble | null> => {
      const isRest =
        answer.status === 206 && answer.headers.get('content-range')?.startsWith(`bytes ${from}-`) === true;
      if (answer.status !== 200 && !isRest) {
        // The partial file is not the start of this file.
        if (answer.status === 416) rmSync(part, { force: true });
        return unusable(answer.status);
      }
      if (answer.body === null) return unusable(answer.status);
      await keepUpTo(size, answer.body, part, isRest ? from : 0, alive);
      return null;
    });
  }

  /** @param read calls `alive` whenever data arrives */
  async #ask<Result>(
    name: string,
    headers: Headers,
    read: (answer: Response, alive: () => void) => Promise<Result>,
  ): Promise<Result> {
    const abort = new AbortController();
    let cancel = this.#clock.after(silentForMs, () => abort.abort());
    const alive = () => {
      cancel();
      cancel = this.#clock.after(silentForMs, () => abort.abort());
    };
    try {
      const answer = await this.#download(`${this.#place}/${name}`, {
        // Size and checksum are those of the file as published.
        headers: { ...headers, 'Accept-Encoding': 'identity' },
        redirect: 'manual',
        signal: AbortSignal.any([abort.signal, this.#stop]),
      });
      return await read(answer, alive);
    } finally {
      cancel();
    }
  }
}

/** Gives up after this long without data. */
const silentForMs = 60_000;

/** Far more than any feed has. */
const longestManifest = 5_000_000;

/** @returns null if it is too long: an answer without an end must not fill the memory */
async function manifestTextOf({ body }: Response): Promise<string | null> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of body ?? []) {
    length += piece.length;
    if (length > longestManifest) return null;
    pieces.push(piece);
  }
  return new TextDecoder().decode(Buffer.concat(pieces));
}

/** Writes the data to a file and keeps it even if the rest fails. An answer that is too long must not fill the disk. */
async function keepUpTo(
  size: number,
  body: AsyncIterable<Uint8Array>,
  part: string,
  from: number,
  alive: () => void,
): Promise<void> {
  const file = await open(part, from === 0 ? 'w' : 'r+', 0o600);
  try {
    let at = from;
    for await (const piece of body) {
      alive();
      await file.writev([piece], at);
      at += piece.length;
      if (at > size) return;
    }
  } finally {
    await file.close();
  }
}

function writeFrom(part: string, from: number) {
  return createWriteStream(part, from === 0 ? { mode: 0o600 } : { flags: 'r+', start: from });
}

function unusable(status: number): FetchTrouble {
  return { kind: 'trouble', why: status === 404 || status === 410 ? 'not-there' : 'unreachable', code: String(status) };
}

function troubleOf(error: unknown): FetchTrouble {
  const cause: unknown = error instanceof Error ? (error.cause ?? error) : error;
  const own: unknown = cause instanceof Error ? Reflect.get(cause, 'code') : null;
  const code = typeof own === 'string' ? own : 'UNKNOWN';
  if (code === 'ENOSPC' || code === 'EDQUOT') return { kind: 'trouble', why: 'disk-full', code };
  return { kind: 'trouble', why: code === 'ENOENT' ? 'not-there' : 'unreachable', code };
}

/** SHA-256, in hexadecimal. */
export async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file, { highWaterMark: 1 << 18 }), hash);
  return hash.digest('hex');
}
