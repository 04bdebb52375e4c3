import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { waitForFeed } from '../../electron/region/feed/when.ts';

describe('when a till checks its feed', () => {
  const hour = 3_600_000;
  const night = { everyHours: 24, at: '03:00-06:00' } as const;
  const at = (time: string) => Date.parse(`2026-03-10T${time}+05:30`);
  const wait = (last: string | null, now: string, fraction: number) =>
    waitForFeed(night, last === null ? null : at(last), at(now), 'Asia/Kolkata', fraction) / hour;

  it("picks its own moment within the store's window", () => {
    for (const fraction of [0, 0.3, 0.99]) {
      const hours = wait('04:00:00', '05:00:00', fraction);
      assert.ok(hours >= 21.5 && hours <= 25, `${hours}`);
    }
    assert.ok(wait('04:00:00', '05:00:00', 0.99) - wait('04:00:00', '05:00:00', 0) > 2);
  });

  it('checks at once if it never did, or was closed for long', () => {
    assert.ok(wait(null, '12:00:00', 0.5) < 0.1);
    assert.ok(waitForFeed(night, at('12:00:00') - 60 * hour, at('12:00:00'), 'Asia/Kolkata', 0.5) < hour / 10);
  });

  it('works without a window', () => {
    const wait = waitForFeed({ everyHours: 6, at: null }, 0, 2 * hour, 'UTC', 0.5);
    assert.ok(wait >= 4 * hour && wait < 4.1 * hour);
  });
});
