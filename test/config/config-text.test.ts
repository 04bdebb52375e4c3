import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it, test } from 'node:test';
import { type ConfigProblem, MachineConfigError, readMachineConfig } from '../../electron/config/machine-config.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const good = {
  api: { url: 'https://eu.example.com' },
  auth: { method: 'basic', till: 'store 123' },
  store: { countryCode: 'IN' },
  health: { metricsFile: '/var/lib/tillside.prom', heartbeatUrl: 'https://m.example.com/beat?key=9' },
};

function read(bytes: string | Buffer): readonly ConfigProblem[] {
  const file = path.join(temporaryFolder(), 'config.json');
  writeFileSync(file, bytes);
  try {
    readMachineConfig(file);
    return [];
  } catch (error) {
    if (error instanceof MachineConfigError) return error.problems;
    throw error;
  }
}

const problemsIn = (bytes: string | Buffer) =>
  read(bytes).map(({ line, column, found }) => `${line ?? '-'}:${column ?? '-'} ${found}`);

const lines = `${JSON.stringify(good, null, 2)}\n`;

test('a config is read as editors save it: with a byte order mark, with either line ending', () => {
  for (const text of [lines, `\uFEFF${lines}`, lines.replaceAll('\n', '\r\n'), `\n\n${lines}\n`]) {
    assert.deepEqual(read(text), []);
  }
});

test('a folder instead of a file is reported', () => {
  const folder = temporaryFolder();
  const isFolder = (error: unknown) =>
    error instanceof MachineConfigError && error.problems[0]?.found === 'a folder, a device or a pipe';
  assert.throws(() => readMachineConfig(folder), isFolder);
});

describe('a mistake in the text is reported by line and column', () => {
  const changes: readonly (readonly [string, from: string, to: string, expected: string])[] = [
    ['a comma too few', '"basic",', '"basic"', '7:5 no comma between two entries'],
    ['a comma too many', '"store 123"', '"store 123",', '8:3 no key'],
    ['a quote too few', '"basic"', '"basic', '6:15 text without its closing quote'],
    ['typographic quotes', '"basic"', '“basic”', '6:15 a word or symbol without quotes'],
    ['single quotes', '"basic"', "'basic'", '6:15 a word or symbol without quotes'],
    ['a colon too few', '"auth": {', '"auth" {', '5:10 no colon after the key'],
    ['a comment', '"auth": {', '// who\n  "auth": {', '5:3 a comment'],
    ['a Windows path', '/var/lib/tillside.prom', 'C:\\Program Files\\q.prom', '13:20 a single backslash'],
    ['a tab in a text', 'store 123', 'store\t123', '7:13 a control character in a text, such as a tab or a line break'],
    ["Python's None", '"basic"', 'None', '6:15 a word or symbol without quotes'],
    ['two objects', lines, `${lines}{}`, '17:1 more text after the end'],
    ['an end too few', '\n}\n', '\n', '15:4 a section that is not closed'],
    ['a key twice', '"auth": {', '"api": 1,\n  "auth": {', '5:3 the same key a second time'],
  ];
  for (const [what, from, to, expected] of changes) {
    it(what, () => {
      assert.ok(lines.includes(from));
      const found = problemsIn(lines.replace(from, () => to));
      assert.ok(found.includes(expected), `${expected}\nis not in\n${found.join('\n')}`);
      assert.equal(found[0], expected);
    });
  }

  it('several commas in a row are one mistake', () => {
    assert.deepEqual(problemsIn('{"api":{"x":1,,},"b":2}'), ['1:15 no key']);
    assert.deepEqual(problemsIn('{"api":[1,,,2],,"b":2}').length, 2);
  });

  it('a text cut off anywhere is reported, at a place that exists', () => {
    for (let length = 0; length < lines.trimEnd().length; length += 1) {
      const [first] = read(lines.slice(0, length));
      assert.ok(first !== undefined, `cut at ${length}`);
      const at = lines.slice(0, length).split('\n');
      if (first.line !== undefined) assert.ok(first.line <= at.length, `cut at ${length}: line ${first.line}`);
    }
  });

  it('a value that cannot be used, and a section that lacks one, are reported at their place', () => {
    const wrong = lines.replace('"IN"', '"India"').replace('"till": "store 123"', '"tills": "x"');
    assert.deepEqual(
      read(wrong).map(({ line, column, path: at }) => `${line}:${column} ${at}`),
      ['5:11 auth.till', '7:14 auth.tills', '10:20 store.countryCode'],
    );
  });
});

