/** The exact moments and rates of a till's pace: the same random fraction each time, and only the test lets time pass. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isCrowd, type Lane, Pace, type SharedLimit } from '../../electron/sync/pace.ts';
import { virtualClock } from '../helpers/virtual-clock.ts';

const minuteMs = 60_000;

type Options = {
  readonly fraction?: number;
  readonly waiting?: number;
  readonly requestsPerMinute?: number;
  readonly sharedLimit?: SharedLimit | null;
};

/** Without other options a long backlog, at 60 a minute: it starts with one a minute. */
function paceOf({ fraction = 0, waiting = 1000, requestsPerMinute = 60, sharedLimit = null }: Options = {}) {
  const clock = virtualClock();
  const random = { fraction: () => fraction, id: () => '' };
  const pace = new Pace({ requestsPerMinute, maxInFlight: 4, sharedLimit }, clock, random, () => waiting);
  return { clock, pace };
}

/** A till's share is nine tenths of 1000 calls a minute for 9000 tills: one call in ten minutes. */
const crowded = (options: Options = {}) => paceOf({ ...options, sharedLimit: { callsPerMinute: 1000, tills: 9000 } });

/** To a millionth: floating-point numbers add up differently. */
const exact = (value: number) => Math.round(value * 1e6) / 1e6;
const waitOf = (pace: Pace, lane: Lane) => exact(pace.waitMs(lane));
const rateOf = (pace: Pace) => exact(pace.backlogRate);

const times = (count: number, work: () => void) => {
  for (let at = 0; at < count; at += 1) work();
};

/** How many requests of a lane go at once. */
function goAtOnce(pace: Pace, lane: Lane): number {
  let sent = 0;
  for (; pace.waitMs(lane) === 0; sent += 1) pace.take(lane);
  return sent;
}

/** A backlog that has grown to the whole budget. */
function grown(options: Options) {
  const rig = paceOf(options);
  times(100, () => rig.pace.succeeded());
  return rig;
}

describe('the budget of a till', () => {
  it('lets the counter send a tenth of a minute at once, and four with a small budget', () => {
    const atOnce = [20, 60, 100].map((requestsPerMinute) => goAtOnce(paceOf({ requestsPerMinute }).pace, 'counter'));
    assert.deepEqual(atOnce, [4, 6, 10]);
  });

  it('returns one request after its part of a minute, and saves up no more than goes at once', async () => {
    const { clock, pace } = paceOf();
    times(6, () => pace.take('counter'));
    assert.equal(waitOf(pace, 'counter'), 1000);
    await clock.pass(10_000);
    times(6, () => pace.take('counter'));
    assert.equal(waitOf(pace, 'counter'), 1000);
  });

  it("keeps three requests for the counter, or half of a small budget's", () => {
    const large = paceOf({ requestsPerMinute: 100, waiting: 3 }).pace;
    times(4, () => large.take('counter'));
    assert.equal(goAtOnce(large, 'backlog'), 3);
    assert.equal(waitOf(large, 'backlog'), 600);
    const small = paceOf({ requestsPerMinute: 20, waiting: 3 }).pace;
    assert.equal(goAtOnce(small, 'backlog'), 2);
    assert.equal(waitOf(small, 'backlog'), 3000);
  });

  it('says how many requests may be on their way at a time', () => {
    assert.equal(paceOf().pace.maxInFlight, 4);
  });
});

