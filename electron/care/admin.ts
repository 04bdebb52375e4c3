/**
 * Guards what only IT may do on screen (config `admin`): it needs a PIN or a signed-in manager. Every call that moves,
 * destroys or reveals data asks here first, whatever the screen shows.
 */
import type { MachineConfig } from '../config/machine-config.ts';
import { isPin } from '../config/pin-hash.ts';
import type { Clock } from '../machine/clock.ts';
import type { Log } from '../machine/log.ts';
import type { StaffMember } from '../model/definitions.ts';
import type { AdminView, UnlockResult } from './admin-view.ts';
import { type AuditAction, type AuditEnd, type AuditEntry, beginAudit, readAudit, writeAudit } from './audit-log.ts';

export type AdminOptions = {
  readonly dataDir: string;
  readonly config: () => MachineConfig['admin'];
  readonly staff: () => StaffMember | null;
  readonly clock: Clock;
  readonly log: Log;
};

/** Enough for one visit of IT, and short enough if they forget to lock it. */
const unlockedForMs = 5 * 60_000;
const freeTries = 2;
const longestWaitMs = 15 * 60_000;

/** Whoever has the recovery key can open the data anywhere, so the screen asks them for nothing else. */
const provenByItself: ReadonlySet<AuditAction> = new Set(['recovery-key-used']);

export class Admin {
  readonly #options: AdminOptions;
  #unlockedUntilMs = 0;
  #unlockedBy: string | null = null;
  #wrongTries: number;
  #waitUntilMs: number;
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: AdminOptions) {
    this.#options = options;
    const { clock, dataDir } = options;
    // Restarting Tillside must not reset the count of wrong PINs.
    const tries = readAudit(dataDir).filter(({ action }) => action === 'wrong-pin' || action === 'unlocked');
    const lastRight = tries.findLastIndex(({ action }) => action === 'unlocked');
    this.#wrongTries = tries.length - 1 - lastRight;
    const sinceMs = Math.max(0, clock.wallMs() - (tries.at(-1)?.atMs ?? 0));
    this.#waitUntilMs = clock.monotonicMs() + Math.max(0, waitAfter(this.#wrongTries) - sinceMs);
  }

  view(): AdminView {
    const { pin, managers } = this.#options.config();
    return { byPin: pin !== null, byManager: managers, waitSeconds: this.#waitSeconds() };
  }

  /**
   * Checks permission and writes the audit log.
   * @returns null if the action needs IT and must not happen; otherwise a function that writes how it ended
   */
  begin(action: AuditAction): ((end: AuditEnd) => void) | null {
    if (provenByItself.has(action) || this.#mayAct()) return beginAudit(this.#entry(action), this.#write);
    this.#options.log.write('warn', 'an action needs IT', { action });
    return null;
  }

  #entry(action: AuditAction) {
    const { clock, staff } = this.#options;
    return { atMs: clock.wallMs(), action, from: 'screen', author: staff()?.code.slice(0, 100) ?? null } as const;
  }

  readonly #write = (entry: AuditEntry): void => {
    const { dataDir, log } = this.#options;
    if (writeAudit(dataDir, entry)) return;
    log.write('error', 'an action could not be written to the audit log', { action: entry.action });
  };

  /** Checks one PIN at a time, so that parallel tries cannot share a wait. */
  unlock(typed: string): Promise<UnlockResult> {
    const next = this.#last.then(() => this.#try(typed));
    this.#last = next;
    return next;
  }

  async #try(typed: string): Promise<UnlockResult> {
    const { config, clock, staff } = this.#options;
    const { pin } = config();
    if (pin === null) return { kind: 'wrong', waitSeconds: 0 };
    if (this.#waitSeconds() > 0) return { kind: 'wait', waitSeconds: this.#waitSeconds() };
    if (await isPin(typed, pin)) {
      this.#wrongTries = 0;
      this.#unlockedUntilMs = clock.monotonicMs() + unlockedForMs;
      this.#unlockedBy = staff()?.code ?? null;
      this.#write(this.#entry('unlocked'));
      return { kind: 'unlocked' };
    }
    this.#wrongTries += 1;
    this.#waitUntilMs = clock.monotonicMs() + waitAfter(this.#wrongTries);
    this.#write(this.#entry('wrong-pin'));
    return { kind: 'wrong', waitSeconds: this.#waitSeconds() };
  }

  #mayAct(): boolean {
    const { config, staff, clock } = this.#options;
    const { pin, managers } = config();
    if (pin === null && !managers) return true;
    const member = staff();
    if (managers && member?.role === 'MANAGER') return true;
    // The next person to sign in must not find it unlocked.
    return pin !== null && clock.monotonicMs() < this.#unlockedUntilMs && (member?.code ?? null) === this.#unlockedBy;
  }

  #waitSeconds(): number {
    return Math.ceil(Math.max(0, this.#waitUntilMs - this.#options.clock.monotonicMs()) / 1000);
  }
}

/** Two wrong PINs are free; then 2 s, 4 s, 8 s … up to 15 minutes. */
function waitAfter(wrongTries: number): number {
  return wrongTries <= freeTries ? 0 : Math.min(longestWaitMs, 1000 * 2 ** Math.min(20, wrongTries - freeTries));
}
