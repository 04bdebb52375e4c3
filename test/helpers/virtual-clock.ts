/** A clock the test controls: time passes only when the test says so. */
import type { Clock, Random } from '../../electron/machine/clock.ts';

export type VirtualClock = Clock & {
  /** Lets time pass and runs what is due in order; promises settle in between. */
  readonly pass: (ms: number) => Promise<void>;
  /** Moves only the wall clock, as a user or a time server would. */
  readonly setWall: (wallMs: number) => void;
  /** Lets promises and immediates settle without time passing. */
  readonly settle: () => Promise<void>;
  readonly timers: () => number;
};

export function virtualClock(startWallMs = Date.UTC(2026, 0, 15, 9)): VirtualClock {
  let nowMs = 0;
  let wallOffsetMs = startWallMs;
  let nextId = 0;
  const timers = new Map<number, { dueMs: number; run: () => void }>();

  // One promise, not one for each round: the test runner follows each promise, and this is called for each timer.
  const settle = () =>
    new Promise<void>((resolve) => {
      let rounds = 4;
      const next = () => {
        rounds -= 1;
        if (rounds === 0) resolve();
        else setImmediate(next);
      };
      setImmediate(next);
    });

  return {
    wallMs: () => nowMs + wallOffsetMs,
    monotonicMs: () => nowMs,
    after: (delayMs, run) => {
      nextId += 1;
      const id = nextId;
      timers.set(id, { dueMs: nowMs + Math.max(0, delayMs), run });
      return () => timers.delete(id);
    },
    pass: async (ms) => {
      const untilMs = nowMs + ms;
      await settle();
      while (true) {
        const due = [...timers]
          .filter(([, timer]) => timer.dueMs <= untilMs)
          .sort((a, b) => a[1].dueMs - b[1].dueMs)[0];
        if (due === undefined) break;
        timers.delete(due[0]);
        nowMs = Math.max(nowMs, due[1].dueMs);
        due[1].run();
        await settle();
      }
      nowMs = untilMs;
    },
    setWall: (wallMs) => {
      wallOffsetMs = wallMs - nowMs;
    },
    settle,
    timers: () => timers.size,
  };
}

/** This clock on a busy machine: each timer fires late by up to this time. */
export function lateClock(clock: Clock, lateMs: () => number): Clock {
  return { ...clock, after: (delayMs, run) => clock.after(delayMs + Math.round(lateMs()), run) };
}

/** The same sequence for the same seed (mulberry32), and ids that count up. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  let ids = 0;
  return {
    fraction: () => {
      state = (state + 0x6d2b79f5) >>> 0;
      let mixed = Math.imul(state ^ (state >>> 15), state | 1);
      mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
      return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
    },
    id: () => {
      ids += 1;
      return `00000000-0000-4000-8000-${String(ids).padStart(12, '0')}`;
    },
  };
}
