/** The state of the practice bar: the simulated connection and faults. */
export const practiceFaults = [
  'none',
  'slow',
  'drop-reply',
  'busy',
  'server-error',
  'captive-portal',
  'refuse',
  'credentials',
] as const;
export type PracticeFault = (typeof practiceFaults)[number];

export type PracticeState = { readonly connection: boolean; readonly fault: PracticeFault };

/** The practice server's switches, in practice mode. */
export type PracticeSwitches = {
  readonly state: () => PracticeState;
  readonly set: (change: { readonly connection?: boolean; readonly fault?: PracticeFault }) => Promise<PracticeState>;
  /** Customers for an empty cache, in the format of `customer/get`. */
  readonly sampleCustomers: () => readonly unknown[];
};
