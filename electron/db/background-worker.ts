/** Runs one task of `background.ts` in a thread of its own, on a connection that only reads. */
import { parentPort, workerData } from 'node:worker_threads';
import { type BackgroundTask, runTask } from './background-tasks.ts';

const task: BackgroundTask = workerData;
parentPort?.postMessage(runTask(task));
