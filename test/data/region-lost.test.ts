/** The region file is part of the till's data, and every view of the till reports its loss. */
import assert from 'node:assert/strict';
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { before, describe, it } from 'node:test';
import { regionFilesIn } from '../../electron/customers/region.ts';
import { run } from '../command-line/run.ts';
import { openOfflineTill, saveFor, someMobile } from '../db/offline-till.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const people = 3000;
const damages: { readonly [how: string]: (file: string) => void } = {
  missing: (file) => rmSync(file),
  empty: (file) => truncateSync(file),
  'cut in half': (file) => truncateSync(file, readFileSync(file).length >> 1),
  'damaged in its first page': (file) => writeFileSync(file, readFileSync(file).fill(0x5a, 30, 300)),
  'damaged in every later page': (file) => {
    const bytes = readFileSync(file);
    for (let at = 4096 * 4 + 100; at < bytes.length; at += 4096) bytes.fill(0x5a, at, at + 50);
    writeFileSync(file, bytes);
  },
  'a folder': (file) => {
    rmSync(file);
    cpSync(temporaryFolder(), file, { recursive: true });
  },
};

let used = '';
const csv = path.join(temporaryFolder(), 'region.csv');
before(async () => {
  used = temporaryFolder();
  const till = await openOfflineTill(used);
  await saveFor(till, someMobile, 'Ownperson');
  await till.close();
  const rows = Array.from({ length: people }, (_, at) => `9198460${String(at).padStart(5, '0')},Regina,Person${at}`);
  writeFileSync(csv, `mobile,firstname,lastname\n${rows.join('\n')}\n`);
  const ran = await run(['import', csv, '--data', used]);
  assert.equal(ran.code, 0, ran.err);
});

type Findings = readonly { readonly check: string; readonly severity: string; readonly found: string }[];

describe("F58 the region's customers", () => {
  it('are counted by the doctor if they are there', async () => {
    const findings: Findings = JSON.parse((await run(['doctor', '--data', used, '--json'])).out).findings;
    assert.match(
      findings.find(({ check }) => check === 'region')?.found ?? '',
      new RegExp(`^${people} customers of the region`),
    );
    assert.match(
      findings.find(({ check }) => check === 'database')?.found ?? '',
      new RegExp(`${people + 1} customers`),
    );
  });

  for (const [how, damage] of Object.entries(damages)) {
    it(`${how}: the screen, the log and the doctor say so, and searching and saving still work`, async (t) => {
      const folder = path.join(temporaryFolder(), 'till');
      cpSync(used, folder, { recursive: true });
      damage(path.join(folder, regionFilesIn(folder)[0] ?? ''));
      const doctor = await run(['doctor', '--data', folder]);
      assert.equal(doctor.code, 2, doctor.out);
      assert.match(doctor.out, /ACT {3}region .*missing/);

      const till = await openOfflineTill(folder);
      t.after(() => till.close().catch(() => undefined));
      for (const query of ['Regina', 'Ownperson', '9198460', someMobile]) {
        const found = till.handlers['customers.search']({ query, limit: 20 });
        if (query === 'Ownperson') assert.equal((await found).hits.length, 1);
      }
      assert.equal((await saveFor(till, '919846000007', 'Changed')).kind, 'saved');
      assert.equal((await till.handlers['till.facts'](undefined)).isRegionLost, true);
      await till.close();

      const imported = await run(['import', csv, '--data', folder]);
      assert.equal(imported.code, 0, imported.err);
      const again = await openOfflineTill(folder);
      t.after(() => again.close());
      assert.equal((await again.handlers['till.facts'](undefined)).isRegionLost, false);
      assert.equal((await again.handlers['customers.search']({ query: 'Regina', limit: 5 })).hits.length, 5);
      assert.equal(
        readdirSync(folder).some((name) => name === 'tillside.db'),
        true,
      );
      assert.equal(existsSync(path.join(folder, 'set-aside')), false);
    });
  }
});
