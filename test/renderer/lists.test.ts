/**
 * No list of the screen uses a key that could come twice: Svelte would throw and take the page down. A list either has
 * no keys or goes through `once`, which passes each key only once.
 */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { type AST, parse } from 'svelte/compiler';
import { once } from '../../renderer/state/once.ts';

const renderer = path.resolve(import.meta.dirname, '../../renderer');

/** The unguarded keyed lists of a component, as written. */
function unguarded(source: string): readonly string[] {
  const found: string[] = [];
  const look = (node: unknown): void => {
    if (Array.isArray(node)) for (const one of node) look(one);
    else if (typeof node === 'object' && node !== null) {
      if (isEach(node) && node.key !== undefined && !isGuarded(node)) {
        found.push(source.slice(node.start, source.indexOf(')}', node.start) + 2));
      }
      for (const value of Object.values(node)) look(value);
    }
  };
  look(parse(source, { modern: true }).fragment);
  return found;
}

function isEach(node: object): node is AST.EachBlock {
  return 'type' in node && node.type === 'EachBlock';
}

function isGuarded({ expression, context, key }: AST.EachBlock): boolean {
  const throughOnce =
    expression.type === 'CallExpression' &&
    expression.callee.type === 'Identifier' &&
    expression.callee.name === 'once';
  const takesKey =
    context?.type === 'ObjectPattern' &&
    context.properties.some(
      (property) => property.type === 'Property' && property.key.type === 'Identifier' && property.key.name === 'key',
    );
  return throughOnce && takesKey && key?.type === 'Identifier' && key.name === 'key';
}

describe('the lists of the screen', () => {
  for (const name of globSync('**/*.svelte', { cwd: renderer })) {
    it(`${name}: no key that could come twice`, () => {
      assert.deepEqual(unguarded(readFileSync(path.join(renderer, name), 'utf8')), []);
    });
  }

  it('finds an unguarded key, even in a list within a list', () => {
    const bad = '{#each warnings as warning (warning)}<p>{warning}</p>{/each}';
    assert.deepEqual(unguarded(bad), ['{#each warnings as warning (warning)}']);
    assert.deepEqual(unguarded(`{#if true}{#each rows as row}${bad}{/each}{/if}`).length, 1);
    assert.deepEqual(unguarded('{#each once(rows, idOf) as { key, item } (item.name)}{item}{/each}').length, 1);
    assert.deepEqual(unguarded('{#each once(rows, idOf) as { key, item } (key)}{item}{/each}'), []);
  });

  it('`once` keeps the first of each key, in order', () => {
    const rows = [{ id: 2 }, { id: 1 }, { id: 2 }];
    assert.deepEqual(
      once(rows, ({ id }) => id).map(({ key, item }) => [key, rows.indexOf(item)]),
      [
        [2, 0],
        [1, 1],
      ],
    );
  });
});
