/**
 * How a command reaches a running Tillside: a local socket (a named pipe on Windows). Its address is a file in the data
 * folder, so only users who can read the data can ring. One line in, one line out.
 */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileTrouble } from './file-trouble.ts';
import type { Log } from './log.ts';

const longestLine = 4000;
const waitsMs = 5000;
/** Below the limit of every platform (macOS: 104). */
const longestSocketPath = 100;

function addressFile(dataDir: string): string {
  return path.join(dataDir, 'doorbell');
}

function newAddress(dataDir: string): string {
  if (process.platform === 'win32') return `\\\\.\\pipe\\tillside-${randomUUID()}`;
  const inData = path.join(dataDir, 'doorbell.sock');
  if (Buffer.byteLength(inData) <= longestSocketPath) return inData;
  return path.join(mkdtempSync(path.join(tmpdir(), 'tillside-')), 'doorbell.sock');
}

/**
 * If it cannot be opened, the till works all the same; commands then say that Tillside is not open. @returns a function
 * that closes it
 */
export async function openDoorbell(dataDir: string, log: Log, answer: (line: string) => string): Promise<() => void> {
  let address = '';
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    void readLine(socket).then((line) => (line === null ? socket.destroy() : socket.end(`${answer(line)}\n`)));
  });
  server.maxConnections = 8;
  const close = () => {
    server.close();
    for (const socket of sockets) socket.destroy();
    const inTemporary = path.dirname(address) !== dataDir && address.startsWith(tmpdir());
    for (const file of [addressFile(dataDir), ...(inTemporary ? [path.dirname(address)] : [])]) remove(file, log);
  };
  try {
    address = newAddress(dataDir);
    // A killed till leaves its socket behind. It is unused: the data folder's lock allows one till.
    if (path.dirname(address) === dataDir) rmSync(address, { force: true });
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(address, resolve));
    writeFileSync(addressFile(dataDir), address, { mode: 0o600 });
  } catch (error) {
    const trouble = fileTrouble(error);
    if (trouble === null) throw error;
    log.write('warn', 'commands cannot reach this Tillside', { code: trouble.code });
    close();
    return () => undefined;
  }
  server.on('error', () => undefined);
  return close;
}

/** A file that stays behind does no harm; the till must still open and close on a disk that cannot be written. */
function remove(file: string, log: Log): void {
  try {
    rmSync(file, { recursive: true, force: true });
  } catch (error) {
    const trouble = fileTrouble(error);
    if (trouble === null) throw error;
    log.write('warn', 'what commands reach this Tillside by could not be removed', { code: trouble.code });
  }
}

/** @returns the answer; null if no till has the data open */
export async function ringDoorbell(dataDir: string, line: string): Promise<string | null> {
  let address: string;
  try {
    address = readFileSync(addressFile(dataDir), 'utf8');
  } catch (error) {
    if (fileTrouble(error)?.kind === 'missing') return null;
    throw error;
  }
  const socket = connect(address);
  const connected = new Promise<boolean>((resolve) => {
    socket.once('connect', () => resolve(true));
    socket.once('error', () => resolve(false));
  });
  const answer = readLine(socket);
  if (!(await connected)) return null;
  socket.end(`${line}\n`);
  const heard = await answer;
  socket.destroy();
  return heard;
}

/** @returns null if it is late or too long, or the other side closes */
function readLine(socket: Socket): Promise<string | null> {
  return new Promise((resolve) => {
    let text = '';
    socket.setEncoding('utf8');
    socket.setTimeout(waitsMs, () => resolve(null));
    socket.on('data', (part) => {
      text += part;
      const end = text.indexOf('\n');
      if (text.length > longestLine) resolve(null);
      else if (end !== -1) resolve(text.slice(0, end));
    });
    socket.once('error', () => resolve(null));
    socket.once('close', () => resolve(null));
  });
}
