/** Notes for the doctor how many of the last thousand requests or so the server refused as too many, across starts. */
import type { Clock } from '../machine/clock.ts';
import { changeHealthNote, readHealthNote } from './health-note.ts';

export type LimitNoteOptions = {
  readonly dataDir: string;
  readonly clock: Clock;
  /** Since the start of the till. */
  readonly seen: () => LimitSeen;
};

export type LimitSeen = { readonly requests: number; readonly refused: number };

const everyMs = 60 * 60_000;
/** Beyond this many requests, the earlier ones count half, so that an old outage is forgotten in time. */
const mostRequests = 1000;

export class LimitNote {
  readonly #options: LimitNoteOptions;
  #noted: LimitSeen = { requests: 0, refused: 0 };
  #cancel: () => void = () => undefined;

  constructor(options: LimitNoteOptions) {
    this.#options = options;
  }

  start(): void {
    this.#cancel = this.#options.clock.after(everyMs, () => {
      this.#write();
      this.start();
    });
  }

  close(): void {
    this.#cancel();
    this.#write();
  }

  #write(): void {
    const { dataDir, seen } = this.#options;
    const now = seen();
    if (now.requests === this.#noted.requests) return;
    const before = readHealthNote(dataDir).limit;
    const requests = before.requests + now.requests - this.#noted.requests;
    const refused = before.refused + now.refused - this.#noted.refused;
    const part = requests > mostRequests ? 0.5 : 1;
    this.#noted = now;
    changeHealthNote(dataDir, {
      limit: { requests: Math.round(requests * part), refused: Math.round(refused * part) },
    });
  }
}
