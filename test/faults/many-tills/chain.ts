/**
 * A chain of thousands of tills over days: outages of hours with waiting changes, and the saves and lookups of a normal
 * day. Every call of every till counts towards the server's one limit.
 */
import type { SharedLimit } from '../../../electron/sync/pace.ts';
import { seededRandom } from '../../helpers/virtual-clock.ts';
import { EventQueue } from './event-queue.ts';
import { type Limit, LimitedServer } from './limited-server.ts';
import { SimulatedTill } from './simulated-till.ts';

const minuteMs = 60_000;
const dayMinutes = 24 * 60;
/** The story begins in the morning with the first outage, and the shops close twelve hours later. */
const openMinutes = 12 * 60;
const limitPerMinute = 300;
/** At each till, while the shops are open. */
const minutesBetweenSaves = 100;
const minutesBetweenLookUps = 100;
/** A lookup before sending, and the send. */
const callsPerChange = 2;
const changesPerOutage = 10;

export type Outage = { readonly fromMinute: number; readonly toMinute: number };
export type Chain = {
  readonly tills: number;
  readonly outages: readonly Outage[];
  readonly days: number;
  readonly limit: Limit;
  readonly sharedLimit: SharedLimit | null;
  readonly seed: number;
};

export type ChainReport = {
  readonly unsent: number;
  /** The share of all calls until the backlog was sent. */
  readonly refusedPart: number;
  /** The share of saves at the counter until then that the server accepted on the first try. */
  readonly acceptedPart: number;
  readonly counterSaves: number;
  /** Online minutes until everything was sent, over what the limit alone needs. */
  readonly overLeast: number;
  readonly leastMinutes: number;
  /** The last till's last change over the median's, in online minutes. */
  readonly lastOverMedian: number;
};

export function runChain({ tills: number, outages, days, limit, sharedLimit, seed }: Chain): ChainReport {
  const queue = new EventQueue();
  const random = seededRandom(seed);
  const server = new LimitedServer(limit, limitPerMinute, queue.clock);
  const counter = { tried: 0, accepted: 0 };
  const tills = Array.from(
    { length: number },
    () => new SimulatedTill(0, server, queue.clock, random, counter, sharedLimit),
  );
  for (const { fromMinute, toMinute } of outages) {
    queue.clock.after(fromMinute * minuteMs, () => {
      server.goAway();
      for (const till of tills) till.isCutOff(changesPerOutage);
    });
    queue.clock.after(toMinute * minuteMs, () => {
      server.comeBack();
    });
  }
  for (const till of tills) {
    everySoOften(minutesBetweenSaves, () => {
      if (server.isReachable) till.save();
    });
    everySoOften(minutesBetweenLookUps, () => till.lookUp());
  }
  function everySoOften(meanMinutes: number, what: () => void): void {
    let openedMinutes = 0;
    const next = () => {
      openedMinutes -= Math.log(1 - random.fraction()) * meanMinutes;
      const day = Math.floor(openedMinutes / openMinutes);
      const atMs = (day * dayMinutes + (openedMinutes % openMinutes)) * minuteMs;
      queue.clock.after(atMs - queue.nowMs, () => {
        what();
        next();
      });
    };
    next();
  }

  const lastBackAtMs = Math.max(...outages.map(({ toMinute }) => toMinute)) * minuteMs;
  // Checked once a minute, since checking at each event would take longer than all of them.
  let isDrained = false;
  const look = () => {
    isDrained = queue.nowMs > lastBackAtMs && tills.every(({ left }) => left === 0);
    if (!isDrained) queue.clock.after(minuteMs, look);
  };
  look();
  queue.run(days * dayMinutes * minuteMs, () => isDrained);

  const doneMinutes = tills
    .map(({ doneAtMs }) => withLine((doneAtMs ?? Number.POSITIVE_INFINITY) / minuteMs, outages))
    .sort((one, other) => one - other);
  const [median, last] = [doneMinutes[Math.floor(number / 2)] ?? 0, doneMinutes.at(-1) ?? 0];
  const least = leastMinutes(number, outages);
  return {
    unsent: tills.reduce((sum, { left }) => sum + left, 0),
    refusedPart: server.refused / server.calls,
    acceptedPart: counter.accepted / counter.tried,
    counterSaves: counter.tried,
    overLeast: last / least,
    leastMinutes: least,
    lastOverMedian: last / median,
  };
}

/** How many of the minutes until then were online. */
function withLine(minute: number, outages: readonly Outage[]): number {
  return outages.reduce(
    (rest, { fromMinute, toMinute }) => rest - Math.max(0, Math.min(minute, toMinute) - fromMinute),
    minute,
  );
}

/** What the limit needs if every call it allows is made, the normal day's calls first. */
function leastMinutes(tills: number, outages: readonly Outage[]): number {
  let waiting = 0;
  for (let minute = 0, online = 0; ; minute += 1) {
    if (outages.some(({ fromMinute }) => fromMinute === minute)) waiting += tills * changesPerOutage * callsPerChange;
    if (outages.some(({ fromMinute, toMinute }) => fromMinute <= minute && minute < toMinute)) continue;
    const isOpen = minute % dayMinutes < openMinutes;
    const perTill = isOpen ? 1 / minutesBetweenSaves + 1 / minutesBetweenLookUps : 0;
    waiting -= limitPerMinute - tills * perTill;
    online += 1;
    if (waiting <= 0 && outages.every(({ toMinute }) => minute >= toMinute)) return online;
  }
}