test('a file that is not UTF-8, empty, too large or no object is reported as such', () => {
  const utf16 = Buffer.from(`\uFEFF${lines}`, 'utf16le');
  for (const bytes of [utf16, Buffer.from(utf16).swap16(), Buffer.from(lines, 'utf16le')]) {
    assert.deepEqual(problemsIn(bytes), ['-:- text in UTF-16']);
  }
  const latin = Buffer.from(lines.replace('store 123', 'Café 123'), 'latin1');
  assert.match(problemsIn(latin).join(), /^7:17 a character that is not UTF-8/);
  for (const empty of ['', ' \n\t', '\uFEFF']) assert.deepEqual(problemsIn(empty), ['-:- an empty file']);
  assert.deepEqual(problemsIn(' '.repeat(1_000_001)), ['-:- more than 1 MB']);
  assert.match(problemsIn('[]').join(), /a list/);
  assert.match(problemsIn('7').join(), /a number/);
  for (const [open, close] of [
    ['[', ']'],
    ['{"a":', '}'],
  ] as const) {
    const deep = `${open.repeat(100_000)}"]}"${close.repeat(100_000)}`;
    for (const text of [deep, deep.slice(0, -9), `{"api":{"cluster":"eu"},"auth":${deep}}`]) {
      assert.match(problemsIn(text).join(), /^1:\d+ more than 50 sections inside one another$/);
    }
  }
  assert.deepEqual(problemsIn(lines.replace('store 123', '[{'.repeat(100))), []);
});

/** Replaces the good value of one key. */
function withValue(key: string, value: unknown): string {
  const [section = '', name = ''] = key.split('.');
  const config: { readonly [section: string]: object } = good;
  return JSON.stringify({ ...config, [section]: { ...config[section], [name]: value } }, null, 2);
}

test('a value that cannot work is refused, with the path of its key', () => {
  const wrong: readonly (readonly [string, string])[] = [
    ['api.url', 'https://eu.example.com/?x=1'],
    ['api.url', 'https://eu.example.com/#top'],
    ['api.url', 'https://till:hunter2@eu.example.com'],
    ['api.url', 'https://@eu.example.com'],
    ['api.url', ' https://eu.example.com'],
    ['api.url', 'https://eu.exa\tmple.com'],
    ['api.url', 'https://eu.example.com/\u200b'],
    ['api.url', 'https:\\\\eu.example.com'],
    ['api.url', 'http://eu.example.com'],
    ['api.url', 'eu.example.com'],
    ['health.heartbeatUrl', 'https://m.example.com/#x'],
    ['health.heartbeatUrl', 'https://u:p@m.example.com/'],
    ['health.metricsFile', 'tillside.prom'],
    ['health.metricsFile', '/var/lib/x.prom\n'],
    ['rescue.copyTo', 'copies'],
    ['rescue.copyTo', './copies'],
    ['scanner.suffix', 'x'.repeat(21)],
    ['auth.till', 'store:123'],
    ['auth.till', ' store123'],
    ['auth.till', 'store123\u00a0'],
    ['auth.till', 'store\u200b123'],
    ['auth.till', 'store\u0007'],
    ['auth.till', ''],
    ['store.countryCode', 'UK'],
    ['store.countryCode', 'XX'],
  ];
  for (const [key, value] of wrong) {
    assert.deepEqual(
      read(withValue(key, value)).map(({ path: at }) => at),
      [key],
      JSON.stringify(value),
    );
  }
  for (const url of ['https://eu.example.com/base/', 'http://localhost:8080', 'http://[::1]:1']) {
    assert.deepEqual(read(withValue('api.url', url)), [], url);
  }
});

test('no report repeats a value or any of the text, whatever is wrong with it', () => {
  const secret = 'hunter2-Zx9';
  const places = [
    ...['api.url', 'api.cluster', 'api.timeoutSeconds', 'auth.till', 'auth.method', 'store.timeZone', 'store.locale'],
    ...['rescue.publicKey', 'update.channel', 'update.feedUrl', 'health.metricsFile', 'log.level', 'sync.markField'],
  ];
  const values = [
    `https://u:${secret}@x.example.com`,
    `${secret}\u0000`,
    [secret],
    { [`k${1}`]: secret },
    `:${secret}`,
  ];
  const texts = places.flatMap((key) => values.map((value) => withValue(key, value)));
  const cut = texts.flatMap((text) => [
    text.replace('"api"', 'api'),
    text.slice(0, text.indexOf(secret) + 5),
    `${text},`,
  ]);
  let refused = 0;
  for (const text of [...texts, ...cut]) {
    const problems = read(text);
    const error = new MachineConfigError('config.json', problems);
    refused += problems.length > 0 ? 1 : 0;
    assert.doesNotMatch(`${error.message}${JSON.stringify(problems)}`, /hunt|Zx9/);
  }
  assert.ok(refused > 200, String(refused));
});
