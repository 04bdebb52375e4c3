import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { type Chain, runChain } from './many-tills/chain.ts';
import { type Story, type StoryResult, tell } from './many-tills/story.ts';

const limits = [
  { words: 'counts by the minute and names a wait', limit: { kind: 'window', namesWait: true } },
  { words: 'counts by the minute and names no wait', limit: { kind: 'window', namesWait: false } },
  { words: 'lets calls through one by one and names a wait', limit: { kind: 'bucket', namesWait: true } },
  { words: 'lets calls through one by one and names no wait', limit: { kind: 'bucket', namesWait: false } },
] as const;

const perMinute = limits[0].limit;

/** The worst of three runs, each with other random times. */
function worstOfThree(t: TestContext, story: Story): StoryResult {
  const results = [18, 1, 5].map((seed) => tell({ ...story, seed }));
  const worst: StoryResult = {
    unsent: Math.max(...results.map(({ unsent }) => unsent)),
    refusedPart: Math.max(...results.map(({ refusedPart }) => refusedPart)),
    acceptedPart: Math.min(...results.map(({ acceptedPart }) => acceptedPart)),
    counterSaves: Math.min(...results.map(({ counterSaves }) => counterSaves)),
    halfMinutes: Math.max(...results.map(({ halfMinutes }) => halfMinutes)),
    allMinutes: Math.max(...results.map(({ allMinutes }) => allMinutes)),
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
    it(`F18 at a limit of 300 calls a minute that ${words}, have under 5 % of calls refused and 95 % of saves at the counter sent at once`, (t) => {
      const result = worstOfThree(t, { tills: 200, waiting: 10, limit, sendNowEveryMs: null });
      assert.equal(result.unsent, 0);
      assert.ok(result.refusedPart < 0.05);
      assert.ok(result.counterSaves > 500 && result.acceptedPart >= 0.95);
      assert.ok(result.allMinutes < 60);
    });
  }

  it('F34 keep their pace even if staff at every till press "Send now" every ten seconds', (t) => {
    const result = worstOfThree(t, { tills: 200, waiting: 10, limit: perMinute, sendNowEveryMs: 10_000 });
    assert.equal(result.unsent, 0);
    assert.ok(result.refusedPart < 0.05);
    assert.ok(result.counterSaves > 500 && result.acceptedPart >= 0.95);
  });

  it('with only a few updates each, which all go soon, are slowed by refusals and lose none', (t) => {
    for (const waiting of [1, 3]) {
      for (const sendNowEveryMs of [null, 10_000]) {
        const result = worstOfThree(t, { tills: 200, waiting, limit: perMinute, sendNowEveryMs });
        assert.equal(result.unsent, 0);
        assert.ok(result.refusedPart < 0.25);
        assert.ok(result.acceptedPart >= 0.8);
      }
    }
  });
});

describe('twenty tills whose counters alone use most of the limit', () => {
  const tills = 20;
  const waiting = 18;
  const counterCalls = 260;
  const counter = { minutesBetweenSaves: (2 * tills) / counterCalls, looks: true };
  /** What the limit needs for the backlog beside the counters. */
  const leastMinutes = (2 * waiting * tills) / (300 - counterCalls);

  for (const { words, limit } of limits) {
    it(`F18 at a limit of 300 calls a minute that ${words}, send each backlog without slowing the saves at the counter`, (t) => {
      const result = worstOfThree(t, { tills, waiting, limit, sendNowEveryMs: null, counter });
      assert.equal(result.unsent, 0);
      assert.ok(result.refusedPart < 0.05);
      assert.ok(result.counterSaves > 500 && result.acceptedPart >= 0.95);
      assert.ok(result.allMinutes <= 3 * leastMinutes);
      assert.ok(result.allMinutes <= 1.5 * result.halfMinutes);
    });
  }
});

describe('one till on its own', () => {
  it("F13 sends a few updates within its back-off and a minute, and a day's worth within minutes", (t) => {
    const few = worstOfThree(t, { tills: 1, waiting: 3, limit: perMinute, sendNowEveryMs: null });
    assert.ok(few.allMinutes < 1.5);
    const many = worstOfThree(t, { tills: 1, waiting: 100, limit: perMinute, sendNowEveryMs: null });
    assert.ok(many.allMinutes < 20);
  });

  it('sends a few updates within seconds of "Send now"', (t) => {
    const result = worstOfThree(t, { tills: 1, waiting: 1, limit: perMinute, sendNowEveryMs: 1000 });
    assert.ok(result.allMinutes < 5 / 60);
  });
});

/** A limit of 300 calls a minute leaves each till one in a quarter of an hour. */
const chain = { tills: 5000, sharedLimit: { callsPerMinute: 300, tills: 5000 }, days: 2, limit: perMinute, seed: 18 };
const morning = { fromMinute: 0, toMinute: 240 };
const afternoon = { fromMinute: 420, toMinute: 660 };

describe('a chain of five thousand tills whose config names the limit and how many share it', () => {
  const stories: readonly { readonly words: string; readonly story: Chain }[] = [
    { words: 'after an outage of four hours', story: { ...chain, outages: [morning] } },
    { words: 'after a second one in the middle', story: { ...chain, outages: [morning, afternoon] } },
    {
      words: 'after two, at a server that names no wait',
      story: { ...chain, limit: limits[1].limit, outages: [morning, afternoon] },
    },
  ];
  for (const { words, story } of stories) {
    it(`F18 drains ten changes a till ${words}, almost as fast as the limit allows, and no till much later than the others`, (t) => {
      const report = runChain(story);
      t.diagnostic(
        `refused ${percent(report.refusedPart)}, at the counter at the first try ${percent(report.acceptedPart)}, ` +
          `drained in ${report.overLeast.toFixed(2)} times of the least, ${report.leastMinutes} min, ` +
          `the last till ${report.lastOverMedian.toFixed(2)} times later than the median`,
      );
      assert.equal(report.unsent, 0);
      assert.ok(report.refusedPart < 0.05);
      assert.ok(report.counterSaves > 5000 && report.acceptedPart >= 0.95);
      assert.ok(report.overLeast <= 1.3);
      assert.ok(report.lastOverMedian <= 1.5);
    });
  }
});
