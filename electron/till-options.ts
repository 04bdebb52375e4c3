/** What a till needs to start, and what it offers to its host. */
import type { UpkeepFacts } from './care/upkeep.ts';
import type { LiveConfig } from './config/live-config.ts';
import type { MachineConfig } from './config/machine-config.ts';
import type { RecordKeeper } from './customers/told.ts';
import type { BackupResult } from './db/backup/backups.ts';
import type { Db, OpenDatabase } from './db/open.ts';
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
import type { Outbox } from './updates/outbox.ts';

export type TillOptions = {
  /** The till's data folder, created if missing. Practice mode must have its own. */
  readonly dataDir: string;
  readonly config: MachineConfig;
  readonly mode: AppInfo['mode'];
  readonly host: AppInfo['host'];
  readonly version: string;
  readonly secrets: Secrets;
  readonly transport: Transport;
  /** Downloads the region's feed; absent: with Node's fetch. */
  readonly download?: Download;
  /** Starts the process that accesses a share; absent: a Node child process. */
  readonly startShareProcess?: StartShareProcess;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly practice: PracticeSwitches | null;
  /** State of the app update; absent: this host does not update itself. */
  readonly appUpdate?: () => AppUpdate;
  /** Called with the language of the screen; absent: this host shows no texts of its own. */
  readonly languageShown?: (tag: string) => void;
  /** Lets a person pick a file on this computer: its path, or null. Absent: this host has no such dialog. */
  readonly chooseFile?: () => Promise<string | null>;
  /** The SQLite binary in a packaged app; absent: the package finds it. */
  readonly nativeBinding?: string;
};

/** What all parts of an open till share. */
export type TillParts = {
  readonly options: TillOptions;
  readonly live: LiveConfig;
  /** The till's code. */
  readonly till: string;
  readonly db: Db;
  readonly onFile: OpenDatabase;
  readonly outbox: Outbox;
  readonly records: RecordKeeper;
  readonly emit: (message: EventMessage) => void;
};

export type Till = {
  readonly handlers: TillHandlers;
  /** Returns a function that stops listening. */
  readonly subscribe: (listener: (message: EventMessage) => void) => () => void;
  /** The machine woke up, or the network changed: try now (F15). */
  readonly wake: () => void;
  /** Disk space, damage and backups, for the screen and IT. */
  readonly upkeep: () => UpkeepFacts;
  readonly status: () => SyncStatus;
  /** The signed-in staff member. */
  readonly staff: () => StaffMember | null;
  /** Makes and verifies a backup now, besides the daily ones. */
  readonly backUp: () => Promise<BackupResult>;
  /** IT changed the config file: changes that are safe apply now, the others at the next start. */
  readonly configChanged: (config: MachineConfig) => void;
  /** The changed config file is not valid, so the previous config stays in use. `where`: path of the first mistake. */
  readonly configUnusable: (where: string) => void;
  /** Waits a short while for updates in flight, leaves the rest to be read back, and closes the database. */
  readonly close: () => Promise<void>;
};
