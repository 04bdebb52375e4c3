import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Component } from 'svelte';
import '../helpers/svelte-hooks.ts';

const { LazyPart } = await import('../../renderer/state/lazy-part.svelte.ts');

const page: Component<Record<string, never>> = () => ({});

describe('a part of the screen that is loaded later', () => {
  it('is loaded once, by whoever needs it first, and then shown at once', async () => {
    let loads = 0;
    const part = new LazyPart(async () => {
      loads += 1;
      return { default: page };
    });
    assert.equal(loads, 0);
    assert.equal(part.shown, null);
    await Promise.all([part.fetch(), part.fetch()]);
    assert.equal(part.shown, page);
    assert.equal(loads, 1);
  });

  it('says that it could not be loaded, and is requested again', async () => {
    let broken = true;
    const part = new LazyPart(async () => {
      if (broken) throw new Error('no such file');
      return { default: page };
    });
    await assert.rejects(part.fetch(), /no such file/);
    broken = false;
    await part.fetch();
    assert.equal(part.shown, page);
  });
});
