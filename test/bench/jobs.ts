/** The measurements; `measure.ts` runs each in its own process. */

import { measureFlush } from './flush.ts';
import type { Goal } from './goals.ts';
import { measureImport } from './import.ts';
import { measureMemory } from './memory.ts';
import { measureOpen } from './open.ts';
import { measureSave } from './save.ts';
import { measureScreen } from './screen.ts';
import { measureSearch } from './search-job.ts';

export type Job = (customers: number, isCheck: boolean) => Promise<readonly Goal[]>;

export const jobs: { readonly [name: string]: Job } = {
  import: measureImport,
  search: measureSearch,
  open: measureOpen,
  save: measureSave,
  flush: measureFlush,
  memory: measureMemory,
  screen: measureScreen,
};
