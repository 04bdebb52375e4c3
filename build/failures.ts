/** `npm run failures`: the failures seen in the field by number, with the tests that hold each. */
import { failureIndex } from './check/failures.ts';

for (const [number, tests] of failureIndex()) {
  process.stdout.write(`${number}\n`);
  for (const { file, title } of tests) process.stdout.write(`  ${file}  ${title}\n`);
}
