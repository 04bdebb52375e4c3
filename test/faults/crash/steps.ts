/** The named steps at which the rig kills a till. */

/** What a transaction does, recognised by the history rows it writes and the region it names. */
const commits = [
  'a save',
  'a claim',
  'an outcome',
  'an outcome of unknown',
  'an outcome of not sent',
  'a recovery',
  'a read-back',
  'a stored record',
  'an export',
  'a rescue file imported here',
  'an imported region',
  'a slice of laid changes',
  'a migration',
] as const;
export type Commit = (typeof commits)[number];

/**
 * `before the commit of`: everything is written, nothing committed. `the first byte`: the claim is durable, and no
 * connection was opened yet. `the reply is read`: the head of the answer is in the till's memory.
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

/** Dies the `times`-th time the step is reached from now on. */
export type KillAt = { readonly step: Step; readonly times: number };

/** The environment variable that arms a process from its first instruction: a `KillAt` as JSON. */
export const killAtVariable = 'TILLSIDE_TEST_KILL_AT';
