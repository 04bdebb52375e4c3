/** Which code a comment with a failure's number is about, and whether a test with that number ran it. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { citationsIn, withCalls } from '../../../build/check/citations.ts';
import { watchCitedLines } from '../../../build/check/cited-lines.ts';
import { projectRoot } from '../../../build/project-root.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

describe('a comment that names a failure', () => {
  const called = (text: string) => {
    const found = citationsIn('a.ts', text).map((citation, id) => ({ ...citation, id }));
    return withCalls(text, found).replaceAll('ranCited', 'ran');
  };

  it('is about the function, the statement or the part of a statement that follows it', () => {
    assert.equal(
      called('/** One (F02, F03). */\nexport function b() { return 1; }'),
      '/** One (F02, F03). */\nexport function b() {ran(0);ran(1); return 1; }',
    );
    assert.equal(
      called('/** F04 */\nconst c = () => {\n  // F05\n  call();\n};'),
      '/** F04 */\nconst c = () => {ran(0);\n  // F05\n  ran(1);call();\n};',
    );
    assert.equal(called('// F06\nconst d = async (e) => ({ e });'), '// F06\nconst d = async (e) => (ran(0),({ e }));');
    assert.equal(
      called('function f() {\n  if (g)\n    // F07\n    return [\n      // F08\n      ...h(),\n    ];\n}'),
      'function f() {\n  if (g)\n    // F07\n    {ran(0);return [\n      // F08\n      ...(ran(1),h()),\n    ];}\n}',
    );
    assert.equal(
      called('const i = () =>\n  j &&\n  // F09\n  k({\n    // F10\n    l: m,\n  });'),
      'const i = () =>\n  j &&\n  // F09\n  (ran(0),k({\n    // F10\n    l: (ran(1),m),\n  }));',
    );
  });

  it('is about every function of the file or class that it stands above', () => {
    assert.equal(
      called("/** All (F01). */\nimport a from 'a';\nconst b = () => a;\nfunction c() { b(); }"),
      "/** All (F01). */\nimport a from 'a';\nconst b = () => (ran(0),a);\nfunction c() {ran(0); b(); }",
    );
    assert.equal(called('/** F02 */\nclass D {\n  e() { f(); }\n}'), '/** F02 */\nclass D {\n  e() {ran(0); f(); }\n}');
  });

  it('needs no test if it is about a type or data', () => {
    assert.deepEqual(citationsIn('a.ts', '/** F10 */\nconst longestMs = 5;\ntype J =\n  /** F11 */\n  | 1 | 2;'), []);
    assert.deepEqual(citationsIn('a.ts', '/** F07 */\ntype G = { /** F08 */ h: 1 };\n/** F09 */\ninterface I {}'), []);
  });

  it('is refused if it stands where no call can be added', () => {
    assert.throws(() => citationsIn('a.ts', 'const a = () => ({\n  // F01\n  b,\n});'), /before "b": move it/);
  });

  it('needs a test with that number that runs the line, in this thread or another', async () => {
    const folder = temporaryFolder();
    const names = ['held.ts', 'loose.ts', 'thread.ts'];
    writeFileSync(path.join(folder, 'held.ts'), '/** F01 */\nexport const held = (): number => 1;\n');
    writeFileSync(path.join(folder, 'loose.ts'), '/** F02 */\nexport const loose = (): number => 2;\n');
    writeFileSync(path.join(folder, 'thread.ts'), '/** F03 */\nconst inThread = (): void => {};\ninThread();\n');
    const test = path.join(folder, 'a.test.ts');
    writeFileSync(
      test,
      `import { describe as group, it as check } from 'node:test';
       import { Worker } from 'node:worker_threads';
       import { held } from './held.ts';
       import { loose } from './loose.ts';
       group('F01', () => { check('in a group', () => void held()); });
       check('of another number, F01', () => void loose());
       check('F03', (_, done) => new Worker(new URL('./thread.ts', import.meta.url)).once('exit', () => done()));`,
    );
    const cited = watchCitedLines(names.map((name) => path.relative(projectRoot, path.join(folder, name))));
    try {
      const { NODE_TEST_CONTEXT, TILLSIDE_CITED, TILLSIDE_CITED_IN, ...env } = process.env;
      const args = ['--test', ...cited.args, test];
      const child = spawn(process.execPath, args, { env: { ...env, ...cited.env }, stdio: 'ignore' });
      assert.equal(await new Promise((resolve) => child.once('close', resolve)), 0);
      assert.deepEqual(
        cited.loose().map((sentence) => sentence.replace(/^.*\//, '')),
        ['loose.ts:1 names F02, but no test of F02 runs it.'],
      );
    } finally {
      cited.end();
    }
  });
});
