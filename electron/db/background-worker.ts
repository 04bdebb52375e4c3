/** Worker thread that runs one task of `background-tasks.ts` on a read-only connection. */
import { parentPort, workerData } from 'node:worker_threads';
import { type BackgroundTask, runTask } from './background-tasks.ts';

const task: BackgroundTask = workerData;
parentPort?.postMessage(runTask(task));
