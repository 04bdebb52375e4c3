/**
 * Keeps the customer that another program asked for until the screen takes it, which it does once the till is open, set
 * up and, if staff must sign in, somebody has. If several wait, the last one counts.
 */
import type { Clock } from '../machine/clock.ts';
import type { Log } from '../machine/log.ts';
import { type FindRefusal, readFindAddress } from '../model/find-address.ts';
import type { FindRequest } from '../model/find-request.ts';

/** After that, the customer has left. */
const waitsMs = 10 * 60_000;

export class PendingFind {
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #asked: () => void;
  #waiting: { readonly request: FindRequest; readonly atMs: number } | null = null;

  /** @param asked tells the screen to take it */
  constructor(clock: Clock, log: Log, asked: () => void) {
    this.#clock = clock;
    this.#log = log;
    this.#asked = asked;
  }

  /** @returns why it was refused; null if it was taken */
  ask(address: string): FindRefusal | null {
    const request = readFindAddress(address);
    if (typeof request === 'string') {
      this.#log.write('warn', 'an address of another program was refused', {
        why: request,
      });
      return request;
    }
    this.#waiting = { request, atMs: this.#clock.monotonicMs() };
    this.#asked();
    return null;
  }

  readonly calls = {
    'app.takeFind': (): FindRequest | null => {
      const waiting = this.#waiting;
      this.#waiting = null;
      const isOld = waiting === null || this.#clock.monotonicMs() - waiting.atMs > waitsMs;
      return isOld ? null : waiting.request;
    },
  };
}
