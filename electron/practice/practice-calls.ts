/** The calls of the practice bar. Outside practice mode they do nothing. */
import type { PracticeState, PracticeSwitches } from './practice-state.ts';

/** @param changed called after the server's behaviour was changed */
export function practiceCalls(practice: PracticeSwitches | null, changed: (state: PracticeState) => void) {
  return {
    'practice.state': () => practice?.state() ?? null,
    'practice.set': async (change: Parameters<PracticeSwitches['set']>[0]) => {
      if (practice === null) return null;
      const state = await practice.set(change);
      changed(state);
      return state;
    },
  };
}
