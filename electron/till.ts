/**
 * The composition root: everything that makes a till, without Electron. The desktop app, the browser preview, the
 * command line and the tests all start this one thing.
 */
import type { Clock, Random } from './clock/clock.ts';
import type { EventMessage, Handlers } from './ipc/schema.ts';
import type { Transport } from './loyalty-api/transport.ts';
import type { PracticeFault, PracticeState } from './practice/practice-state.ts';
import type { AppInfo } from './support/app-info.ts';
import type { Log } from './support/log.ts';
import type { MachineConfig } from './support/machine-config.ts';
import type { Secrets } from './support/secrets.ts';

/** The practice server's switches, where this till is in practice mode. */
export type PracticeSwitches = {
  readonly state: () => PracticeState;
  readonly set: (change: { readonly connection?: boolean; readonly fault?: PracticeFault }) => Promise<PracticeState>;
  /** Customers to fill an empty cache with, as `customer/get` would tell them. */
  readonly sampleCustomers: () => readonly unknown[];
};

export type TillOptions = {
  /** Folder of this till's data; made if missing. Practice mode must be given a folder of its own. */
  readonly dataDir: string;
  readonly config: MachineConfig;
  readonly mode: AppInfo['mode'];
  readonly host: AppInfo['host'];
  readonly version: string;
  readonly secrets: Secrets;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly practice: PracticeSwitches | null;
  /** Where the one SQLite binary lies in a packaged app; absent: where the package itself looks. */
  readonly nativeBinding?: string;
};

export type Till = {
  readonly handlers: Handlers;
  /** Returns a function that stops listening. */
  readonly subscribe: (listener: (message: EventMessage) => void) => () => void;
  /** The machine woke up, or the system says that the network changed: try at once (F15). */
  readonly wake: () => void;
  /** Lets what is in flight finish for a short while, returns the rest to be read back, closes the database. */
  readonly close: () => Promise<void>;
};

/** Why a till could not be opened, in words for the person at it and for IT. */
export class TillCannotOpen extends Error {
  readonly code: 'already-running' | 'database-unreadable' | 'database-newer' | 'key-unreadable' | 'folder' | 'full';
  constructor(code: TillCannotOpen['code'], message: string) {
    super(message);
    this.code = code;
  }
}

export async function openTill(_options: TillOptions): Promise<Till> {
  throw new TillCannotOpen('folder', 'not built yet');
}
