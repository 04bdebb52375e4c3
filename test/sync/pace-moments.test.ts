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

/** By default, a long backlog with a budget of 60 a minute: it starts with one a minute. */
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
  it('lets the counter send a tenth of a minute’s requests at once, and at least four', () => {
    const atOnce = [20, 60, 100].map((requestsPerMinute) => goAtOnce(paceOf({ requestsPerMinute }).pace, 'counter'));
    assert.deepEqual(atOnce, [4, 6, 10]);
  });

  it('returns requests one by one, and saves up no more than may go at once', async () => {
    const { clock, pace } = paceOf();
    times(6, () => pace.take('counter'));
    assert.equal(waitOf(pace, 'counter'), 1000);
    await clock.pass(10_000);
    times(6, () => pace.take('counter'));
    assert.equal(waitOf(pace, 'counter'), 1000);
  });

  it('reserves three requests for the counter, or half of what a small budget lets go at once', () => {
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
  it('comes within one and a half intervals of its first rate', () => {
    assert.equal(waitOf(paceOf({ fraction: 0.5 }).pace, 'backlog'), 45_000);
  });

  it('sends one request, then one per interval of its rate, and saves up no more than one', async () => {
    const { clock, pace } = paceOf();
    assert.equal(goAtOnce(pace, 'backlog'), 1);
    assert.equal(waitOf(pace, 'backlog'), minuteMs);
    await clock.pass(10 * minuteMs);
    assert.equal(goAtOnce(pace, 'backlog'), 1);
    assert.equal(waitOf(pace, 'backlog'), minuteMs);
  });

  it('of a few updates is spread over at most fifteen seconds for each, less with a large budget', () => {
    const few = (requestsPerMinute: number) => paceOf({ fraction: 0.5, waiting: 2, requestsPerMinute }).pace;
    assert.deepEqual(
      [30, 60, 120].map((requestsPerMinute) => waitOf(few(requestsPerMinute), 'backlog')),
      [15_000, 15_000, 7500],
    );
  });

  it('is hurried if somebody asked less than a minute before the network came back', async () => {
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
    pace.serverBusy(null);
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
  it('delays the backlog by a minute, or as long as the server says, plus a random part of a minute', () => {
    const unnamed = grown({ fraction: 0.5 }).pace;
    unnamed.serverBusy(null);
    assert.deepEqual([waitOf(unnamed, 'counter'), waitOf(unnamed, 'backlog')], [0, 90_000]);
    const named = grown({ fraction: 0.5 }).pace;
    named.serverBusy(10_000);
    assert.deepEqual([waitOf(named, 'counter'), waitOf(named, 'backlog')], [11_250, 41_250]);
    named.serverBusy(0);
    assert.deepEqual([waitOf(named, 'counter'), waitOf(named, 'backlog')], [11_250, 41_250]);
  });

  it('is obeyed for ten minutes at most', () => {
    const { pace } = paceOf();
    pace.serverBusy(60 * minuteMs);
    assert.equal(waitOf(pace, 'counter'), 10 * minuteMs);
  });

  it('takes what the backlog had saved up, and slows only what comes later', async () => {
    const { pace } = paceOf();
    pace.serverBusy(null);
    assert.equal(waitOf(pace, 'backlog'), 2.5 * minuteMs);
    const later = paceOf();
    later.pace.take('backlog');
    await later.clock.pass(30_000);
    later.pace.serverBusy(null);
    assert.equal(waitOf(later.pace, 'backlog'), 2.5 * minuteMs);
  });

  it('is followed by slow growth with the time since then, up to three minutes of it', async () => {
    const { clock, pace } = paceOf();
    await clock.pass(2 * minuteMs);
    pace.serverBusy(null);
    await clock.pass(minuteMs);
    pace.succeeded();
    assert.equal(rateOf(pace), 0.42);
    await clock.pass(10 * minuteMs);
    pace.succeeded();
    assert.equal(rateOf(pace), 0.48);
  });
});

it('a success speeds up only what comes later', async () => {
  const { clock, pace } = paceOf();
  pace.take('backlog');
  await clock.pass(30_000);
  pace.succeeded();
  assert.equal(waitOf(pace, 'backlog'), exact((0.5 / 1.06) * minuteMs));
});

describe('"busy" that may have meant only one update', () => {
  it('holds the backlog for twenty to forty seconds, less with a large budget', () => {
    for (const [requestsPerMinute, waitMs] of [
      [60, 30_000],
      [120, 25_000],
    ] as const) {
      const { pace } = grown({ fraction: 0.5, requestsPerMinute });
      assert.equal(pace.maybeBusy(), waitMs);
      assert.equal(waitOf(pace, 'backlog'), waitMs);
    }
    const { pace } = grown({ fraction: 0.5 });
    pace.serverBusy(null);
    pace.maybeBusy();
    assert.equal(waitOf(pace, 'backlog'), 90_000, 'a longer wait stays');
  });

  it('is forgotten, with the slowing it caused, once it turns out to be about that update', async () => {
    const { clock, pace } = paceOf();
    times(10, () => pace.succeeded());
    const before = pace.backlogRate;
    pace.maybeBusy();
    assert.equal(rateOf(pace), exact(before * 0.4));
    pace.maybeBusy();
    pace.wasNotBusy();
    assert.equal(rateOf(pace), exact(before));
    pace.succeeded();
    assert.equal(rateOf(pace), exact(before * 1.06));
    pace.lost();
    await clock.pass(2 * minuteMs);
    pace.succeeded();
    pace.wasNotBusy();
    assert.equal(rateOf(pace), 1.06, 'only once');
  });

  it('still counts if the server then says “busy” to the whole till', () => {
    const { pace } = grown({});
    pace.maybeBusy();
    pace.serverBusy(null);
    pace.wasNotBusy();
    assert.equal(rateOf(pace), 9.6);
  });
});

describe("the backlog's share of the counter's requests", () => {
  it('pays for one look and one send, and leaves the backlog’s own pace as it was', async () => {
    const { clock, pace } = paceOf();
    pace.take('backlog');
    times(50, () => pace.take('counter'));
    pace.serverBusy(50_000);
    await clock.pass(50_000);
    assert.equal(waitOf(pace, 'backlog'), 0);
    pace.take('backlog');
    pace.take('backlog');
    // A third of a request came in at 0.4 a minute.
    assert.equal(waitOf(pace, 'backlog'), 100_000);
  });

  it('is saved while the backlog’s own pace lets it go, and used even if its own wait is almost over', async () => {
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
      pace.serverBusy(0);
      await clock.pass(50_000);
      assert.equal(pace.waitMs('backlog') === 0, isKept);
    }
  });
});

describe('a till among thousands that share a limit', () => {
  it('has a share smaller than the slow start', () => {
    assert.equal(isCrowd({ callsPerMinute: 300, tills: 270 }, 60), false);
    assert.equal(isCrowd({ callsPerMinute: 300, tills: 271 }, 60), true);
  });

  it('may probe with a tenth of its share; any other till may probe as often as it likes', () => {
    assert.equal(crowded().pace.idleProbeMs, 100 * minuteMs);
    assert.equal(paceOf().pace.idleProbeMs, 0);
  });

  it('starts at a random moment between two updates, then sends at its share', () => {
    assert.equal(waitOf(crowded({ fraction: 0.5 }).pace, 'backlog'), 10 * minuteMs);
    const { pace } = crowded();
    pace.take('backlog');
    assert.equal(waitOf(pace, 'backlog'), 10 * minuteMs);
  });

  it('makes up for calls of the counter and unanswered calls, but for no more than 1.2 of them', () => {
    for (const owe of [(pace: Pace) => pace.take('counter'), (pace: Pace) => pace.lost()]) {
      const { pace } = crowded();
      pace.take('backlog');
      owe(pace);
      assert.equal(waitOf(pace, 'backlog'), 20 * minuteMs);
      owe(pace);
      assert.equal(waitOf(pace, 'backlog'), 22 * minuteMs);
    }
  });

  it('makes up for them with no more than three quarters of its share', async () => {
    const { clock, pace } = crowded();
    pace.take('backlog');
    await clock.pass(8 * minuteMs);
    times(2, () => pace.take('counter'));
    assert.equal(waitOf(pace, 'backlog'), 8 * minuteMs);
    await clock.pass(8 * minuteMs);
    assert.equal(waitOf(pace, 'backlog'), 0);
  });

  it('speeds up once the backlog of an outage takes longer than its share should need', async () => {
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
