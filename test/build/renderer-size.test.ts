import assert from 'node:assert/strict';
import path from 'node:path';
import { it } from 'node:test';
import { distFolder, ensureBuilt } from '../../build/bundles.ts';
import { gzippedScriptKb, mostRendererKb } from '../bench/renderer-size.ts';

it('the screen stays small: what a till loads before its first search', async () => {
  await ensureBuilt(['renderer']);
  const kb = gzippedScriptKb(path.join(distFolder, 'renderer'));
  assert.ok(kb > 20, 'the screen was not built');
  assert.ok(kb <= mostRendererKb, `${kb.toFixed(1)} KB of JavaScript, gzipped; at most ${mostRendererKb}`);
});
