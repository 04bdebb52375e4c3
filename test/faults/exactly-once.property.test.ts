import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { FieldKey } from '../../electron/customers/customer.ts';
import { effectiveView } from '../../electron/customers/effective.ts';
import { selectUpdates, type Update } from '../../electron/updates/rows.ts';
import { type EngineRig, ModelServer, okAnswer, startEngine, temporaryFolder } from '../helpers/engine-rig.ts';
import { seededRandom, type VirtualClock, virtualClock } from '../helpers/virtual-clock.ts';

const fields = ['firstName', 'lastName', 'custom.note', 'subscription.sms.BULK'] as const satisfies readonly FieldKey[];
const fates = ['apply', 'apply-and-lose', 'lose', 'refuse', 'busy'] as const;
const customers = ['1', '2', '3'];

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
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('clock' as const),
      days: fc.integer({ min: -2, max: 2 }),
    }),
  },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** Everything that happened to the till and the server in one run of steps. */
class Run {
  readonly clock: VirtualClock = virtualClock();
  readonly server = new ModelServer(this.clock, 40);
  readonly ids = new Map<string, number>();
  readonly #temporary = temporaryFolder();
  readonly #random = seededRandom(7);
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
        // Every value is there once, so that the ledger tells which update it came with.
        this.#values += 1;
        rig.save(this.#customerId(one.customer), { [one.field]: `value ${this.#values}` });
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
      case 'cancel': {
        const waiting = selectUpdates(rig.db, "where u.state = 'queued' and u.attempts = 0 order by u.seq")[one.which];
        if (waiting !== undefined) rig.outbox.cancel(waiting, null);
        rig.engine.changed();
        return;
      }
      case 'discard': {
        const refused = selectUpdates(rig.db, "where u.state = 'attention' order by u.seq")[one.which];
        if (refused !== undefined) rig.outbox.discard(refused, 'not needed', null);
        rig.engine.changed();
        return;
      }
      case 'clock':
        clock.setWall(clock.wallMs() + one.days * 86_400_000);
    }
  }

  /** The line is good and the server willing: everything that can settle does. */
  async drain(): Promise<void> {
    this.server.reachable = true;
    this.server.fate = () => 'apply';
    this.rig.engine.tryNow();
    await this.clock.pass(10 * 60_000);
  }

  updates(): Update[] {
    return selectUpdates(this.rig.db, 'order by u.place, u.seq');
  }

  async end(): Promise<void> {
    await this.#stop();
    this.#temporary.remove();
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
      clock: this.clock,
      random: this.#random,
      folder: this.#temporary.folder,
    });
  }

  async #stop(): Promise<void> {
    const stopped = this.rig.stop();
    await this.clock.pass(5000);
    await stopped;
  }
}

/** How often the server applied this update: its values are nobody else's. */
function timesApplied(run: Run, update: Update): number {
  const values = new Set(Object.values(update.changes));
  return run.server.ledger.filter((entry) => Object.values(entry.changes).some((value) => values.has(value))).length;
}

describe('every saved edit is applied exactly once, or listed', () => {
  it('for random sequences of saves, faults, restarts, cancels and clock jumps', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
        const run = new Run();
        try {
          for (const one of steps) await run.do(one);
          await run.drain();
          const updates = run.updates();

          for (const update of updates) {
            const times = timesApplied(run, update);
            if (update.state === 'applied')
              assert.equal(times, 1, `an applied update stands ${times} times in the ledger`);
            else if (update.state === 'cancelled') assert.equal(times, 0, 'a cancelled update reached the server');
            else assert.ok(times <= 1, `an update in ${update.state} was applied ${times} times`);
            assert.ok(!['sending', 'unknown'].includes(update.state), `an update is stuck in ${update.state}`);
            if (update.state === 'queued')
              assert.ok(run.rig.outbox.isBehindAnother(update), 'an update waits for nothing');
          }

          // Per customer, the server got them in the order of saving.
          for (const [userId, customerId] of run.ids) {
            const order = run.server.ledger
              .filter((entry) => entry.userId === userId)
              .flatMap((entry) => Object.values(entry.changes));
            const saved = updates
              .filter((update) => update.customerId === customerId)
              .flatMap((update) => Object.values(update.changes))
              .filter((value) => order.includes(value));
            assert.deepEqual(order, saved);

            // What is shown is the server's record with the unsettled edits over it.
            const unsettled = updates.filter(
              (update) => update.customerId === customerId && ['queued', 'attention'].includes(update.state),
            );
            const { fields: shown } = effectiveView(run.rig.db, customerId);
            const expected = Object.assign(
              {},
              run.server.customers.get(userId)?.fields,
              ...unsettled.map((update) => update.changes),
            );
            // An update that may have arrived is shown as ours either way.
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