describe('the start of a backlog', () => {
  it('comes within one and a half times the wait of its first rate', () => {
    assert.equal(waitOf(paceOf({ fraction: 0.5 }).pace, 'backlog'), 45_000);
  });

  it('sends one request, then one for each wait of its rate, and saves up no more than one', async () => {
    const { clock, pace } = paceOf();
    assert.equal(goAtOnce(pace, 'backlog'), 1);
    assert.equal(waitOf(pace, 'backlog'), minuteMs);
    await clock.pass(10 * minuteMs);
    assert.equal(goAtOnce(pace, 'backlog'), 1);
    assert.equal(waitOf(pace, 'backlog'), minuteMs);
  });

  it('of a few updates is spread by fifteen seconds for each, less with a large budget, and never more', () => {
    const few = (requestsPerMinute: number) => paceOf({ fraction: 0.5, waiting: 2, requestsPerMinute }).pace;
    assert.deepEqual(
      [30, 60, 120].map((requestsPerMinute) => waitOf(few(requestsPerMinute), 'backlog')),
      [15_000, 15_000, 7500],
    );
  });

  it('is hurried by somebody who asked less than a minute before the network came back', async () => {
    for (const [askedMs, waitMs] of [
      [59_999, 1000],
      [minuteMs, 15_000],
    ] as const) {
      const { clock, pace } = paceOf({ fraction: 0.5, waiting: 2 });
      pace.lost();
      await clock.pass(minuteMs);
      pace.hurry();
      await clock.pass(askedMs);
      pace.succeeded();
      assert.equal(waitOf(pace, 'backlog'), waitMs);
    }
  });

  it('is slow again only after an outage of more than a minute, whatever was refused before it', async () => {
    const { clock, pace } = grown({});
    pace.toldBusy(null);
    assert.equal(rateOf(pace), 24);
    pace.lost();
    await clock.pass(minuteMs);
    pace.succeeded();
    assert.ok(pace.backlogRate > 24);
    pace.lost();
    await clock.pass(minuteMs + 1);
    pace.succeeded();
    assert.equal(rateOf(pace), 1.06);
  });
});

describe('a refusal', () => {
  it('lets the backlog wait a minute more than others do, or as long as the server says', () => {
    const unnamed = grown({ fraction: 0.5 }).pace;
    unnamed.toldBusy(null);
    assert.deepEqual([waitOf(unnamed, 'counter'), waitOf(unnamed, 'backlog')], [0, 90_000]);
    const named = grown({ fraction: 0.5 }).pace;
    named.toldBusy(10_000);
    assert.deepEqual([waitOf(named, 'counter'), waitOf(named, 'backlog')], [11_250, 41_250]);
    named.toldBusy(0);
    assert.deepEqual([waitOf(named, 'counter'), waitOf(named, 'backlog')], [11_250, 41_250]);
  });

  it('is obeyed for ten minutes at most', () => {
    const { pace } = paceOf();
    pace.toldBusy(60 * minuteMs);
    assert.equal(waitOf(pace, 'counter'), 10 * minuteMs);
  });

  it('takes what the backlog had saved up, and slows only what comes after it', async () => {
    const { pace } = paceOf();
    pace.toldBusy(null);
    assert.equal(waitOf(pace, 'backlog'), 2.5 * minuteMs);
    const later = paceOf();
    later.pace.take('backlog');
    await later.clock.pass(30_000);
    later.pace.toldBusy(null);
    assert.equal(waitOf(later.pace, 'backlog'), 2.5 * minuteMs);
  });

  it('is followed by slow growth with the time since then, of which no more than three minutes count', async () => {
    const { clock, pace } = paceOf();
    await clock.pass(2 * minuteMs);
    pace.toldBusy(null);
    await clock.pass(minuteMs);
    pace.succeeded();
    assert.equal(rateOf(pace), 0.42);
    await clock.pass(10 * minuteMs);
    pace.succeeded();
    assert.equal(rateOf(pace), 0.48);
  });

  it('counts a success only from then on', async () => {
    const { clock, pace } = paceOf();
    pace.take('backlog');
    await clock.pass(30_000);
    pace.succeeded();
    assert.equal(waitOf(pace, 'backlog'), exact((0.5 / 1.06) * minuteMs));
  });
});

describe('"busy" that may have meant only one update', () => {
  it('holds the backlog for twenty to forty seconds, less with a large budget', () => {
    for (const [requestsPerMinute, waitMs] of [
      [60, 30_000],
      [120, 25_000],
    ] as const) {
      const { pace } = grown({ fraction: 0.5, requestsPerMinute });
      assert.equal(pace.heardBusy(), waitMs);
      assert.equal(waitOf(pace, 'backlog'), waitMs);
    }
    const { pace } = grown({ fraction: 0.5 });
    pace.toldBusy(null);
    pace.heardBusy();
    assert.equal(waitOf(pace, 'backlog'), 90_000, 'a longer wait stays');
  });

  it('is forgotten with all that it slowed, once it meant only that update', async () => {
    const { clock, pace } = paceOf();
    times(10, () => pace.succeeded());
    const before = pace.backlogRate;
    pace.heardBusy();
    assert.equal(rateOf(pace), exact(before * 0.4));
    pace.heardBusy();
    pace.heardNoLimit();
    assert.equal(rateOf(pace), exact(before));
    pace.succeeded();
    assert.equal(rateOf(pace), exact(before * 1.06));
    pace.lost();
    await clock.pass(2 * minuteMs);
    pace.succeeded();
    pace.heardNoLimit();
    assert.equal(rateOf(pace), 1.06, 'only once');
  });

  it('counts if the server then refuses the till', () => {
    const { pace } = grown({});
    pace.heardBusy();
    pace.toldBusy(null);
    pace.heardNoLimit();
    assert.equal(rateOf(pace), 9.6);
  });
});

