/**
 * Reads a file's text as UTF-8 bytes, and unpacks gz and zst. The first bytes, never the name, decide what a file is.
 * If it certainly is not a text of customers, it is refused with the reason before it is read.
 */
import type { ReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { NotAFile, streamOthersFile } from '../machine/others-file.ts';
import { UnreadableFile, type WhyUnreadable } from './unreadable-file.ts';

const pieceBytes = 1 << 20;
const lookedAtBytes = 4096;

export type FileBytes = {
  readonly pieces: AsyncIterable<Buffer>;
  /** How much of the file itself has been read. */
  readonly bytesRead: () => number;
};

/** Opening and reading fail with UnreadableFile if it is no file or no text, or with the system's error. */
export function openFileBytes(file: string): FileBytes {
  const raw = opened(file);
  return { pieces: textOf(raw), bytesRead: () => raw.bytesRead };
}

function opened(file: string): ReadStream {
  try {
    return streamOthersFile(file, { highWaterMark: pieceBytes });
  } catch (error) {
    throw error instanceof NotAFile ? new UnreadableFile('not-a-file') : error;
  }
}

async function* textOf(raw: Readable & { readonly bytesRead: number }): AsyncGenerator<Buffer> {
  try {
    const { head, rest } = await peek(raw);
    const packed = packing(head);
    const text = packed === null ? { head, rest } : await peek(unpacked(head, rest, packed));
    const why = wrongKind(text.head);
    if (why !== null) throw new UnreadableFile(why);
    yield* asUtf8(text.head, text.rest);
  } finally {
    raw.destroy();
  }
}

type Peeked = { readonly head: Buffer; readonly rest: AsyncIterator<Buffer> };

async function peek(stream: AsyncIterable<Buffer>): Promise<Peeked> {
  const rest = stream[Symbol.asyncIterator]();
  const parts: Buffer[] = [];
  for (let length = 0; length < lookedAtBytes; ) {
    const { value, done } = await rest.next();
    if (done === true) break;
    parts.push(value);
    length += value.length;
  }
  return { head: Buffer.concat(parts), rest };
}

function startsWith(head: Buffer, ...bytes: readonly number[]): boolean {
  return bytes.every((byte, at) => head[at] === byte);
}

type Unpacker = ReturnType<typeof createGunzip> | ReturnType<typeof createZstdDecompress>;

type Packing = {
  readonly open: () => Unpacker;
  /** Whether more frames may follow what one unpacker takes; of a gz it takes all. */
  readonly hasFrames: boolean;
};

function packing(head: Buffer): Packing | null {
  if (startsWith(head, 0x1f, 0x8b)) return { open: createGunzip, hasFrames: false };
  // A frame of data, or one to skip, which some programs put in front.
  const isToSkip = (head[0] ?? 0) >> 4 === 5 && startsWith(head.subarray(1), 0x2a, 0x4d, 0x18);
  const isFrame = isToSkip || startsWith(head, 0x28, 0xb5, 0x2f, 0xfd);
  return isFrame ? { open: createZstdDecompress, hasFrames: true } : null;
}

const nothing = Buffer.alloc(0);

async function* unpacked(
  head: Buffer,
  rest: AsyncIterator<Buffer>,
  { open, hasFrames }: Packing,
): AsyncGenerator<Buffer> {
  for (let next = head; next.length > 0; ) {
    const unpacker = open();
    const feeding = feed(next, rest, unpacker);
    // The reader gets this error from the stream.
    feeding.catch((error: Error) => unpacker.destroy(error));
    try {
      const out: AsyncIterable<Buffer> = unpacker;
      yield* out;
    } catch (error) {
      const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : null;
      if (typeof code === 'string' && /^(Z_|ZSTD_|ERR_ZSTD|ERR_BUFFER)/.test(code)) throw new UnreadableFile('damaged');
      throw error;
    } finally {
      unpacker.destroy();
    }
    const left = await feeding;
    next = hasFrames ? left : nothing;
  }
}

/** @returns what the unpacker did not take, because its last frame has ended */
async function feed(head: Buffer, rest: AsyncIterator<Buffer>, unpacker: Unpacker): Promise<Buffer> {
  let fed = 0;
  for (let piece: Buffer | undefined = head; piece !== undefined; ) {
    await written(unpacker, piece);
    fed += piece.length;
    const left = fed - unpacker.bytesWritten;
    if (unpacker.destroyed || left > 0) return piece.subarray(piece.length - left);
    const { value, done }: IteratorResult<Buffer> = await rest.next();
    piece = done === true ? undefined : value;
  }
  unpacker.end();
  return nothing;
}

function written(unpacker: Unpacker, piece: Buffer): Promise<void> {
  return new Promise((resolve) => {
    unpacker.once('close', resolve);
    unpacker.write(piece, () => {
      unpacker.off('close', resolve);
      resolve();
    });
  });
}

/** The kind of a file that cannot be imported, by its first bytes; null: it may be text. */
function wrongKind(head: Buffer): WhyUnreadable | null {
  if (head.length === 0) return 'empty';
  if (startsWith(head, 0x50, 0x4b, 0x03, 0x04)) {
    return head.includes('[Content_Types].xml') || head.includes('xl/') ? 'spreadsheet' : 'packed';
  }
  // The old Microsoft Office format.
  if (startsWith(head, 0xd0, 0xcf, 0x11, 0xe0)) return 'spreadsheet';
  const isPacked =
    startsWith(head, 0x1f, 0x8b) ||
    startsWith(head, 0x28, 0xb5, 0x2f, 0xfd) ||
    startsWith(head, 0x42, 0x5a, 0x68) ||
    startsWith(head, 0xfd, 0x37, 0x7a, 0x58, 0x5a) ||
    startsWith(head, 0x37, 0x7a, 0xbc, 0xaf) ||
    startsWith(head, 0x52, 0x61, 0x72, 0x21);
  if (isPacked) return 'packed';
  if (utf16Of(head) !== null) return null;
  const zeros = head.subarray(0, lookedAtBytes).filter((byte) => byte === 0).length;
  // In UTF-16, every second byte of Latin text is 0.
  if (zeros > 0) return zeros > Math.min(head.length, lookedAtBytes) / 4 ? 'utf-16' : 'not-text';
  const text = head
    .toString('latin1', 0, lookedAtBytes)
    .replace(/^\xef\xbb\xbf/, '')
    .trimStart();
  if (text === '') return 'empty';
  if (text.startsWith('%PDF')) return 'not-text';
  if (/^<(!doctype|html|head|body|table|\?xml|meta)/i.test(text)) return 'web-page';
  return text.startsWith('[') ? 'json-list' : null;
}

function utf16Of(head: Buffer): 'utf-16le' | 'utf-16be' | null {
  if (startsWith(head, 0xff, 0xfe)) return 'utf-16le';
  return startsWith(head, 0xfe, 0xff) ? 'utf-16be' : null;
}

async function* asUtf8(head: Buffer, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  const utf16 = utf16Of(head);
  if (utf16 === null) {
    yield startsWith(head, 0xef, 0xbb, 0xbf) ? head.subarray(3) : head;
    for await (const piece of remaining(rest)) yield piece;
    return;
  }
  const decoder = new TextDecoder(utf16, { fatal: true });
  try {
    yield Buffer.from(decoder.decode(head, { stream: true }));
    for await (const piece of remaining(rest)) yield Buffer.from(decoder.decode(piece, { stream: true }));
    yield Buffer.from(decoder.decode());
  } catch (error) {
    if (error instanceof TypeError) throw new UnreadableFile('damaged');
    throw error;
  }
}

function remaining(rest: AsyncIterator<Buffer>): AsyncIterable<Buffer> {
  return { [Symbol.asyncIterator]: () => rest };
}
