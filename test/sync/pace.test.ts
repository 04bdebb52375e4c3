import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Pace } from '../../electron/sync/pace.ts';
import { seededRandom, virtualClock } from '../helpers/virtual-clock.ts';

const minuteMs = 60_000;

function paceOf(requestsPerMinute: number, waiting = 1000) {
  const clock = virtualClock();
  return {
    clock,
    pace: new Pace({ requestsPerMinute, maxInFlight: 4, sharedLimit: null }, clock, seededRandom(3), () => waiting),
  };
}

/** How many requests of a backlog are sent in this time if each succeeds. */
async function sentOf({ clock, pace }: ReturnType<typeof paceOf>, minutes: number, stepMs = 1000): Promise<number> {
  let sent = 0;
  for (let ms = 0; ms < minutes * minuteMs; ms += stepMs) {
    while (pace.waitMs('backlog') === 0) {
      pace.take('backlog');
      pace.succeeded();
      sent += 1;
    }
    await clock.pass(stepMs);
  }
  return sent;
}

describe('the pace of a till', () => {
  it('sends a few counter requests at once, then keeps to the budget', async () => {
    const { clock, pace } = paceOf(60);
    let sent = 0;
    for (let second = 0; second < 120; second += 1) {
      while (pace.waitMs('counter') === 0) {
        pace.take('counter');
        sent += 1;
      }
      await clock.pass(1000);
    }
    // Two minutes of budget, and the burst at the start.
    assert.ok(sent >= 120 && sent <= 127, `${sent} requests in two minutes`);
  });

  it('starts a backlog at a random time and slowly, and speeds up to the budget while nothing is refused', async () => {
    const rig = paceOf(60);
    assert.ok(rig.pace.waitMs('backlog') > 0 && rig.pace.waitMs('backlog') <= 1.5 * minuteMs);
    assert.equal(rig.pace.waitMs('counter'), 0);
    const inFirst = await sentOf(rig, 3);
    assert.ok(inFirst >= 1 && inFirst <= 5, `${inFirst} in the first three minutes`);
    await sentOf(rig, 30);
    const later = await sentOf(rig, 2);
    assert.ok(later >= 100 && later <= 125, `${later} in two minutes, once it has grown`);
  });

  it('reserves the last requests for the customer at the counter', async () => {
    const rig = paceOf(60);
    await sentOf(rig, 30);
    while (rig.pace.waitMs('backlog') === 0) rig.pace.take('backlog');
    for (let request = 0; request < 3; request += 1) {
      assert.equal(rig.pace.waitMs('counter'), 0);
      rig.pace.take('counter');
    }
  });

  it('slows down at a refusal, obeys the wait the server names, and recovers gradually', async () => {
    const rig = paceOf(60);
    const { clock, pace } = rig;
    await sentOf(rig, 30);
    assert.equal(pace.backlogRate, 60);
    pace.serverBusy(30_000);
    assert.equal(pace.backlogRate, 24);
    assert.ok(pace.waitMs('counter') >= 30_000 && pace.waitMs('counter') <= 37_500);
    assert.ok(pace.waitMs('backlog') >= 30_000);
    await clock.pass(37_500);
    assert.equal(pace.waitMs('counter'), 0);
    const before = pace.backlogRate;
    for (let minute = 0; minute < 10; minute += 1) {
      await clock.pass(minuteMs);
      pace.succeeded();
      pace.succeeded();
    }
    const grown = pace.backlogRate - before;
    assert.ok(grown > 0.19 && grown < 0.22, `${grown}`);
  });

  it('F13 starts with a few updates within three quarters of a minute, and sends them together', async () => {
    const rig = paceOf(60, 3);
    const startMs = rig.pace.waitMs('backlog');
    assert.ok(startMs > 0 && startMs <= 45_000, `${startMs}`);
    await rig.clock.pass(startMs);
    const sent = await sentOf(rig, 0.25);
    assert.ok(sent >= 6 && sent <= 7, `${sent}`);
  });

  it('F15 starts with a few updates at once on "Send now", and still holds back a long backlog', () => {
    const [few, many] = [paceOf(60, 3).pace, paceOf(60, 4).pace];
    const heldMs = many.waitMs('backlog');
    few.hurry();
    many.hurry();
    assert.ok(few.waitMs('backlog') <= 2000, `${few.waitMs('backlog')}`);
    assert.equal(many.waitMs('backlog'), heldMs);
  });

  it('leaves a server that refuses without naming a wait alone, except for the counter', () => {
    const { pace } = paceOf(60);
    pace.serverBusy(null);
    assert.ok(pace.waitMs('backlog') >= minuteMs);
    assert.equal(pace.waitMs('counter'), 0);
  });

  it('F18 gives the backlog a part of what a busy counter sends, however often the server refuses', async () => {
    const { clock, pace } = paceOf(60);
    const sentAtMs: number[] = [];
    for (let ms = 0; ms < 120 * minuteMs; ms += 5000) {
      if (ms % 30_000 === 0) pace.serverBusy(null);
      if (pace.waitMs('counter') === 0) pace.take('counter');
      if (pace.waitMs('backlog') === 0) {
        // A look and a send.
        pace.take('backlog');
        pace.take('backlog');
        sentAtMs.push(ms);
      }
      await clock.pass(5000);
    }
    // Twelve requests a minute at the counter: one update of the backlog for every fifty of them.
    const waitsMs = sentAtMs.map((ms, index) => ms - (sentAtMs[index - 1] ?? 0));
    assert.ok(sentAtMs.length >= 26 && sentAtMs.length <= 29, `${sentAtMs.length} in two hours`);
    assert.ok(Math.max(...waitsMs) <= 5 * minuteMs, `${Math.max(...waitsMs)}`);
  });

  it('F18 does not send the backlog sooner after an outage because the counter was busy in it', async () => {
    const { clock, pace } = paceOf(60);
    pace.lost();
    for (let request = 0; request < 200; request += 1) {
      await clock.pass(5000);
      pace.take('counter');
    }
    pace.succeeded();
    assert.ok(pace.waitMs('backlog') > 0);
  });

  it('F18 tries a refused save at the counter again twice, and then once for every twenty requests', () => {
    const { pace } = paceOf(60);
    assert.deepEqual([pace.takeRetry(), pace.takeRetry(), pace.takeRetry()], [true, true, false]);
    for (let request = 0; request < 20; request += 1) pace.take('counter');
    assert.deepEqual([pace.takeRetry(), pace.takeRetry()], [true, false]);
  });

  it('F14 caps the wait a server can ask for, and how far refusals can slow a till down', async () => {
    const { clock, pace } = paceOf(60);
    for (let refusal = 0; refusal < 50; refusal += 1) pace.serverBusy(365 * 24 * 60 * minuteMs);
    assert.ok(pace.waitMs('counter') <= 12.5 * minuteMs);
    assert.ok(pace.waitMs('backlog') <= 17 * minuteMs, `${pace.waitMs('backlog')}`);
    assert.equal(pace.backlogRate, 0.25);
    await clock.pass(17 * minuteMs);
    assert.equal(pace.waitMs('backlog'), 0);
  });

  it('starts slowly again after more than a minute offline, and not after a short loss', async () => {
    const rig = paceOf(60);
    const { clock, pace } = rig;
    await sentOf(rig, 30);
    pace.lost();
    await clock.pass(30_000);
    pace.succeeded();
    assert.equal(pace.backlogRate, 60);
    pace.lost();
    await clock.pass(10 * minuteMs);
    pace.lost();
    pace.succeeded();
    assert.ok(pace.backlogRate < 2, `${pace.backlogRate}`);
  });
});

