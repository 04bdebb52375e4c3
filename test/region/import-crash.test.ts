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

function crash(rig: ImportRig, source: string, phase: 'reading' | 'indexing' | 'refreshing'): void {
  const ended = spawnSync(process.execPath, [child, rig.dataDir, source, phase], { encoding: 'utf8' });
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
        // What was committed is not read again.
        assert.ok(Number(part.prepare('select records from import_progress').pluck().get()) >= 20_000);
        part.close();
      }
      await importAgain(rig, source);
      assertNew(rig, rita);
    });
  }

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
