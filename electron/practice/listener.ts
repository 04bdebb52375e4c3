/**
 * Opens and closes the server's port. Closed means that all connections are cut and the system refuses new ones; it
 * always reopens on the same port.
 */
import type { Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

const portRetryMs = 25;

function isPortTaken(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
}

export class Listener {
  readonly #server: Server;
  readonly #host: string;
  readonly #portPatienceMs: number;
  readonly #sockets = new Set<Socket>();
  #port: number;
  /** Runs opening and closing one after another, so that the port is never opened twice. */
  #turn: Promise<void> = Promise.resolve();

  /**
   * @param port 0 picks a free one and keeps it
   * @param portPatienceMs how long to wait for the port, which another program may take while it is closed
   */
  constructor(server: Server, host: string, port: number, portPatienceMs: number) {
    this.#portPatienceMs = portPatienceMs;
    this.#server = server;
    this.#host = host;
    this.#port = port;
    server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
  }

  get port(): number {
    return this.#port;
  }

  get isOpen(): boolean {
    return this.#server.listening;
  }

  /** @throws if another program keeps the port for too long, or the port may not be used */
  open(): Promise<void> {
    return this.#next(() => this.#listen());
  }

  /** Cuts all connections, whatever is in progress on them. */
  shut(): Promise<void> {
    return this.#next(() => this.#stop());
  }

  #next(step: () => Promise<void>): Promise<void> {
    const done = this.#turn.then(step);
    this.#turn = done.catch(() => undefined);
    return done;
  }

  async #listen(): Promise<void> {
    if (this.#server.listening) return;
    const giveUpAt = performance.now() + this.#portPatienceMs;
    for (;;) {
      try {
        await this.#listenOnce();
        return;
      } catch (error) {
        if (!isPortTaken(error) || performance.now() >= giveUpAt) throw error;
        // Waits for the operating system, so it uses the real clock.
        await wait(portRetryMs);
      }
    }
  }

  #listenOnce(): Promise<void> {
    return new Promise((resolve, reject) => {
      const failed = (error: Error) => reject(error);
      this.#server.once('error', failed);
      this.#server.listen({ port: this.#port, host: this.#host, exclusive: true }, () => {
        this.#server.off('error', failed);
        this.#port = portOf(this.#server.address());
        resolve();
      });
    });
  }

  #stop(): Promise<void> {
    if (!this.#server.listening) return Promise.resolve();
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      for (const socket of this.#sockets) socket.destroy();
    });
  }
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new Error('the practice server listens on no port');
  return address.port;
}
