/** What the state classes take from the machine, so that tests can give their own. */
export type Machine = {
  readonly nowMs: () => number;
  /** Runs once after the delay; the returned function calls it off. */
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