describe('the pace of a till among thousands that share a limit', () => {
  /** Five thousand tills at 300 calls a minute: nine tenths of its share is one call in eighteen and a half minutes. */
  const shareMs = (5000 / 300 / 0.9) * minuteMs;
  const crowded = (waiting = 1000, tills = 5000) => {
    const clock = virtualClock();
    const sharedLimit = { callsPerMinute: 300, tills };
    const random = seededRandom(3);
    const options = { requestsPerMinute: 60, maxInFlight: 4, sharedLimit };
    return { clock, pace: new Pace(options, clock, random, () => waiting) };
  };

  it('sends a backlog at its share, even a short one, and even after "Send now"', async () => {
    const sent = await sentOf(crowded(), 10 * 60, minuteMs);
    assert.ok(sent >= 29 && sent <= 34, `${sent} in ten hours`);
    const rig = crowded(1);
    rig.pace.hurry();
    assert.ok(rig.pace.waitMs('backlog') > minuteMs);
  });

  it("sends counter requests at once and deducts them from the backlog's share, but never all of it", async () => {
    const rig = crowded();
    let sent = 0;
    for (let minute = 0; minute < 20 * 60; minute += 1) {
      if (minute % 5 === 0) {
        assert.equal(rig.pace.waitMs('counter'), 0);
        rig.pace.take('counter');
      }
      sent += await sentOf(rig, 1, minuteMs);
    }
    // Without a counter it would be 65.
    assert.ok(sent >= 15 && sent <= 25, `${sent} in twenty hours`);
  });

  it('goes up to five times as fast once its share should have been enough', async () => {
    const rig = crowded(10);
    rig.pace.lost();
    await rig.clock.pass(2 * minuteMs);
    rig.pace.succeeded();
    await sentOf(rig, (20 * shareMs) / minuteMs, minuteMs);
    assert.ok(Math.abs(rig.pace.backlogRate / (minuteMs / shareMs) - 1) < 0.1);
    await sentOf(rig, (40 * shareMs) / minuteMs, minuteMs);
    assert.ok(Math.abs(rig.pace.backlogRate / (minuteMs / shareMs) - 5) < 0.1);
  });

  it('slows down less after a refusal than a till that is still finding its pace', () => {
    const rig = crowded();
    rig.pace.serverBusy(null);
    assert.ok(Math.abs(rig.pace.backlogRate / (minuteMs / shareMs) - 0.7) < 0.01);
    for (let time = 0; time < 10; time += 1) rig.pace.serverBusy(null);
    assert.ok(Math.abs(rig.pace.backlogRate / (minuteMs / shareMs) - 0.5) < 0.01);
  });

  it('is that of any till if few share the limit', () => {
    const few = crowded(1000, 200);
    assert.equal(few.pace.backlogRate, paceOf(60).pace.backlogRate);
    assert.equal(few.pace.probeLane, 'counter');
  });
});
