import type { EventName, Payload } from '../../electron/ipc/schema.ts';
import type { AppInfo, SecretResult } from '../../electron/model/app-info.ts';
import type { AppUpdate } from '../../electron/model/app-update.ts';
import type { StaffMember } from '../../electron/model/definitions.ts';
import type { OrgView, StaffList } from '../../electron/model/org-view.ts';
import type { ConnectionCheck, SyncStatus } from '../../electron/model/sync-status.ts';
import type { PracticeFault, PracticeState } from '../../electron/practice/practice-state.ts';
import type { Services } from '../bridge.ts';
import { Action } from './action.svelte.ts';
import type { Machine } from './machine.ts';

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
  #info = $state.raw<AppInfo | null>(null);
  #sync = $state.raw<SyncStatus>(noStatus);
  #known = $state(false);
  #org = $state.raw<OrgView | null>(null);
  #staff = $state.raw<StaffMember | null>(null);
  #staffList = $state.raw<StaffList>({ members: [], asOfMs: null });
  #practice = $state.raw<PracticeState | null>(null);
  #appUpdate = $state.raw<AppUpdate>({ kind: 'current' });
  #check = $state.raw<ConnectionCheck | null>(null);
  #nowMs = $state(0);
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
    this.#check = null;
    const check = await this.#services.call('sync.checkConnection');
    this.#check = check;
    // The server has just said whose till this is.
    const organisation = check.kind === 'connected' ? check.organisation : '';
    if (organisation !== '' && this.#info !== null) this.#info = { ...this.#info, organisation };
    return check;
  });

  constructor(services: Services, machine: Machine) {
    this.#services = services;
    this.#machine = machine;
    this.#nowMs = machine.nowMs();
  }

  get info(): AppInfo | null {
    return this.#info;
  }
  get sync(): SyncStatus {
    return this.#sync;
  }
  /** The status is known: before that there is none to show. */
  get known(): boolean {
    return this.#known;
  }
  get org(): OrgView | null {
    return this.#org;
  }
  get staff(): StaffMember | null {
    return this.#staff;
  }
  /** Everybody who works here, with the age of the list. */
  get staffList(): StaffList {
    return this.#staffList;
  }
  get practice(): PracticeState | null {
    return this.#practice;
  }
  /** Whether IT's feed has a newer Tillside. */
  get appUpdate(): AppUpdate {
    return this.#appUpdate;
  }
  /** The last answer of "Check connection" while it is still true; null if there is none. */
  get check(): ConnectionCheck | null {
    return this.#check;
  }
  /** The wall clock, moving every few seconds: ages on the screen follow it. */
  get nowMs(): number {
    return this.#nowMs;
  }

  /** @throws {CallFailed} if the services do not answer at all */
  async start(): Promise<void> {
    const { call } = this.#services;
    // An event may overtake an answer, and every change brings an event: the event is newer.
    const heard = new Set<EventName>();
    const on = <Name extends EventName>(name: Name, listener: (payload: Payload<Name>) => void) =>
      this.#services.on(name, (payload) => {
        heard.add(name);
        listener(payload);
      });
    on('sync.changed', (status) => {
      this.#statusIs(status);
      this.#nowMs = this.#machine.nowMs();
    });
    on('org.changed', (org) => {
      this.#org = org;
    });
    on('staff.changed', (staff) => {
      this.#staff = staff;
    });
    on('staff.listed', (list) => {
      this.#staffList = list;
    });
    on('practice.changed', (practice) => {
      this.#practice = practice;
    });
    on('app.updateChanged', (update) => {
      this.#appUpdate = update;
    });
    const tick = () => {
      this.#nowMs = this.#machine.nowMs();
      this.#machine.after(5000, tick);
    };
    this.#machine.after(5000, tick);
    const [info, sync, org, staff, staffList, practice, appUpdate] = await Promise.all([
      call('app.info'),
      call('sync.status'),
      call('org.view'),
      call('staff.current'),
      call('staff.list'),
      call('practice.state'),
      call('app.update'),
    ]);
    this.#info = info;
    if (!heard.has('staff.listed')) this.#staffList = staffList;
    if (!heard.has('sync.changed')) this.#statusIs(sync);
    if (!heard.has('org.changed')) this.#org = org;
    if (!heard.has('staff.changed')) this.#staff = staff;
    if (!heard.has('practice.changed')) this.#practice = practice;
    if (!heard.has('app.updateChanged')) this.#appUpdate = appUpdate;
  }

  #statusIs(status: SyncStatus): void {
    const before = isConnected(this.#sync);
    this.#sync = status;
    this.#known = true;
    // An answer to "Check connection" goes once the connection has contradicted it.
    const contradicts = this.#check?.kind === 'connected' ? !isConnected(status) : isConnected(status) && !before;
    if (contradicts) this.#check = null;
  }

  async setPractice(change: { connection?: boolean; fault?: PracticeFault }): Promise<void> {
    await this.#services.call('practice.set', change);
  }

  /** Tells the services that somebody is here, at most twice a minute. */
  active(): void {
    const nowMs = this.#machine.nowMs();
    if (this.#staff === null || nowMs - this.#activeAtMs < 30_000) return;
    this.#activeAtMs = nowMs;
    // It only postpones the automatic sign-out; the next key makes up for a lost call.
    this.#services.call('staff.active').catch(() => undefined);
  }

  /** The set-up changes what the program says about itself. */
  async readInfo(): Promise<void> {
    this.#info = await this.#services.call('app.info');
  }
}
