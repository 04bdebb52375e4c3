/** Runs one job in this process: `measure.ts JOB CUSTOMERS full|check`. Prints its goals as one line of JSON. */
import { jobs } from './jobs.ts';

const [name = '', customers = '', how = ''] = process.argv.slice(2);
const job = jobs[name];
if (job === undefined) throw new Error(`there is no job ${name}`);
const goals = await job(Number(customers), how === 'check');
process.stdout.write(`${JSON.stringify(goals)}\n`);
