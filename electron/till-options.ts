/** What a till is started with, and what it gives to its host. */
import type { UpkeepFacts } from './care/upkeep.ts';
import type { MachineConfig } from './config/machine-config.ts';
import type { BackupResult } from './db/backup/backups.ts';
import type { EventMessage, TillHandlers } from './ipc/schema.ts';
import type { Transport } from './loyalty-api/transport.ts';
import type { Clock, Random } from './machine/clock.ts';
import type { Log } from './machine/log.ts';
import type { Secrets } from './machine/secrets.ts';
import type { StartShareProcess } from './machine/share/share.ts';
import type { AppInfo } from './model/app-info.ts';
import type { AppUpdate } from './model/app-update.ts';
import type { StaffMember } from './model/definitions.ts';
import type { SyncStatus } from './model/sync-status.ts';
import type { PracticeSwitches } from './practice/practice-state.ts';
import type { Download } from './region/feed/feed-source.ts';

export type TillOptions = {
  /** Folder of this till's data; made if missing. Practice mode must be given a folder of its own. */
  readonly dataDir: string;
  readonly config: MachineConfig;
  readonly mode: AppInfo['mode'];
  readonly host: AppInfo['host'];
  readonly version: string;
  readonly secrets: Secrets;
  readonly transport: Transport;
  /** How the region's feed is fetched; absent: with Node's own fetch. */
  readonly download?: Download;
  /** How the process is started that touches a share; absent: as Node does. */
  readonly startShareProcess?: StartShareProcess;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly practice: PracticeSwitches | null;
  /** What IT's feed has; absent: this host does not update itself. */
  readonly appUpdate?: () => AppUpdate;
  /** Hears which language the screen shows; absent: this host says nothing itself. */
  readonly languageShown?: (tag: string) => void;
  /** Where the one SQLite binary lies in a packaged app; absent: where the package itself looks. */
  readonly nativeBinding?: string;
};

export type Till = {
  readonly handlers: TillHandlers;
  /** Returns a function that stops listening. */
  readonly subscribe: (listener: (message: EventMessage) => void) => () => void;
  /** The machine woke up, or the system says that the network changed: try at once (F15). */
  readonly wake: () => void;
  /** Room on the disk, damage, backups: what the screen and IT are told beside the sync status. */
  readonly upkeep: () => UpkeepFacts;
  readonly status: () => SyncStatus;
  /** Who has signed in. */
  readonly staff: () => StaffMember | null;
  /** A checked backup beside the daily ones, now. */
  readonly backUp: () => Promise<BackupResult>;
  /** IT changed the config file: what is safe holds at once, the rest from the next start on. */
  readonly configChanged: (config: MachineConfig) => void;
  /** IT changed the config file into one that cannot be used: the one before holds. `where`: the path of the first mistake. */
  readonly configUnusable: (where: string) => void;
  /** Lets what is in flight finish for a short while, returns the rest to be read back, closes the database. */
  readonly close: () => Promise<void>;
};
