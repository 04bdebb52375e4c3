/**
 * Checks IT's feed for a new version of Tillside and decides when to install it.
 *
 * | state | entered | left |
 * | --- | --- | --- |
 * | current | at the start; the feed has nothing newer, or not yet for this till (staged roll-out) | a check finds one |
 * | available | found, but only an administrator can install it | a newer version replaces it |
 * | ready | found, downloaded and verified | installed at a quiet time, or by the updater when the program ends |
 *
 * Nothing here disturbs the till: if the feed does not answer, or a download fails verification, that is logged and
 * tried again at the next check.
 */
import { type Clock, ownMomentMs, type Random } from '../../machine/clock.ts';
import { faultFacts } from '../../machine/fault-facts.ts';
import type { Log } from '../../machine/log.ts';
import type { AppUpdate } from '../../model/app-update.ts';

export type UpdateFeed = {
  /** @returns a newer version for this till, or null. Rejects if the feed cannot be read. */
  readonly newestVersion: () => Promise<string | null>;
  /** Downloads what the last check found. Rejects if its checksum or signature is wrong. */
  readonly fetch: () => Promise<void>;
  /** Ends the program, installs silently, and starts it again. */
  readonly installNow: () => void;
};

export type AppUpdatesOptions = {
  readonly feed: UpdateFeed;
  /** Whether this user can replace the program. */
  readonly mayInstall: boolean;
  /** Nobody is using the till, and nothing is being sent. */
  readonly isQuiet: () => boolean;
  readonly changed: (update: AppUpdate) => void;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
};

const lookEveryMs = 4 * 60 * 60_000;
/** Spreads the first checks: hundreds of tills are switched on in the same minute. */
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
    this.#cancelLook = clock.after(ownMomentMs(random, firstLookWithinMs), () => void this.#look());
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
      const version = await feed.newestVersion();
      if (this.#closed || version === null || this.#knows(version)) return;
      log.write('info', 'the feed has a new version', { version, mayInstall });
      if (!mayInstall) {
        this.#set({ kind: 'available', version });
        return;
      }
      await feed.fetch();
      if (this.#closed) return;
      log.write('info', 'the new version is ready', { version });
      this.#set({ kind: 'ready', version });
      this.#waitForQuiet();
    } catch (error) {
      log.write('warn', 'the feed could not be read', faultFacts(error));
    } finally {
      // Only now, because a slow download can take longer than the time between checks.
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
      log.write('info', 'installing the new version while nobody uses the till');
      feed.installNow();
    });
  }
}
