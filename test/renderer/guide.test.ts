import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import '../helpers/svelte-hooks.ts';

const { Guide, guideSteps } = await import('../../renderer/state/guide.svelte.ts');

function storage() {
  const kept = new Map<string, string>();
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  };
}

describe('the first steps', () => {
  it('move on when staff do what the step says, and only then', () => {
    const guide = new Guide(storage());
    guide.did('save');
    assert.equal(guide.step, 'find');
    guide.did('find');
    assert.equal(guide.step, 'change');
    guide.did('change');
    guide.did('save');
    assert.equal(guide.step, 'watch');
    guide.back();
    assert.equal(guide.step, 'save');
  });

  it('are five, and do not come back on this computer once done', () => {
    const machine = storage();
    const guide = new Guide(machine);
    for (const step of guideSteps) {
      assert.equal(guide.step, step);
      guide.next();
    }
    assert.equal(guideSteps.length, 5);
    assert.equal(guide.step, null);
    assert.equal(new Guide(machine).step, null);
  });

  it('can be skipped for good, and opened again', () => {
    const machine = storage();
    new Guide(machine).end();
    const later = new Guide(machine);
    assert.equal(later.step, null);
    later.again();
    assert.equal(later.step, 'find');
  });
});
