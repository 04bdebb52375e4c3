/** Words that the code no longer uses, and files that comments name but that do not exist. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { readSource, sourceFiles } from '../../build/check/import-graph.ts';

const gone: readonly { readonly never: RegExp; readonly say: string }[] = [
  { never: /\bfruits?\b/, say: '“earned”' },
  { never: /\bsettle(?:Outcome|Applied)\b|\bletSettle\b/, say: '“commitOutcome” and “waitBeforeReadBack”' },
  { never: /\bRegionLaying\b/, say: '“OwnCopiesRefresh”' },
  { never: /\bLaterPart\b|\bForgetCustomer\b/, say: '“LazyPart” and “EraseCustomer”' },
  { never: /\b(?:KeptText|DeskNews|BadLine)\b/, say: '“DraftStorage”, “DeskEvents” and “BadConnection”' },
  { never: /\b[Tt]oldDoor\b/, say: '“RecordKeeper”' },
  { never: /\blineFailed\b|\bisLineBad\b/, say: '“connection”' },
  { never: /\bcannot be had\b/, say: '“is not available”' },
  { never: /\bgives? on\b|\bcomes? home\b|\bthe very (?:value|same)\b/, say: 'what happens, in plain words' },
  { never: /\bapi-facts\b/, say: 'the trap’s number, from electron/loyalty-api/README.md' },
  { never: /[`/ ]support\/(?!tillside)/, say: '“care/”, as the room is called' },
];

const thisFile = 'test/house/words.test.ts';

/** The comments of a file, in TypeScript and in markup. */
const commentsOf = (text: string) =>
  [...text.matchAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*|<!--[\s\S]*?-->/gm)].map(([comment]) => comment).join('\n');

function faultsOf(file: string, text: string): string[] {
  return gone.flatMap(({ never, say }) => {
    const [said] = never.exec(text) ?? [];
    return said === undefined ? [] : [`${file} says “${said}”. Say ${say}.`];
  });
}

it('nobody uses a retired word', () => {
  const faults = sourceFiles()
    .filter((file) => file !== thisFile)
    .flatMap((file) => faultsOf(file, readSource(file)));
  assert.deepEqual(faults, []);
  assert.deepEqual(faultsOf('a.ts', 'the fruit of a save'), ['a.ts says “fruit”. Say “earned”.']);
});

it('a file that a comment names exists', () => {
  const files = [...sourceFiles(), 'README.md', 'SECURITY.md'];
  const isThere = (name: string) => files.some((file) => file === name || file.endsWith(`/${name}`));
  const missing = files.flatMap((file) =>
    [...commentsOf(readSource(file)).matchAll(/(?<![\w.-])[\w-]+(?:[./][\w-]+)*\.(?:ts|mjs|md|svelte)\b/g)]
      .filter(([name]) => !isThere(name))
      .map(([name]) => `${file} names ${name}, which is not there.`),
  );
  assert.deepEqual(missing, []);
});

it('a trap of the API that a comment names is in the list', () => {
  const [, traps = ''] = readSource('electron/loyalty-api/README.md').split('## Traps');
  const listed = new Set([...traps.matchAll(/^(\d+)\. /gm)].map(([, number]) => Number(number)));
  assert.equal(listed.size, 14);
  const missing = sourceFiles().flatMap((file) =>
    [...commentsOf(readSource(file)).matchAll(/\btraps? (\d+(?:(?:, | and )\d+)*)/gi)]
      .flatMap(([, numbers = '']) => numbers.match(/\d+/g) ?? [])
      .filter((number) => !listed.has(Number(number)))
      .map((number) => `${file} names trap ${number}, which is not in the list.`),
  );
  assert.deepEqual(missing, []);
});
