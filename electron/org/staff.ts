/**
 * Staff and sign-in. The list comes from the server and is cached. Who is signed in is only in memory, but unsent
 * updates keep their author (F28).
 */
import { z } from 'zod';
import type { Db } from '../db/open.ts';
import { recall, recallAs, remember } from '../db/remembered.ts';
import { schemaOf } from '../db/schema-of.ts';
import { databaseTrouble } from '../db/trouble.ts';
import type { LoyaltyApi } from '../loyalty-api/loyalty-api.ts';
import type { Clock } from '../machine/clock.ts';
import { plainSigns, showsSomething } from '../model/clean-text.ts';
import type { StaffMember } from '../model/definitions.ts';
import type { StaffList } from '../model/org-view.ts';
import { isStale } from './organisation.ts';

const staffSchema = schemaOf<readonly StaffMember[]>()(
  z.array(z.object({ code: z.string(), name: z.string(), role: z.enum(['ASSOCIATE', 'MANAGER', 'OTHER']) })),
);

export type StaffDeskOptions = {
  readonly db: Db;
  readonly clock: Clock;
  readonly signOutAfterMinutes: number;
  readonly changed: (current: StaffMember | null) => void;
  readonly listed: (list: StaffList) => void;
};

export class StaffDesk {
  readonly #options: StaffDeskOptions;
  #current: StaffMember | null = null;
  #cancelSignOut: (() => void) | null = null;
  #signedOutAtMs: number;

  constructor(options: StaffDeskOptions) {
    this.#options = options;
    this.#signedOutAtMs = recall(options.db, 'signed-out')?.asOfMs ?? 0;
  }

  /** Wall time of the last sign-out. Customers served before it are no longer listed. */
  get signedOutAtMs(): number {
    return this.#signedOutAtMs;
  }

  get current(): StaffMember | null {
    return this.#current;
  }

  list(): StaffList {
    const remembered = recallAs(this.#options.db, 'staff-list', staffSchema);
    return { members: remembered?.value ?? [], asOfMs: remembered?.asOfMs ?? null };
  }

  /** Whether the list is due. It has its own age, because it may have failed when other parts did not. */
  isDue(): boolean {
    return isStale(this.list().asOfMs, this.#options.clock);
  }

  /**
   * Without a list from the server, or with nobody on it, any code is accepted, so that the store can work.
   * @returns null if nobody on the list has this code
   */
  signIn(typed: string): StaffMember | null {
    const code = plainSigns(typed);
    const { members } = this.list();
    const isOpen = members.length === 0 && showsSomething(code);
    const unlisted: StaffMember | null = isOpen ? { code, name: code, role: 'OTHER' } : null;
    const member = members.find((one) => plainSigns(one.code).toLowerCase() === code.toLowerCase()) ?? unlisted;
    if (member !== null) this.#become(member);
    return member;
  }

  signOut(): void {
    this.#become(null);
  }

  /** There was activity: restarts the timer of the automatic sign-out. */
  active(): void {
    this.#cancelSignOut?.();
    const { clock, signOutAfterMinutes } = this.#options;
    this.#cancelSignOut =
      this.#current === null ? null : clock.after(signOutAfterMinutes * 60_000, () => this.#become(null));
  }

  /** @returns whether it succeeded */
  async refresh(api: Pick<LoyaltyApi, 'staff'>): Promise<boolean> {
    const outcome = await api.staff();
    if (outcome.kind !== 'found') return false;
    remember(this.#options.db, 'staff-list', outcome.value, this.#options.clock.wallMs());
    this.#options.listed(this.list());
    return true;
  }

  close(): void {
    this.#cancelSignOut?.();
  }

  #become(member: StaffMember | null): void {
    if (this.#current !== null && this.#current.code !== member?.code) this.#noteSignedOut();
    this.#current = member;
    this.active();
    this.#options.changed(member);
  }

  /** A full disk must not prevent signing out. */
  #noteSignedOut(): void {
    this.#signedOutAtMs = this.#options.clock.wallMs();
    try {
      remember(this.#options.db, 'signed-out', null, this.#signedOutAtMs);
    } catch (error) {
      if (databaseTrouble(error) === null) throw error;
    }
  }
}
