/**
 * F18 and F34: two hundred tills on one rate-limited server, each with the real pacing, connection state and request
 * gate, on one virtual clock. Only what makes no requests is left out: the database and the wire format.
 */
import { seededRandom } from '../../helpers/virtual-clock.ts';
import { EventQueue } from './event-queue.ts';
import { type Limit, LimitedServer } from './limited-server.ts';
import { SimulatedTill } from './simulated-till.ts';

const minuteMs = 60_000;

export type Story = {
  readonly tills: number;
  /** At each till. */
  readonly waiting: number;
  readonly limit: Limit;
  readonly sendNowEveryMs: number | null;
  readonly counter?: { readonly minutesBetweenSaves: number; readonly looks: boolean };
  readonly seed?: number;
};

export type StoryResult = {
  readonly unsent: number;
  readonly refusedPart: number;
  /** The share of saves at the counter that the server accepted on the first try. */
  readonly acceptedPart: number;
  readonly counterSaves: number;
  /** The minutes until half of the tills, and until all of them, had sent their backlog. */
  readonly halfMinutes: number;
  readonly allMinutes: number;
};

const quietCounter = { minutesBetweenSaves: 4, looks: false };

export function tell(story: Story): StoryResult {
  const { tills: number, waiting, limit, sendNowEveryMs, counter: saves = quietCounter, seed = 18 } = story;
  const queue = new EventQueue();
  const random = seededRandom(seed);
  const server = new LimitedServer(limit, 300, queue.clock);
  const counter = { tried: 0, accepted: 0 };
  const tills = Array.from({ length: number }, () => new SimulatedTill(waiting, server, queue.clock, random, counter));
  for (const till of tills) till.looksAtCounter = saves.looks;
  // An outage of twenty minutes in which every till retries, then the network returns for all at once.
  const backAtMs = 20.3 * minuteMs;
  for (const till of tills) till.pump();
  queue.clock.after(backAtMs, () => {
    server.comeBack();
    for (const till of tills) {
      // Each till goes on saving, and staff press "Send now".
      const serve = () =>
        queue.clock.after(-Math.log(1 - random.fraction()) * saves.minutesBetweenSaves * minuteMs, () => {
          till.save();
          serve();
        });
      serve();
      if (sendNowEveryMs === null) continue;
      const press = () =>
        queue.clock.after(random.fraction() * 2 * sendNowEveryMs, () => {
          till.sendNow();
          press();
        });
      press();
    }
  });
  queue.run(backAtMs + 4 * 60 * minuteMs, () => server.isReachable && tills.every(({ left }) => left === 0));
  const doneMinutes = tills
    .map(({ doneAtMs }) => ((doneAtMs ?? Number.POSITIVE_INFINITY) - backAtMs) / minuteMs)
    .sort((one, other) => one - other);
  return {
    unsent: tills.reduce((sum, { left }) => sum + left, 0),
    refusedPart: server.refused / server.calls,
    acceptedPart: counter.tried === 0 ? 1 : counter.accepted / counter.tried,
    counterSaves: counter.tried,
    halfMinutes: doneMinutes[Math.floor(number / 2)] ?? 0,
    allMinutes: doneMinutes.at(-1) ?? 0,
  };
}
