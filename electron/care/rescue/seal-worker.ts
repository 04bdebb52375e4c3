/** Runs one sealing of `seal-task.ts` in a thread of its own. */
import { parentPort, workerData } from 'node:worker_threads';
import { runSealTask, type SealTask } from './seal-task.ts';

const task: SealTask = workerData;
parentPort?.postMessage(await runSealTask(task));
