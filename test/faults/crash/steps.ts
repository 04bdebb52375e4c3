/** The named steps of a till at which the rig ends it. */

/** What a transaction of the till brings about, told by the history rows that it writes and the region that it names. */
export const commits = [
  'a save',
  'a claim',
  'a settle',
  'a settle as unknown',
  'a settle as not sent',
  'a recovery',
  'a read back',
  'a kept record',
  'an export',
  'a take back',
  'an imported region',
  'a laid slice',
  'a migration',
] as const;
export type Commit = (typeof commits)[number];

/**
 * `before the commit of`: everything of the transaction is written, nothing is committed. `the first byte`: the claim is
 * durable, no connection was asked for. `the reply is read`: the head of the answer lies in the till's memory.
 */
export type Step =
  | `${'before' | 'after'} the commit of ${Commit}`
  | 'before the first byte'
  | 'before the reply is read';

export const steps: readonly Step[] = [
  ...commits.flatMap((commit): Step[] => [`before the commit of ${commit}`, `after the commit of ${commit}`]),
  'before the first byte',
  'before the reply is read',
];

/** The `times`-th time that the step is reached from now on, the process ends. */
export type KillAt = { readonly step: Step; readonly times: number };

/** The environment variable that arms a process from its first instruction on, as JSON of a `KillAt`. */
export const killAtVariable = 'TILLSIDE_TEST_KILL_AT';
