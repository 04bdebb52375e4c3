/** Trap 12: a time without a zone is never read as UTC. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hasOffset, inStoreTime, isOver, momentOf } from '../../electron/model/store-time.ts';

const zones = [
  'UTC',
  'Asia/Kolkata',
  'America/Los_Angeles',
  'Asia/Kathmandu',
  'Pacific/Chatham',
  'Australia/Lord_Howe',
];

test("a time without a zone is the store's, and shows as it was sent", () => {
  for (const timeZone of zones) {
    const clock = new Intl.DateTimeFormat('sv', { timeZone, dateStyle: 'short', timeStyle: 'medium' });
    for (const text of ['2027-02-28 23:59:59', '2027-07-01 00:00:00', '2027-03-14 12:00:00', '2024-02-29 06:30:00']) {
      assert.equal(clock.format(momentOf(text, timeZone) ?? 0), text, timeZone);
      assert.equal(momentOf(text.replace(' ', 'T'), timeZone), momentOf(text, timeZone));
    }
  }
});

test("a coupon valid until tonight expires at the store's midnight, not hours before or after", () => {
  const until = '2027-02-28 23:59:59';
  const midnights = {
    'Asia/Kolkata': '2027-02-28T18:30:00Z',
    'America/Los_Angeles': '2027-03-01T08:00:00Z',
    UTC: '2027-03-01T00:00:00Z',
  };
  for (const [timeZone, midnight] of Object.entries(midnights)) {
    const midnightMs = Date.parse(midnight);
    for (const text of [until, '2027-02-28']) {
      assert.equal(isOver(text, midnightMs - 60_000, timeZone), false);
      assert.equal(isOver(text, midnightMs + 60_000, timeZone), true);
    }
  }
});

test('a time with an offset is the same moment everywhere', () => {
  for (const timeZone of zones) {
    for (const text of ['2027-02-28T23:59:59+05:30', '2027-02-28T23:59:59+0530', '2027-02-28T18:29:59Z']) {
      assert.equal(momentOf(text, timeZone), Date.parse('2027-02-28T18:29:59Z'));
      assert.ok(hasOffset(text));
    }
  }
  assert.equal(hasOffset('2027-02-28 23:59:59'), false);
});

const impossibleOffsets = ['2027-01-02T10:00:00+99:99', '2027-01-02T10:00:00-24:00', '2027-01-02T10:00:00+0560'];

test("a time with an offset is shown as the store's clock shows it, and anything else as it is (trap 12)", () => {
  for (const timeZone of zones) {
    const clock = new Intl.DateTimeFormat('sv', { timeZone, dateStyle: 'short', timeStyle: 'medium' });
    for (const text of ['2027-02-28T23:59:59+05:30', '2027-03-28T01:30:00Z', '2019-09-11T04:42:00.250+0000']) {
      assert.equal(inStoreTime(text, timeZone), clock.format(Date.parse(text.replace('+0000', 'Z'))), timeZone);
    }
    for (const text of ['2027-02-28 23:59:59', '2027-02-28', 'soon', '', ...impossibleOffsets]) {
      assert.equal(inStoreTime(text, timeZone), text);
    }
  }
});

test('what is not a time never expires', () => {
  for (const text of ['', 'soon', '2027-02-30', '2027-13-01 00:00:00', '0000-00-00 00:00:00', ...impossibleOffsets]) {
    assert.equal(momentOf(text, 'UTC'), null);
    assert.equal(isOver(text, Number.MAX_SAFE_INTEGER, 'UTC'), false);
  }
});
