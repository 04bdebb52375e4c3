/** Preloaded into each unit test and its threads; see `cited-lines.ts`. The files on the disk stay unchanged. */
import { openSync, readFileSync, writeSync } from 'node:fs';
import { registerHooks } from 'node:module';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { isMainThread } from 'node:worker_threads';
import type { CitedPlan } from './cited-lines.ts';

const { NODE_TEST_CONTEXT, TILLSIDE_CITED: folder } = process.env;
const [, test = ''] = process.argv;
/** The crash tests kill at random, so what they run differs each time. */
const mayHold = (): boolean => !/[\\/]crash[\\/]/.test(test) && /\bF\d\d\b/.test(readFileSync(test, 'utf8'));

if (NODE_TEST_CONTEXT !== undefined && folder !== undefined && mayHold()) {
  const { sources, failures }: CitedPlan = JSON.parse(readFileSync(path.join(folder, 'plan.json'), 'utf8'));
  // Now, because a test may replace functions of `fs` later.
  const ran = openSync(path.join(folder, 'ran'), 'a');
  const noted = new Set<number>();
  // A thread belongs to the test that started it.
  const running = [process.env.TILLSIDE_CITED_IN ?? ''];

  Reflect.set(globalThis, 'ranCited', (id: number) => {
    const failure = failures[id] ?? '';
    if (noted.has(id) || !running.some((title) => title.includes(failure))) return;
    noted.add(id);
    writeSync(ran, `${id}\n`);
  });

  registerHooks({
    load(url, context, nextLoad) {
      const result = nextLoad(url, context);
      // The desktop's tests load the main process any number of times, each with a mark.
      const source = sources[url.replace(/\?.*$/, '')];
      return source === undefined ? result : { ...result, source };
    },
  });

  if (isMainThread) {
    const { afterEach, beforeEach } = await import('node:test');
    const nowIn = (change: () => unknown) => {
      change();
      process.env.TILLSIDE_CITED_IN = running.join(' ');
    };
    beforeEach((t) => nowIn(() => running.push((t as TestContext).fullName)));
    afterEach((t) => nowIn(() => running.splice(running.lastIndexOf((t as TestContext).fullName), 1)));
  }
}
