/** What the state classes need from the computer, so that tests can replace it. */
export type Machine = {
  readonly nowMs: () => number;
  /** Runs once after the delay; the returned function cancels it. */
  readonly after: (delayMs: number, run: () => void) => () => void;
  /** A new save token. */
  readonly newToken: () => string;
};

export const browserMachine: Machine = {
  nowMs: () => Date.now(),
  after: (delayMs, run) => {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
  newToken: () => crypto.randomUUID(),
};