describe("the backlog's part of what the counter sends", () => {
  it('pays for a look and the sending, and leaves its own pace as it was', async () => {
    const { clock, pace } = paceOf();
    pace.take('backlog');
    times(50, () => pace.take('counter'));
    pace.toldBusy(50_000);
    await clock.pass(50_000);
    assert.equal(waitOf(pace, 'backlog'), 0);
    pace.take('backlog');
    pace.take('backlog');
    // A third of a request came in at 0.4 a minute.
    assert.equal(waitOf(pace, 'backlog'), 100_000);
  });

  it('is kept while its own pace lets it go, and used however short its own wait still is', async () => {
    for (const [passedMs, isKept] of [
      [50_000, true],
      [0, false],
    ] as const) {
      // It starts after half a millisecond.
      const { clock, pace } = paceOf({ fraction: 1 / 180_000 });
      times(50, () => pace.take('counter'));
      await clock.pass(passedMs);
      pace.take('backlog');
      // This takes what its own pace would let go.
      pace.toldBusy(0);
      await clock.pass(50_000);
      assert.equal(pace.waitMs('backlog') === 0, isKept);
    }
  });
});

describe('a till among thousands that share a limit', () => {
  it('is one whose share is less than the slow start', () => {
    assert.equal(isCrowd({ callsPerMinute: 300, tills: 270 }, 60), false);
    assert.equal(isCrowd({ callsPerMinute: 300, tills: 271 }, 60), true);
  });

  it('asks whether the server is there with one call in ten of its share, and else as often as it likes', () => {
    assert.equal(crowded().pace.idleProbeMs, 100 * minuteMs);
    assert.equal(paceOf().pace.idleProbeMs, 0);
  });

  it('starts evenly over the time between two updates, and goes at its share', () => {
    assert.equal(waitOf(crowded({ fraction: 0.5 }).pace, 'backlog'), 10 * minuteMs);
    const { pace } = crowded();
    pace.take('backlog');
    assert.equal(waitOf(pace, 'backlog'), 10 * minuteMs);
  });

  it('makes up for the calls of the counter and those without an answer, but for no more than 1.2', () => {
    for (const owe of [(pace: Pace) => pace.take('counter'), (pace: Pace) => pace.lost()]) {
      const { pace } = crowded();
      pace.take('backlog');
      owe(pace);
      assert.equal(waitOf(pace, 'backlog'), 20 * minuteMs);
      owe(pace);
      assert.equal(waitOf(pace, 'backlog'), 22 * minuteMs);
    }
  });

  it('pays with no more than three quarters of what comes in', async () => {
    const { clock, pace } = crowded();
    pace.take('backlog');
    await clock.pass(8 * minuteMs);
    times(2, () => pace.take('counter'));
    assert.equal(waitOf(pace, 'backlog'), 8 * minuteMs);
    await clock.pass(8 * minuteMs);
    assert.equal(waitOf(pace, 'backlog'), 0);
  });

  it('is faster once it takes longer than its share needs, from the end of an outage on', async () => {
    for (const [waiting, neededMs] of [
      [0, 20 * minuteMs],
      [3, 60 * minuteMs],
    ] as const) {
      const { clock, pace } = crowded({ waiting });
      pace.lost();
      await clock.pass(10 * minuteMs);
      for (const [passedMs, rate] of [
        [0, 0.1],
        [neededMs, 0.1],
        [neededMs / 2, 0.3],
        [neededMs / 2, 0.5],
        [neededMs, 0.5],
      ] as const) {
        await clock.pass(passedMs);
        times(100, () => pace.succeeded());
        assert.equal(rateOf(pace), rate);
      }
    }
  });
});
