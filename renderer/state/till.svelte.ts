import type { AppInfo, SecretResult } from '../../electron/model/app-info.ts';
import type { AppUpdate } from '../../electron/model/app-update.ts';
import type { StaffMember } from '../../electron/model/definitions.ts';
import type { OrgView, StaffList } from '../../electron/model/org-view.ts';
import type { ConnectionCheck, SyncStatus } from '../../electron/model/sync-status.ts';
import type { PracticeFault, PracticeState } from '../../electron/practice/practice-state.ts';
import type { Services } from '../bridge.ts';
import { Action } from './action.svelte.ts';
import type { Machine } from './machine.ts';
import { follow } from './resource.svelte.ts';

/** Until the services have sent the real one; nothing of it is shown (see `known`). */
const noStatus: SyncStatus = {
  state: 'waiting',
  unsent: 0,
  counts: { queued: 0, sending: 0, unknown: 0, attention: 0, nextVisit: 0 },
  doubleAwards: 0,
  inFiles: { updates: 0, firstAtMs: null, lastAtMs: null },
  oldestSavedAtMs: null,
  paused: null,
  connection: { kind: 'untried' },
  lastAnswerAtMs: null,
  nextTryAtMs: null,
  clockSkewMs: null,
};

function isConnected({ connection, paused }: SyncStatus): boolean {
  return connection.kind === 'online' && paused === null;
}

/** What is true of the till whoever is at the counter: its name, staff, connection and the organisation's rules. */
export class TillState {
  readonly #services: Services;
  readonly #machine: Machine;
  info = $state.raw<AppInfo | null>(null);
  sync = $state.raw<SyncStatus>(noStatus);
  /** The status is known: before that there is none to show. */
  known = $state(false);
  org = $state.raw<OrgView | null>(null);
  staff = $state.raw<StaffMember | null>(null);
  /** Everybody who works here, with the age of the list. */
  staffList = $state.raw<StaffList>({ members: [], asOfMs: null });
  practice = $state.raw<PracticeState | null>(null);
  /** Whether IT's feed has a newer Tillside. */
  appUpdate = $state.raw<AppUpdate>({ kind: 'current' });
  /** The last answer of "Check connection" while it is still true; null if there is none. */
  check = $state.raw<ConnectionCheck | null>(null);
  /** The wall clock, moving every few seconds: ages on the screen follow it. */
  nowMs = $state(0);
  #activeAtMs = 0;

  /** Events report the results: a call's answer may be older than they are. */
  readonly sendNow = new Action(() => this.#services.call('sync.sendNow'));
  readonly signIn = new Action((code: string) => this.#services.call('staff.signIn', { code }));
  readonly signOut = new Action(() => this.#services.call('staff.signOut'));
  /** Requests the organisation's rules, fields and staff again. */
  readonly refreshOrganisation = new Action(() => this.#services.call('org.refresh'));
  /** Stores the typed password, and tries it. */
  readonly connect = new Action(async (secret: string): Promise<SecretResult | ConnectionCheck> => {
    const stored = await this.#services.call('app.provideSecret', { secret });
    return stored.kind === 'not-stored' ? stored : await this.#services.call('sync.checkConnection');
  });
  readonly checkConnection = new Action(async () => {
    this.check = null;
    const check = await this.#services.call('sync.checkConnection');
    this.check = check;
    // The server has just said whose till this is.
    const organisation = check.kind === 'connected' ? check.organisation : '';
    if (organisation !== '' && this.info !== null) this.info = { ...this.info, organisation };
    return check;
  });

  constructor(services: Services, machine: Machine) {
    this.#services = services;
    this.#machine = machine;
    this.nowMs = machine.nowMs();
  }

  /** @throws {CallFailed} if the services do not answer at all */
  async start(): Promise<void> {
    const tick = () => {
      this.nowMs = this.#machine.nowMs();
      this.#machine.after(5000, tick);
    };
    this.#machine.after(5000, tick);
    await Promise.all([
      this.readInfo(),
      follow(this.#services, 'sync.status', 'sync.changed', (status) => this.#statusIs(status)),
      follow(this.#services, 'org.view', 'org.changed', (org) => {
        this.org = org;
      }),
      follow(this.#services, 'staff.current', 'staff.changed', (staff) => {
        this.staff = staff;
      }),
      follow(this.#services, 'staff.list', 'staff.listed', (list) => {
        this.staffList = list;
      }),
      follow(this.#services, 'practice.state', 'practice.changed', (practice) => {
        this.practice = practice;
      }),
      follow(this.#services, 'app.update', 'app.updateChanged', (update) => {
        this.appUpdate = update;
      }),
    ]);
  }

  #statusIs(status: SyncStatus): void {
    const before = isConnected(this.sync);
    this.sync = status;
    this.known = true;
    this.nowMs = this.#machine.nowMs();
    // An answer to "Check connection" goes once the connection has contradicted it.
    const contradicts = this.check?.kind === 'connected' ? !isConnected(status) : isConnected(status) && !before;
    if (contradicts) this.check = null;
  }

  async setPractice(change: { connection?: boolean; fault?: PracticeFault }): Promise<void> {
    await this.#services.call('practice.set', change);
  }

  /** Tells the services that somebody is here, at most twice a minute. */
  active(): void {
    const nowMs = this.#machine.nowMs();
    if (this.staff === null || nowMs - this.#activeAtMs < 30_000) return;
    this.#activeAtMs = nowMs;
    // It only postpones the automatic sign-out; the next key makes up for a lost call.
    this.#services.call('staff.active').catch(() => undefined);
  }

  /** The set-up changes what the program says about itself. */
  async readInfo(): Promise<void> {
    this.info = await this.#services.call('app.info');
  }
}
