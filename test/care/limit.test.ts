import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { checkLimit } from '../../electron/care/doctor/check-limit.ts';
import { readHealthNote } from '../../electron/care/health-note.ts';
import { LimitNote, type LimitSeen } from '../../electron/care/limit-note.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { virtualClock } from '../helpers/virtual-clock.ts';

const hourMs = 60 * 60_000;

/** Starts and closes a till that counts this many requests and refusals. */
function tillThatSaw(dataDir: string, seen: LimitSeen): void {
  const note = new LimitNote({ dataDir, clock: virtualClock(), seen: () => seen });
  note.start();
  note.close();
}

describe('what a till saw of the limit that all tills share', () => {
  it('is noted each hour and at closing, and added up across starts', async () => {
    const dataDir = temporaryFolder();
    const clock = virtualClock();
    let seen: LimitSeen = { requests: 40, refused: 4 };
    const note = new LimitNote({ dataDir, clock, seen: () => seen });
    note.start();
    await clock.pass(hourMs + 1);
    assert.deepEqual(readHealthNote(dataDir).limit, { requests: 40, refused: 4 });
    seen = { requests: 100, refused: 6 };
    await clock.pass(hourMs);
    assert.deepEqual(readHealthNote(dataDir).limit, { requests: 100, refused: 6 });
    seen = { requests: 110, refused: 7 };
    note.close();
    assert.equal(clock.timers(), 0);
    tillThatSaw(dataDir, { requests: 90, refused: 3 });
    assert.deepEqual(readHealthNote(dataDir).limit, { requests: 200, refused: 10 });
  });

  it('fades over time, so that an old outage does not stay in the note forever', () => {
    const dataDir = temporaryFolder();
    tillThatSaw(dataDir, { requests: 1000, refused: 200 });
    for (let day = 0; day < 10; day += 1) tillThatSaw(dataDir, { requests: 600, refused: 0 });
    assert.ok(readHealthNote(dataDir).limit.refused <= 7);
  });
});

describe('the doctor on the shared limit', () => {
  const unset = { sharedLimit: null, requestsPerMinute: 60 };

  it('ignores a few refusals and a few requests', () => {
    const dataDir = temporaryFolder();
    assert.equal(checkLimit(dataDir, unset).severity, 'fine');
    tillThatSaw(dataDir, { requests: 99, refused: 50 });
    assert.equal(checkLimit(dataDir, unset).severity, 'fine');
    tillThatSaw(dataDir, { requests: 800, refused: 0 });
    assert.equal(checkLimit(dataDir, unset).severity, 'look');
    const other = temporaryFolder();
    tillThatSaw(other, { requests: 800, refused: 39 });
    assert.equal(checkLimit(other, unset).severity, 'fine');
  });

  it('recommends a limit if none is set, and a lower one if too many calls are refused anyway', () => {
    const dataDir = temporaryFolder();
    tillThatSaw(dataDir, { requests: 400, refused: 80 });
    const advised = checkLimit(dataDir, unset);
    assert.equal(advised.severity, 'look');
    assert.match(advised.found, /20\.0 % of the last 400 requests/);
    assert.match(String(advised.advice), /Set api\.sharedLimit in every till's config/);
    const set = checkLimit(dataDir, { ...unset, sharedLimit: { callsPerMinute: 300, tills: 5000 } });
    assert.match(String(set.advice), /Check that 5000 tills .*\.callsPerMinute to 216 in/);
    assert.equal(set.facts.recommendedCallsPerMinute, 216);
  });

  it('says that few tills need a higher limit if they are refused too much', () => {
    const dataDir = temporaryFolder();
    tillThatSaw(dataDir, { requests: 400, refused: 40 });
    const { severity, advice, facts } = checkLimit(dataDir, {
      ...unset,
      sharedLimit: { callsPerMinute: 300, tills: 20 },
    });
    assert.equal(severity, 'look');
    assert.match(String(advice), /more than 300 calls a minute.*higher limit/);
    assert.equal(facts.recommendedCallsPerMinute, undefined);
  });
});
