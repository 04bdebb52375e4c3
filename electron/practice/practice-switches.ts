/** The practice bar's view of the practice server. */
import type { PracticeControl } from './practice-control.ts';
import { type PracticeFault, type PracticeSwitches, practiceFaults } from './practice-state.ts';
import { sampleWireCustomers } from './sample-customers.ts';

export function practiceSwitches(control: PracticeControl): PracticeSwitches {
  /** A fault that only tests use shows as `none` in the bar. */
  const fault = (): PracticeFault => practiceFaults.find((known) => known === control.fault) ?? 'none';
  const state = () => ({ connection: control.connection, fault: fault() });
  return {
    state,
    set: async (change) => {
      if (change.fault !== undefined) control.setFault(change.fault);
      if (change.connection !== undefined) await control.setConnection(change.connection);
      return state();
    },
    sampleCustomers: () => sampleWireCustomers(control.localTime),
  };
}
