/**
 * Looks into IT's feed for a newer Tillside, and decides when it may be installed.
 *
 * | state | entered | left |
 * | --- | --- | --- |
 * | current | at the start; the feed has nothing newer, or not for this till yet (staged roll-out) | a look finds one |
 * | available | found, and only an administrator may write where the program lies | the next version takes its place |
 * | ready | found, fetched, checked | installed at a quiet time, or by the updater when the program ends |
 *
 * Nothing here ever disturbs the till: a feed that does not answer, or an update that is not what the feed says, is logged and
 * tried again at the next look.
 */
import type { Clock, Random } from '../../machine/clock.ts';
import { faultFacts } from '../../machine/fault-facts.ts';
import type { Log } from '../../machine/log.ts';
import type { AppUpdate } from '../../model/app-update.ts';

export type UpdateFeed = {
  /** @returns the version for this till that is newer than the running one, or null. Rejects where it cannot be told. */
  readonly look: () => Promise<string | null>;
  /** Fetches what the last look found. Rejects where its checksum or signature is not right. */
  readonly fetch: () => Promise<void>;
  /** Ends the program, installs silently, and starts it again. */
  readonly installNow: () => void;
};

export type AppUpdatesOptions = {
  readonly feed: UpdateFeed;
  /** Whether this user may write where the program lies. */
  readonly mayInstall: boolean;
  /** Nobody is at the till, and nothing is on its way. */
  readonly isQuiet: () => boolean;
  readonly changed: (update: AppUpdate) => void;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
};

const lookEveryMs = 4 * 60 * 60_000;
/** Hundreds of tills are switched on in the same minute. */
const firstLookWithinMs = 10 * 60_000;
const quietLookMs = 60_000;

export class AppUpdates {
  readonly #options: AppUpdatesOptions;
  #state: AppUpdate = { kind: 'current' };
  #cancelLook: () => void;
  #cancelQuiet: (() => void) | null = null;
  #closed = false;

  constructor(options: AppUpdatesOptions) {
    this.#options = options;
    const { clock, random } = options;
    this.#cancelLook = clock.after(random.fraction() * firstLookWithinMs, () => void this.#look());
  }

  get state(): AppUpdate {
    return this.#state;
  }

  close(): void {
    this.#closed = true;
    this.#cancelLook();
    this.#cancelQuiet?.();
  }

  async #look(): Promise<void> {
    const { feed, mayInstall, clock, log } = this.#options;
    try {
      const version = await feed.look();
      if (this.#closed || version === null || this.#knows(version)) return;
      log.write('info', 'a newer version is in the feed', { version, mayInstall });
      if (!mayInstall) {
        this.#set({ kind: 'available', version });
        return;
      }
      await feed.fetch();
      if (this.#closed) return;
      log.write('info', 'the newer version is ready', { version });
      this.#set({ kind: 'ready', version });
      this.#waitForQuiet();
    } catch (error) {
      log.write('warn', 'the feed could not be used', faultFacts(error));
    } finally {
      // Not before: over a slow line a download takes longer than until the next look.
      if (!this.#closed) this.#cancelLook = clock.after(lookEveryMs, () => void this.#look());
    }
  }

  #knows(version: string): boolean {
    return this.#state.kind !== 'current' && this.#state.version === version;
  }

  #set(state: AppUpdate): void {
    this.#state = state;
    this.#options.changed(state);
  }

  #waitForQuiet(): void {
    const { clock, isQuiet, feed, log } = this.#options;
    this.#cancelQuiet?.();
    this.#cancelQuiet = clock.after(quietLookMs, () => {
      if (!isQuiet()) {
        this.#waitForQuiet();
        return;
      }
      log.write('info', 'installing the newer version, while nobody is at the till');
      feed.installNow();
    });
  }
}
