/** Runs the given orders in a thread, because Node's test runner follows each promise of its own thread. */
import { parentPort, workerData } from 'node:worker_threads';
import { liveAll } from './live-all.ts';

parentPort?.postMessage(await liveAll(workerData));
