/** The screen's calls of the practice bar. Outside practice mode there is nothing to tell, and nothing happens. */
import type { PracticeState, PracticeSwitches } from './practice-state.ts';

/** @param changed after the server was made to behave in another way */
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
