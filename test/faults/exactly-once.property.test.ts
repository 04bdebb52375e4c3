import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { UpdateDesk } from '../../electron/desk/update-desk.ts';
import type { FieldChanges, FieldKey } from '../../electron/model/customer.ts';
import type { OrgView } from '../../electron/model/org-view.ts';
import { refresh } from '../../electron/sync/look-up.ts';
import { effectiveView } from '../../electron/updates/effective.ts';
import type { SaveInput } from '../../electron/updates/joining.ts';
import { selectUpdates, type Update } from '../../electron/updates/rows.ts';
import { isUntouched } from '../../electron/updates/update-states.ts';
import { type EngineRig, ModelServer, okAnswer, startEngine } from '../helpers/engine-rig.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { lateClock, seededRandom, type VirtualClock, virtualClock } from '../helpers/virtual-clock.ts';

const fields = ['firstName', 'lastName', 'custom.note', 'subscription.sms.BULK'] as const satisfies readonly FieldKey[];
const fates = ['apply', 'apply-and-lose', 'lose', 'refuse', 'busy'] as const;
const customers = ['1', '2', '3'];
/** A busy machine's timers fire late by up to this time. */
const mostLateMs = 500;

const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('save' as const),
      customer: fc.nat(customers.length - 1),
      field: fc.constantFrom(...fields),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('pass' as const), ms: fc.integer({ min: 1, max: 20_000 }) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('fate' as const), fate: fc.constantFrom(...fates) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('line' as const), reachable: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('cancel' as const), which: fc.nat(5) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('discard' as const), which: fc.nat(5) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('edit' as const), which: fc.nat(5) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('fix' as const), which: fc.nat(3) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('settle' as const),
      which: fc.nat(3),
      keep: fc.constantFrom('ours' as const, 'theirs' as const),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('race' as const),
      customer: fc.nat(customers.length - 1),
      field: fc.constantFrom(...fields),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('other till' as const),
      customer: fc.nat(customers.length - 1),
      field: fc.constantFrom(...fields),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('refresh' as const), customer: fc.nat(customers.length - 1) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('clock' as const),
      days: fc.integer({ min: -2, max: 2 }),
    }),
  },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** Everything that happened to till and server in one run of steps. */
/** These tests do not depend on it. */
const plainOrg: OrgView = {
  policy: { primaryIdentifier: 'mobile', allowFill: { mobile: true, email: true, externalId: true } },
  policyAsOfMs: null,
  fields: [],
  fieldsAsOfMs: { custom: null, extended: null },
  reserved: [],
  mayChange: null,
};

class Run {
  readonly clock: VirtualClock = virtualClock();
  readonly server = new ModelServer(this.clock, 40);
  readonly ids = new Map<string, number>();
  readonly #folder = temporaryFolder();
  readonly #random = seededRandom(7);
  /** Typed, then removed from an update before it was ever sent. */
  readonly withdrawn: string[] = [];
  rig: EngineRig;
  #values = 0;

  constructor() {
    this.rig = this.#start();
    for (const userId of customers) this.ids.set(userId, this.rig.addCustomer(userId));
  }

  async do(one: Step): Promise<void> {
    const { rig, server, clock } = this;
    switch (one.kind) {
      case 'save': {
        rig.save(this.#customerId(one.customer), { [one.field]: this.#newValue() });
        return;
      }
      case 'pass':
        return clock.pass(one.ms);
      case 'fate':
        server.fate = () => this.#fate(one.fate);
        return;
      case 'line':
        server.reachable = one.reachable;
        return;
      case 'restart':
        await this.#stop();
        this.rig = this.#start();
        return;
      case 'cancel':
        this.#withUpdate(isUntouched, one.which, ({ id }) => this.#staff().cancel(id));
        return;
      case 'discard':
        this.#withUpdate(isInAttention, one.which, ({ id }) => this.#staff().discard(id, 'not needed'));
        return;
      case 'edit':
        this.#withUpdate(isUntouched, one.which, (update) => {
          this.withdrawn.push(...valuesOf(update));
          rig.outbox.edit(update, this.#corrected(update));
        });
        return;
      case 'fix':
        this.#withUpdate(isInAttention, one.which, (update) => rig.outbox.replace(update, this.#corrected(update)));
        return;
      case 'settle':
        this.#withUpdate(
          ({ reason }) => reason?.kind === 'conflict',
          one.which,
          ({ id, reason }) => {
            const fields = reason?.kind === 'conflict' ? reason.fields : [];
            const choices = Object.fromEntries(fields.map(({ key, theirs }) => [key, { keep: one.keep, theirs }]));
            assert.equal(this.#staff().settleConflict(id, this.#random.id(), choices).kind, 'saved');
          },
        );
        return;
      case 'other till':
        this.#elsewhere(one.customer, one.field);
        return;
      case 'race':
        // Two tills changed one field while this one was offline and closed for the night.
        server.reachable = false;
        rig.save(this.#customerId(one.customer), { [one.field]: this.#newValue() });
        this.#elsewhere(one.customer, one.field);
        await this.#stop();
        this.rig = this.#start();
        server.reachable = true;
        return clock.pass(60_000);
      case 'refresh':
        await this.refresh(this.#customerId(one.customer));
        return;
      case 'clock':
        clock.setWall(clock.wallMs() + one.days * 86_400_000);
    }
  }

  /** With a good connection and a willing server, everything that can settle does. */
  async drain(): Promise<void> {
    this.server.reachable = true;
    this.server.fate = () => 'apply';
    this.rig.engine.tryNow();
    await this.clock.pass(10 * 60_000);
  }

  async refresh(customerId: number): Promise<void> {
    const done = refresh(this.rig.context, customerId);
    await this.clock.pass(1000);
    await done;
  }

  updates(): Update[] {
    return selectUpdates(this.rig.db, 'order by u.place, u.seq');
  }

  async end(): Promise<void> {
    await this.#stop();
    // There are hundreds of runs, and none should wait for the end of the process.
    rmSync(this.#folder, { recursive: true });
  }

  /** Each value is used once, so the ledger shows which update brought it. */
  #newValue(): string {
    this.#values += 1;
    return `value ${this.#values}`;
  }

  /** One of the open updates that staff may do this to, if there is one. */
  #withUpdate(may: (update: Update) => boolean, which: number, change: (update: Update) => void): void {
    const all = selectUpdates(this.rig.db, "where u.state in ('queued', 'attention') order by u.seq").filter(may);
    const update = all[which % all.length];
    if (update !== undefined) change(update);
    this.rig.engine.changed();
  }

  #elsewhere(customer: number, field: FieldKey): void {
    this.server.apply(customers[customer] ?? '1', { [field]: `elsewhere ${this.#newValue()}` });
  }

