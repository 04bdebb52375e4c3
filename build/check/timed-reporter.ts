/** Node's `spec` reporter, followed by the ten slowest tests, one a line: milliseconds, file, title. */
import path from 'node:path';
import { Readable } from 'node:stream';
import type { TestEvent } from 'node:test/reporters';
import { spec } from 'node:test/reporters';
import { projectRoot } from '../project-root.ts';
import { slowest, type Timed, timedLine } from './slowest.ts';

export default async function* report(source: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  const tests: Timed[] = [];
  const events = (async function* () {
    for await (const event of source) {
      if ((event.type === 'test:pass' || event.type === 'test:fail') && event.data.details.type !== 'suite') {
        const { name, file = '', details } = event.data;
        tests.push({ ms: details.duration_ms, file: path.relative(projectRoot, file), title: name });
      }
      yield event;
    }
  })();
  for await (const text of Readable.from(events).pipe(spec())) yield String(text);
  for (const test of slowest(tests)) yield timedLine(test);
}
