import assert from 'node:assert/strict';
import { test } from 'node:test';
import { commandOf, keyMap, keysOf, keyWord } from '../../renderer/state/commands.ts';

const press = (key: string, held: Partial<Parameters<typeof commandOf>[0]> = {}) => ({
  key,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  ...held,
});

test('keys act on what is in front: behind the set-up nothing is saved, closed or found', () => {
  for (const pressed of [press('s', { ctrlKey: true }), press('Escape'), press('F2'), press('F1'), press('a')]) {
    assert.equal(commandOf(pressed, 'set-up', false), null, pressed.key);
    assert.equal(commandOf(pressed, 'starting', false), null, pressed.key);
  }
  assert.equal(commandOf(press('s', { ctrlKey: true }), 'customer', true), 'save');
  assert.equal(commandOf(press('S', { metaKey: true }), 'customer', true), 'save');
  assert.equal(commandOf(press('s', { ctrlKey: true }), 'updates', false), null);
});

test('keys in a field type there; outside of one they go to the search', () => {
  assert.equal(commandOf(press('a'), 'home', false), 'type-ahead');
  assert.equal(commandOf(press('a'), 'home', true), null);
  assert.equal(commandOf(press(' '), 'home', false), null, 'a space is a press');
  assert.equal(commandOf(press('?'), 'customer', false), 'help');
  assert.equal(commandOf(press('?'), 'customer', true), null);
  assert.equal(commandOf(press('F1'), 'customer', true), 'help');
  assert.equal(commandOf(press('Escape'), 'customer', true), 'back');
  assert.equal(commandOf(press('a', { ctrlKey: true }), 'home', false), null);
});

test('every line in the list of shortcuts does what it says, and names its keys as the keyboard does', () => {
  for (const { keys, command } of keyMap) {
    for (const key of keys) {
      const [name = '', held] = key.split('+').toReversed();
      assert.equal(commandOf(press(name, { ctrlKey: held === 'Control' }), 'customer', false), command ?? null, key);
    }
  }
  const words = keyMap.flatMap(({ keys }) => keys.map(keyWord));
  assert.deepEqual(words, ['F2', '↑', '↓', 'Enter', 'Ctrl+S', 'Esc', 'Tab', '?', 'F1']);
  assert.equal(keysOf('help'), '? F1');
});