  #staff(): UpdateDesk {
    const { db, outbox } = this.rig;
    return new UpdateDesk({
      db,
      outbox,
      org: () => plainOrg,
      staff: () => null,
      staffRequired: false,
      hidden: () => [],
      till: 'till1',
      countryCode: 'IN',
      isOnline: () => true,
    });
  }

  /** The same fields with other values. */
  #corrected({ customerId, kind, identifier, changes, baseline, confirmedFills }: Update): SaveInput {
    return {
      token: this.#random.id(),
      customerId,
      kind,
      identifier,
      changes: Object.fromEntries(Object.keys(changes).map((key) => [key, this.#newValue()])),
      baseline,
      confirmedFills,
      staff: null,
      till: 'till1',
    };
  }

  #customerId(index: number): number {
    return this.ids.get(customers[index] ?? '1') ?? 0;
  }

  #fate(fate: (typeof fates)[number]) {
    if (fate === 'refuse') {
      const rejection = { code: 1017, field: null, message: null };
      return { kind: 'rejected', rejection, answer: { ...okAnswer, code: 500, itemCode: 1017 } } as const;
    }
    if (fate === 'busy') return { kind: 'not-sent', why: 'busy', retryAfterMs: 2000, answer: okAnswer } as const;
    return fate;
  }

  #start(): EngineRig {
    return startEngine({
      server: this.server,
      clock: lateClock(this.clock, () => mostLateMs * this.#random.fraction()),
      random: this.#random,
      folder: this.#folder,
    });
  }

  async #stop(): Promise<void> {
    const stopped = this.rig.stop();
    await this.clock.pass(5000);
    await stopped;
  }
}

function valuesOf({ changes }: { readonly changes: FieldChanges }): string[] {
  return Object.values(changes).filter((value) => value !== undefined);
}

function isInAttention({ state }: Update): boolean {
  return state === 'attention';
}

/** How often the server applied this update, recognised by its unique values. */
function timesApplied(run: Run, update: Update): number {
  const values = new Set(Object.values(update.changes));
  return run.server.ledger.filter((entry) => Object.values(entry.changes).some((value) => values.has(value))).length;
}

describe('every saved edit is applied exactly once or listed for a person', () => {
  it('through random sequences of saves, edits, conflict answers, faults, restarts, refreshes and clock jumps', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
        const run = new Run();
        try {
          for (const one of steps) await run.do(one);
          await run.drain();
          for (const customerId of run.ids.values()) await run.refresh(customerId);
          const updates = run.updates();
          const sent = run.server.ledger.flatMap(valuesOf);
          for (const value of run.withdrawn)
            assert.ok(!sent.includes(value), 'a value was sent that staff had changed');

          for (const update of updates) {
            const times = timesApplied(run, update);
            if (update.state === 'applied') assert.equal(times, 1, `an applied update is ${times} times in the ledger`);
            else if (update.state === 'cancelled') assert.equal(times, 0, 'a cancelled update reached the server');
            else assert.ok(times <= 1, `an update in ${update.state} was applied ${times} times`);
            assert.ok(!['sending', 'unknown'].includes(update.state), `an update is stuck in ${update.state}`);
            if (update.state === 'queued')
              assert.ok(run.rig.outbox.isBehindAnother(update), 'an update waits for nothing');
          }

          // For each customer, the server received them in the order they were saved.
          for (const [userId, customerId] of run.ids) {
            const order = run.server.ledger
              .filter((entry) => entry.userId === userId)
              .flatMap(valuesOf)
              .filter((value) => !value.startsWith('elsewhere'));
            const saved = updates
              .filter((update) => update.customerId === customerId)
              // A conflict answered with "ours" continues in the update that replaced it.
              .filter(({ state, replacedBy }) => state !== 'discarded' || replacedBy === null)
              .flatMap(valuesOf)
              .filter((value) => order.includes(value));
            assert.deepEqual(order, saved);

            // The screen shows the server's record with the unsettled edits on top.
            const unsettled = updates.filter(
              (update) => update.customerId === customerId && ['queued', 'attention'].includes(update.state),
            );
            const { fields: shown } = effectiveView(run.rig.db, customerId);
            const expected = Object.assign(
              {},
              run.server.customers.get(userId)?.fields,
              ...unsettled.map((update) => update.changes),
            );
            // An update that may have arrived is shown as ours in either case.
            for (const field of fields) assert.equal(shown[field] ?? null, expected[field] ?? null, field);
          }
        } finally {
          await run.end();
        }
      }),
      { numRuns: Number(process.env.TILLSIDE_PROPERTY_RUNS ?? 60), seed: 20260115 },
    );
  });
});
