/** A file too long to read in one go is split, or says here why not. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { readSource, sourceFiles } from '../../build/check/import-graph.ts';

const mostLines = 350;

const reasons: { readonly [file: string]: string } = {
  'electron/updates/outbox.ts': 'every way into and out of a state of an update, in one class with its table',
  'electron/sync/engine.ts':
    'its timers, probe and sleep share one state, which two classes would have to tell each other',
  'electron/region/customer-import.ts': 'the steps of one import, in the order in which they run',
  'electron/practice/wire-answers.ts': 'one function for each answer of the API, in the order of its pages',
  'electron/config/config-sections.ts': 'every section of the config with its rules, as IT reads it from top to bottom',
  'renderer/pages/CustomerPage.svelte': 'the place of each field on the page; a third of it is style',
  'renderer/pages/SearchColumn.svelte': 'a third of it is style',
  'renderer/parts/LoyaltyPanel.svelte': 'half of it is style',
  'renderer/state/customer-form.svelte.ts': 'one draft: typing, rules, refresh and Save all move the same fields',
  'test/helpers/electron/fake-electron.ts': 'stands in for one module',
  'test/faults/folder-matrix.test.ts': 'one matrix: files, faults and what each command must then say',
  'test/loyalty-api/client.test.ts': 'one case for each call',
  'test/loyalty-api/node-transport.test.ts': 'one case for each way in which a connection fails',
  'test/loyalty-api/outcomes.test.ts': 'the tables of all codes and answers',
  'test/loyalty-api/properties.test.ts': 'the properties share their generators',
  'test/renderer/search.test.ts': 'one case for each way to search',
  'test/region/strict-import.test.ts': 'one case for each thing that a file can hold',
};

it(`no file is longer than ${mostLines} lines without a reason`, () => {
  const long = sourceFiles().filter((file) => readSource(file).split('\n').length - 1 > mostLines);
  assert.deepEqual(
    long.filter((file) => !(file in reasons)).map((file) => `${file} is too long: split it.`),
    [],
  );
  assert.deepEqual(
    Object.keys(reasons)
      .filter((file) => !long.includes(file))
      .map((file) => `${file} needs no reason any more.`),
    [],
  );
});
