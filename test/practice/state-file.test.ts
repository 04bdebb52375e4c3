import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { anchors } from '../../electron/practice/anchors.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { serve, update } from './practice-client.ts';

const { ritaJames, snehaIyer, vikramIyer, ashaRaman } = anchors;

function stateFileOf(): string {
  const folder = temporaryFolder();
  return path.join(folder, 'deep', 'practice.json');
}

test('changes, merges and deletions survive a restart', async (t) => {
  const stateFile = stateFileOf();
  const first = await serve(t, { stateFile, orgConfig: { whenOccupied: 'merge' } });
  await update(first, { id: String(ritaJames.userId), firstname: 'Reeta' });
  await update(first, { id: String(snehaIyer.userId), email: vikramIyer.email });
  first.control.eraseCustomer(ashaRaman.userId);
  const before = first.control.customers;
  await first.close();

  const second = await serve(t, { stateFile });
  assert.deepEqual(new Set(second.control.customers), new Set(before));
  assert.equal(second.control.customer(ritaJames.userId)?.firstName, 'Reeta');
  assert.equal(second.control.customer(vikramIyer.userId), null);
  assert.equal(second.control.customer(ashaRaman.userId), null);
  await update(second, { id: String(ritaJames.userId), lastname: 'Again' });
  await second.close();

  const third = await serve(t, { stateFile });
  const kept = third.control.customer(ritaJames.userId);
  assert.deepEqual([kept?.firstName, kept?.lastName, kept?.updateCount], ['Reeta', 'Again', 2]);
});

test('the file holds only changed customers, and is written a while after the last change', async (t) => {
  const stateFile = stateFileOf();
  const server = await serve(t, { stateFile });
  await update(server, { id: String(ritaJames.userId), firstname: 'Reeta' });
  server.clock.advance(400);
  await update(server, { id: String(ritaJames.userId), firstname: 'Rita' });
  server.clock.advance(400);
  // Long enough to notice a file written too early.
  for (let round = 0; round < 5; round += 1) await writeFile(path.join(path.dirname(path.dirname(stateFile)), 'x'), '');
  assert.throws(() => readFileSync(stateFile), { code: 'ENOENT' });
  server.clock.advance(100);
  await server.close();
  const kept = JSON.parse(readFileSync(stateFile, 'utf8'));
  assert.equal(kept.customers.length, 1);
  assert.deepEqual(readdirSync(path.dirname(stateFile)), ['practice.json'], 'no unfinished file is left');
});

test('a server that changed nothing writes nothing', async (t) => {
  const stateFile = stateFileOf();
  const server = await serve(t, { stateFile });
  await server.close();
  assert.throws(() => readFileSync(stateFile), { code: 'ENOENT' });
});

test('an unusable file is ignored: practice starts from the samples', async (t) => {
  const stateFile = path.join(path.dirname(path.dirname(stateFileOf())), 'practice.json');
  for (const content of ['', '{"version":1', '{"version":2}', '[]', '{"version":1,"customers":[{"userId":1}]}']) {
    writeFileSync(stateFile, content);
    const server = await serve(t, { stateFile });
    assert.equal(server.control.customer(ritaJames.userId)?.firstName, 'Rita', content);
    await server.close();
  }
});

test('a read-only disk does not stop practice', async (t) => {
  const folder = path.dirname(path.dirname(stateFileOf()));
  writeFileSync(path.join(folder, 'file'), '');
  const server = await serve(t, { stateFile: path.join(folder, 'file', 'practice.json') });
  await update(server, { id: String(ritaJames.userId), firstname: 'Reeta' });
  await server.close();
  assert.equal(server.control.customer(ritaJames.userId)?.firstName, 'Reeta');
});
