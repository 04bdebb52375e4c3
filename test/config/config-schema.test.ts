import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { configJsonSchema } from '../../electron/config/config-schema.ts';
import { readMachineConfig } from '../../electron/config/machine-config.ts';
import { run } from '../command-line/run.ts';

const folder = fileURLToPath(new URL('../../build/config', import.meta.url));
const readExample = (name: string) => readFileSync(path.join(folder, 'examples', name), 'utf8');

type Node = { readonly [key: string]: unknown };
const node = z.record(z.string(), z.unknown());
const nodeOf = (value: unknown): Node => node.safeParse(value).data ?? {};

/** Every key of the config with its own schema, by path. */
function keysOf(schema: Node, at = ''): [string, Node][] {
  const branches = Array.isArray(schema.oneOf) ? schema.oneOf.map(nodeOf) : [];
  return [
    ...branches.flatMap((branch) => keysOf(branch, at)),
    ...Object.entries(nodeOf(schema.properties)).flatMap(([name, value]): [string, Node][] => {
      const key = at === '' ? name : `${at}.${name}`;
      return [[key, nodeOf(value)], ...keysOf(nodeOf(value), key)];
    }),
  ];
}

describe('the JSON Schema of the machine config', () => {
  it('in build/config matches the rules (npm run tillside -- config schema)', async () => {
    const kept = JSON.parse(readFileSync(path.join(folder, 'tillside-config.schema.json'), 'utf8'));
    assert.deepEqual(
      kept,
      JSON.parse(JSON.stringify(configJsonSchema())),
      'the file is out of date: generate it again',
    );
    const printed = await run(['config', 'schema']);
    assert.equal(printed.code, 0);
    assert.deepEqual(JSON.parse(printed.out), kept);
  });

  it('explains every key, and names nothing of this machine', () => {
    const keys = keysOf(nodeOf(configJsonSchema()));
    assert.equal(keys.length > 40, true);
    assert.deepEqual(
      keys.filter(([, { description }]) => typeof description !== 'string').map(([key]) => key),
      [],
    );
    assert.equal(new Map(keys).get('store.timeZone')?.default, undefined);
    assert.equal(new Map(keys).get('sync.settleSeconds')?.default, 5);
  });

  it('has no key that could hold a secret', () => {
    const keys = keysOf(nodeOf(configJsonSchema())).map(([key]) => key);
    assert.deepEqual(
      keys.filter((key) => /secret|password|token|passphrase/i.test(key)),
      [],
    );
  });
});

describe('the roll-out examples', () => {
  it('have a config that can be used', () => {
    assert.equal(readMachineConfig(path.join(folder, 'examples', 'config.json')).auth.method, 'basic');
  });

  it('give the secret by standard input or the environment, never as an argument, and use commands that exist', async () => {
    for (const name of globSync('**/*.*', { cwd: path.join(folder, 'examples') })) {
      const text = readExample(name);
      assert.doesNotMatch(text, /(secret set|ArgumentList).*(\{\{|\$env:TILLSIDE_SECRET|till_secret)/, name);
      for (const [, words] of text.matchAll(/(?:tillside |ArgumentList )((?:'?[a-z-]+'?(?:, | )?)+)/g)) {
        const command =
          (words ?? '')
            .replace(/[',]/g, '')
            .trim()
            .split(/ (?=-)| --/)[0] ?? '';
        const help = await run([...command.split(' '), '--help']);
        assert.equal(help.code, 0, `${name}: ${command}`);
      }
    }
    assert.match(readExample('ansible.yml'), /stdin: "\{\{ till_secret \}\}"\n {6}no_log: true/);
    assert.match(readExample('user-secret.ps1'), /\$env:TILLSIDE_SECRET = /);
  });
});
