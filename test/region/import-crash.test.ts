import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { attachRegion, customersOnTill } from '../../electron/customers/region.ts';
import { readRecord } from '../../electron/customers/store.ts';
import { openEncrypted } from '../../electron/db/open.ts';
import { plainImport } from '../../electron/region/import-state.ts';
import { testKey } from '../customers/cache.ts';
import { type ImportRig, openImportRig, saveHere } from './import-rig.ts';

const child = fileURLToPath(new URL('./importing-child.ts', import.meta.url));
const heading = 'user_id,first name,last name,mobile,points\n';
const rows = 25_000;

/** A till with two customers of an older file, an unsent change to one of them, and a new large file. */
async function tillWithOldRegion(t: TestContext): Promise<{ rig: ImportRig; rita: number; source: string }> {
  const rig = openImportRig(t);
  await rig.importText('old.csv', `${heading}3001,Rita,James,917713643123,5\n3002,Arjun,Rao,919845000001,6\n`);
  const rita = rig.idOf('rita');
  saveHere(rig, rita, { lastName: 'Baker' }, { lastName: 'James' });
  const source = path.join(rig.folder, 'files', 'new.csv');
  const others = Array.from({ length: rows - 1 }, (_, at) => `${5000 + at},Asha,Nair${at},,\n`);
  writeFileSync(source, `${heading}3001,Rita,James,917713643123,9999\n,Nobody,Here,,\n${others.join('')}`);
  return { rig, rita, source };
}

function crash(rig: ImportRig, source: string, phase: 'reading' | 'indexing' | 'refreshing', index = 0): void {
  const ended = spawnSync(process.execPath, [child, rig.dataDir, source, phase, String(index)], { encoding: 'utf8' });
  assert.equal(ended.signal, 'SIGKILL', `the import was never ${phase}: ${ended.stderr}`);
  // As the next start does.
  attachRegion(rig.db, rig.dataDir, testKey);
}

async function importAgain(rig: ImportRig, source: string): Promise<void> {
  const again = rig.newImport();
  again.resumeAtStart();
  await again.ended;
  again.start(source, { ...plainImport, sure: true });
  await again.ended;
  assert.ok(again.state.kind === 'done' && again.state.report !== null);
  assert.equal(again.state.refused, 1);
  const listed = readFileSync(again.state.report, 'utf8').split('\n').slice(1, -1);
  assert.deepEqual(
    listed.map((line) => line.split(',').slice(0, 2).join(',')),
    ['3,no-identifier'],
  );
}

function assertOld(rig: ImportRig): void {
  assert.deepEqual(rig.names('baker'), ['Rita Baker']);
  assert.deepEqual(rig.names('arjun'), ['Arjun Rao']);
  assert.deepEqual(rig.names('asha'), []);
  assert.equal(customersOnTill(rig.db), 2);
}

function assertNew(rig: ImportRig, rita: number): void {
  assert.deepEqual(rig.names('baker'), ['Rita Baker']);
  assert.equal(rig.idOf('baker'), rita);
  assert.equal(readRecord(rig.db, rita)?.loyalty?.points, 9999);
  assert.deepEqual(rig.names('arjun'), []);
  assert.deepEqual(rig.names(`nair${rows - 2}`), [`Asha Nair${rows - 2}`]);
  assert.equal(customersOnTill(rig.db), rows);
  assert.equal(rig.outbox.counts().queued, 1);
}

describe('a till that is killed during an import', () => {
  for (const phase of ['reading', 'indexing'] as const) {
    it(`while ${phase}: keeps all the old customers, and the same file again brings the new ones`, async (t) => {
      const { rig, rita, source } = await tillWithOldRegion(t);
      crash(rig, source, phase);
      assertOld(rig);
      const staging = path.join(rig.dataDir, 'import.part');
      assert.ok(existsSync(staging));
      if (phase === 'indexing') {
        const part = openEncrypted({ file: staging, keyHex: testKey });
        // Nothing is read again.
        assert.equal(part.prepare('select records from import_progress').pluck().get(), rows + 1);
        part.close();
      }
      await importAgain(rig, source);
      assertNew(rig, rita);
    });
  }

  for (const index of [1, 3, 6]) {
    it(`at index ${index} of a small file: the same file again brings each customer once`, async (t) => {
      const rig = openImportRig(t);
      const source = path.join(rig.folder, 'files', 'new.csv');
      const others = Array.from({ length: 3000 }, (_, at) => `,Asha,Nair${at},9198460${10_000 + at},\n`);
      writeFileSync(source, `${heading}3001,Rita,James,917713643123,1\n${others.join('')}`);
      crash(rig, source, 'indexing', index);
      const again = rig.newImport();
      again.resumeAtStart();
      await again.ended;
      again.start(source, { ...plainImport, sure: true });
      await again.ended;
      assert.deepEqual([again.state.kind, customersOnTill(rig.db)], ['done', 3001]);
      assert.deepEqual([rig.names('rita'), rig.names('nair2999')], [['Rita James'], ['Asha Nair2999']]);
    });
  }

  it("while indexing a file with other people's ids: still asks about it", async (t) => {
    const rig = openImportRig(t);
    const people = (name: string, mobile: number) =>
      heading + Array.from({ length: 3000 }, (_, at) => `${5000 + at},Asha,${name}${at},${mobile + at},\n`).join('');
    await rig.importText('old.csv', people('Nair', 919846010000));
    const source = path.join(rig.folder, 'files', 'new.csv');
    writeFileSync(source, people('Rao', 919846020000));
    crash(rig, source, 'indexing', 3);
    const again = rig.newImport();
    again.start(source, plainImport);
    await again.ended;
    assert.deepEqual(again.state.kind === 'question' && again.state.doubts, ['other-people']);
    again.answer(false);
  });

  it('while laying unsent changes: has the new customers, and the next start lays the changes over them', async (t) => {
    const { rig, rita, source } = await tillWithOldRegion(t);
    crash(rig, source, 'refreshing');
    assert.deepEqual(rig.names('baker'), ['Rita Baker']);
    assert.deepEqual(rig.names('arjun'), []);
    const next = rig.newImport();
    next.resumeAtStart();
    await next.ended;
    assertNew(rig, rita);
  });
});
