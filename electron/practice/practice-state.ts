/** The practice bar: what a trainer can do to the line between the till and the practice server. */
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

/** The practice server's switches, where this till is in practice mode. */
export type PracticeSwitches = {
  readonly state: () => PracticeState;
  readonly set: (change: { readonly connection?: boolean; readonly fault?: PracticeFault }) => Promise<PracticeState>;
  /** Customers to fill an empty cache with, as `customer/get` would tell them. */
  readonly sampleCustomers: () => readonly unknown[];
};
