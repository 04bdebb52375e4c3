import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { type Story, type Told, tell } from './many-tills/story.ts';

const limits = [
  { words: 'counts by the minute and names a wait', limit: { kind: 'window', namesWait: true } },
  { words: 'counts by the minute and names no wait', limit: { kind: 'window', namesWait: false } },
  { words: 'lets calls through one by one and names a wait', limit: { kind: 'bucket', namesWait: true } },
  { words: 'lets calls through one by one and names no wait', limit: { kind: 'bucket', namesWait: false } },
] as const;

const perMinute = limits[0].limit;

/** The worst of three runs, each with other random times. */
function tellThrice(t: TestContext, story: Story): Told {
  const told = [18, 1, 5].map((seed) => tell({ ...story, seed }));
  const worst: Told = {
    unsent: Math.max(...told.map(({ unsent }) => unsent)),
    refusedPart: Math.max(...told.map(({ refusedPart }) => refusedPart)),
    acceptedPart: Math.min(...told.map(({ acceptedPart }) => acceptedPart)),
    counterSaves: Math.min(...told.map(({ counterSaves }) => counterSaves)),
    halfMinutes: Math.max(...told.map(({ halfMinutes }) => halfMinutes)),
    allMinutes: Math.max(...told.map(({ allMinutes }) => allMinutes)),
  };
  t.diagnostic(
    `${story.tills} tills with ${story.waiting} each: refused ${percent(worst.refusedPart)}, ` +
      `accepted at the counter on the first try ${percent(worst.acceptedPart)}, ` +
      `half of the tills done after ${worst.halfMinutes.toFixed(1)} min, all after ${worst.allMinutes.toFixed(1)} min`,
  );
  return worst;
}

function percent(part: number): string {
  return `${(part * 100).toFixed(1)} %`;
}

describe('two hundred tills that come back online at once', () => {
  for (const { words, limit } of limits) {
    it(`F18 at a limit of 300 calls a minute that ${words}, under 5 % of calls are refused and 95 % of saves at the counter go at once`, (t) => {
      const told = tellThrice(t, { tills: 200, waiting: 10, limit, sendNowEveryMs: null });
      assert.equal(told.unsent, 0);
      assert.ok(told.refusedPart < 0.05);
      assert.ok(told.counterSaves > 500 && told.acceptedPart >= 0.95);
      assert.ok(told.allMinutes < 60);
    });
  }

  it('F34 they keep their pace even if staff at every till press "Send now" every ten seconds', (t) => {
    const told = tellThrice(t, { tills: 200, waiting: 10, limit: perMinute, sendNowEveryMs: 10_000 });
    assert.equal(told.unsent, 0);
    assert.ok(told.refusedPart < 0.05);
    assert.ok(told.counterSaves > 500 && told.acceptedPart >= 0.95);
  });

  it('with a few updates each that all go soon, they are slowed by refusals and lose none', (t) => {
    for (const waiting of [1, 3]) {
      for (const sendNowEveryMs of [null, 10_000]) {
        const told = tellThrice(t, { tills: 200, waiting, limit: perMinute, sendNowEveryMs });
        assert.equal(told.unsent, 0);
        assert.ok(told.refusedPart < 0.25);
        assert.ok(told.acceptedPart >= 0.8);
      }
    }
  });
});

describe('one till on its own', () => {
  it("F13 sends a few updates within its back-off and a minute, and a day's worth within minutes", (t) => {
    const few = tellThrice(t, { tills: 1, waiting: 3, limit: perMinute, sendNowEveryMs: null });
    assert.ok(few.allMinutes < 1.5);
    const many = tellThrice(t, { tills: 1, waiting: 100, limit: perMinute, sendNowEveryMs: null });
    assert.ok(many.allMinutes < 20);
  });

  it('sends a few updates within seconds of "Send now"', (t) => {
    const told = tellThrice(t, { tills: 1, waiting: 1, limit: perMinute, sendNowEveryMs: 1000 });
    assert.ok(told.allMinutes < 5 / 60);
  });
});
