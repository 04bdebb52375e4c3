/**
 * `npm run failures`: the failures seen in the field by number, with the tests that hold each. With `-- --check` it runs
 * those tests (minutes) and lists each comment that names a failure although no test of that failure runs its line; exit
 * code 1 if there is one.
 */
import { parseArgs } from 'node:util';
import { looseCitations } from './check/citations.ts';
import { failureIndex } from './check/failures.ts';
import { say } from './command-line.ts';

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });

if (values.check) {
  const loose = await looseCitations(say);
  for (const sentence of loose) process.stdout.write(`${sentence}\n`);
  process.exitCode = loose.length === 0 ? 0 : 1;
} else {
  for (const [number, tests] of failureIndex()) {
    process.stdout.write(`${number}\n`);
    for (const { file, title } of tests) process.stdout.write(`  ${file}  ${title}\n`);
  }
}
