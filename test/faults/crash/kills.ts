/** Every way the rig kills a till. */
import type { FaultKind } from '../../../electron/practice/faults.ts';
import type { Step as ServerStep } from '../../../electron/practice/steps.ts';
import type { Commit, Step } from './steps.ts';

export type Kill =
  /** At a named step of normal work; `fault` is what the server does to the next update. */
  | {
      readonly how: 'step';
      readonly name: string;
      readonly step: Step;
      readonly fault: FaultKind | null;
      readonly doing: Doing;
    }
  /**
   * At a named step of the start. `on` names the folder: one whose last till was cut off while sending, a new one, or
   * one from an older version with updates waiting.
   */
  | {
      readonly how: 'start-step';
      readonly name: string;
      readonly step: Step;
      readonly on: 'sending' | 'new-folder' | 'older-version';
    }
  /** While the server holds a request at one of its own steps. */
  | { readonly how: 'held'; readonly name: string; readonly at: ServerStep }
  | {
      readonly how: 'random';
      readonly name: string;
      readonly during: 'work' | 'start' | 'first-start' | 'close' | 'import' | 'rescue';
    };

/**
 * What staff and IT do more often than anything else. `rescue` moves unsent updates to a file and imports them again.
 */
export type Doing = 'saves' | 'import' | 'export' | 'rescue';

const faultFor: { readonly [What in Commit]?: FaultKind } = {
  'an outcome of unknown': 'drop-reply',
  'an outcome of not sent': 'busy',
  'a read-back': 'drop-reply',
};

const duringWork = [
  'a save',
  'a claim',
  'an outcome',
  'an outcome of unknown',
  'an outcome of not sent',
  'a read-back',
  'a stored record',
] as const satisfies readonly Commit[];

function stepKills(what: Commit, doing: Doing = 'saves'): Kill[] {
  const fault = faultFor[what] ?? null;
  return (['before', 'after'] as const).map((when) => {
    const step = `${when} the commit of ${what}` as const;
    return { how: 'step', name: step, step, fault, doing };
  });
}

function startKills(what: Commit, on: Extract<Kill, { how: 'start-step' }>['on']): Kill[] {
  return (['before', 'after'] as const).map((when) => {
    const step = `${when} the commit of ${what}` as const;
    return { how: 'start-step', name: on === 'older-version' ? `${step} with updates` : step, step, on };
  });
}

export const afterApplied: Kill = { how: 'held', name: 'after the server applied, before it answers', at: 'applied' };

export const kills: readonly Kill[] = [
  ...duringWork.flatMap((what) => stepKills(what)),
  ...stepKills('an export', 'export'),
  ...stepKills('a rescue file imported here', 'rescue'),
  ...stepKills('an imported region', 'import'),
  ...stepKills('a slice of laid changes', 'import'),
  { how: 'step', name: 'before the first byte', step: 'before the first byte', fault: null, doing: 'saves' },
  { how: 'held', name: 'request received, not yet applied', at: 'received' },
  afterApplied,
  { how: 'held', name: 'the answer is on its way', at: 'replied' },
  { how: 'step', name: 'before the reply is read', step: 'before the reply is read', fault: null, doing: 'saves' },
  ...startKills('a recovery', 'sending'),
  ...startKills('a migration', 'new-folder'),
  ...startKills('a migration', 'older-version'),
  { how: 'random', name: 'a random moment at work', during: 'work' },
  { how: 'random', name: 'a random moment of a start', during: 'start' },
  { how: 'random', name: 'a random moment of the first start', during: 'first-start' },
  { how: 'random', name: 'a random moment of a close', during: 'close' },
  { how: 'random', name: 'a random moment of an import', during: 'import' },
  { how: 'random', name: 'a random moment of a rescue', during: 'rescue' },
];
