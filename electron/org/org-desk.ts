/**
 * Everything about the till's organisation: its rules, fields and staff, when to refresh each, and the screen's calls
 * about them.
 */

import type { MachineConfig } from '../config/machine-config.ts';
import type { Db } from '../db/open.ts';
import type { LoyaltyApi } from '../loyalty-api/loyalty-api.ts';
import type { Clock } from '../machine/clock.ts';
import type { Log } from '../machine/log.ts';
import type { StaffMember } from '../model/definitions.ts';
import { type OrgPart, type OrgRefresh, type OrgView, orgParts, type StaffList } from '../model/org-view.ts';
import { Organisation } from './organisation.ts';
import { StaffDesk } from './staff.ts';

/** How often to check the age; each part is refreshed when it is a day old. */
const roundMs = 60 * 60_000;

export type OrgEvent =
  | { readonly name: 'org.changed'; readonly payload: OrgView }
  | { readonly name: 'staff.changed'; readonly payload: StaffMember | null }
  | { readonly name: 'staff.listed'; readonly payload: StaffList };

export type OrgDeskOptions = {
  readonly db: Db;
  readonly clock: Clock;
  readonly log: Log;
  readonly config: Pick<MachineConfig, 'org' | 'staff'>;
  /** The name of the reserved custom field (sync.markField). */
  readonly reserved: () => string | null;
  readonly api: () => LoyaltyApi | null;
  readonly emit: (message: OrgEvent) => void;
};

export class OrgDesk {
  readonly organisation: Organisation;
  readonly staff: StaffDesk;
  readonly #options: OrgDeskOptions;
  #cancelRound: (() => void) | null = null;

  constructor(options: OrgDeskOptions) {
    const { db, clock, config, reserved, emit } = options;
    this.#options = options;
    const { roles } = config.staff;
    this.organisation = new Organisation({
      db,
      clock,
      fallback: config.org,
      reserved,
      mayChange: () => this.role.mayChange,
      changed: (view) => emit({ name: 'org.changed', payload: view }),
    });
    const differ = JSON.stringify(roles.manager) !== JSON.stringify(roles.associate);
    this.staff = new StaffDesk({
      db,
      clock,
      signOutAfterMinutes: config.staff.signOutAfterMinutes,
      changed: (current) => {
        emit({ name: 'staff.changed', payload: current });
        if (differ) this.organisation.staffChanged();
      },
      listed: (list) => emit({ name: 'staff.listed', payload: list }),
    });
  }

  /** The role of the current staff; without sign-in, an associate. */
  get role(): MachineConfig['staff']['roles']['manager'] {
    const { roles } = this.#options.config.staff;
    return this.staff.current?.role === 'MANAGER' ? roles.manager : roles.associate;
  }

  readonly calls = {
    'org.view': () => this.organisation.view(),
    'org.refresh': () => this.refresh(),
    'staff.list': () => this.staff.list(),
    'staff.current': () => this.staff.current,
    'staff.signIn': ({ code }: { readonly code: string }) => this.staff.signIn(code),
    'staff.signOut': () => {
      this.staff.signOut();
      return null;
    },
    'staff.active': () => {
      this.staff.active();
      return null;
    },
  };

  /** Refreshes what is due, now and every hour. */
  start(): void {
    void this.refreshDue();
    this.#cancelRound = this.#options.clock.after(roundMs, () => this.start());
  }

  close(): void {
    this.#cancelRound?.();
    this.staff.close();
  }

  async refreshDue(): Promise<void> {
    const due: readonly OrgPart[] = this.organisation.due();
    await this.refresh(this.staff.isDue() ? [...due, 'staff'] : due);
  }

  /** @returns the parts that failed; their previous values stay in use */
  async refresh(wanted: readonly OrgPart[] = orgParts): Promise<OrgRefresh> {
    const api = this.#options.api();
    if (api === null) return { missed: wanted };
    try {
      const [missed, staffCame] = await Promise.all([
        this.organisation.refresh(
          api,
          wanted.filter((part) => part !== 'staff'),
        ),
        wanted.includes('staff') ? this.staff.refresh(api) : true,
      ]);
      return { missed: staffCame ? missed : [...missed, 'staff'] };
    } catch (error) {
      const name = error instanceof Error ? error.name : 'unknown';
      this.#options.log.write('error', 'the organisation could not be refreshed', { error: name });
      return { missed: wanted };
    }
  }
}
