import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { attachEmptyRegion, attachRegion, customersOnTill, regionState } from '../../electron/customers/region.ts';
import { customerRow, findByIdentifier, markServed, readRecord } from '../../electron/customers/store.ts';
import { openEncrypted } from '../../electron/db/open.ts';
import { count } from '../../electron/db/statements.ts';
import { plainImport } from '../../electron/region/import-state.ts';
import { recordOf, testKey } from '../customers/cache.ts';
import { keepRecord } from '../helpers/keep-record.ts';
import { openImportRig, saveHere } from './import-rig.ts';

const heading = 'user_id,first name,Last Name,mobile,email,external_id,tier,points,custom.city,color\n';
const rita = '3001,Rita,James,+91 77136 43123,rita@example.com,RJ-1,gold,2280,Pune,red\n';
const arjun = '3002,Arjun,Rao,919845000001,,,silver,0,,\n';

describe('importing the customers of a region', () => {
  it("finds everybody in a CSV file by every kind of query, with all the file's data", async (t) => {
    const rig = openImportRig(t);
    const state = await rig.importText('region.csv', heading + rita + arjun);
    assert.equal(state.kind, 'done');
    for (const query of ['rita', 'james', 'james rita', '3123', '+91 77136', '77136 43', 'rita@', 'rj-1', 'id:3001']) {
      assert.deepEqual(rig.names(query), ['Rita James'], query);
    }
    assert.deepEqual(rig.names('arjnu'), ['Arjun Rao']);
    const id = rig.idOf('rita');
    const record = readRecord(rig.db, id);
    assert.equal(record?.loyalty?.points, 2280);
    assert.equal(record?.fields['custom.city'], 'Pune');
    assert.equal(customersOnTill(rig.db), 2);
    assert.equal(findByIdentifier(rig.db, { type: 'email', value: 'Rita@Example.com' }), id);
  });

  it("reads newline-delimited JSON in the API's form of a customer", async (t) => {
    const rig = openImportRig(t);
    const one = { user_id: 3001, firstname: 'Rita', lastname: 'James', mobile: '917713643123', loyalty_points: '12' };
    const state = await rig.importText(
      'region.ndjson',
      `\ufeff${JSON.stringify(one)}\n\n{"user_id":3002,"firstname":"Zoë"}`,
    );
    assert.equal(state.kind, 'done');
    assert.deepEqual(rig.names('zoe'), ['Zoë']);
    assert.equal(readRecord(rig.db, rig.idOf('rita'))?.loyalty?.points, 12);
  });

  it('lists refused lines by number and reason in a file of their own, without their contents', async (t) => {
    const rig = openImportRig(t);
    const lines = [
      '{"user_id":1,"firstname":"One"}',
      'not json',
      '["a list"]',
      '{"firstname":"Nobody"}',
      '{"user_id":2,"mobile":"call me"}',
      '{"user_id":1,"firstname":"Once more"}',
    ];
    const state = await rig.importText('region.ndjson', lines.join('\n'));
    assert.ok(state.kind === 'done' && state.report !== null);
    assert.equal(state.refused, 5);
    const report = readFileSync(state.report, 'utf8');
    const reported = report.split('\n').map((line) => line.split(',').slice(0, 2).join(','));
    assert.deepEqual(reported.slice(1, -1).sort(), [
      '1,told-again',
      '2,not-json',
      '3,not-an-object',
      '4,no-identifier',
      '5,not-a-mobile',
    ]);
    assert.doesNotMatch(report, /call me|Nobody/);
    assert.equal(path.dirname(state.report), path.join(rig.folder, 'files'));
    assert.deepEqual(rig.names('once'), ['Once more']);
    assert.equal(customersOnTill(rig.db), 1);
  });

  it('numbers the lines of a CSV despite quoted line breaks, wrong columns and stray quotes', async (t) => {
    const rig = openImportRig(t);
    const text = 'id;firstname\r\n1;"Anna\r\nMaria"\r\n2;Too;many\r\n3;b"ad\r\n4;Fine\r\n';
    const state = await rig.importText('region.csv', text);
    assert.ok(state.kind === 'done' && state.report !== null);
    const report = readFileSync(state.report, 'utf8');
    assert.match(report, /^4,wrong-columns/m);
    assert.match(report, /^5,open-quote/m);
    assert.deepEqual(rig.names('maria'), ['Anna Maria']);
    assert.deepEqual(rig.names('fine'), ['Fine']);
  });

  it('keeps unsent updates on top of the imported record, and finds them by their new values', async (t) => {
    const rig = openImportRig(t);
    await rig.importText('old.csv', heading + rita + arjun);
    const id = rig.idOf('rita');
    const updateId = saveHere(rig, id, { lastName: 'Baker' }, { lastName: 'James' });
    assert.deepEqual(rig.names('baker'), ['Rita Baker']);
    const state = await rig.importText('new.csv', heading + rita.replace('2280', '9999') + arjun);
    assert.equal(state.kind, 'done');
    assert.equal(rig.idOf('baker'), id, 'the customer has another id');
    assert.deepEqual(rig.names('rita james'), []);
    assert.equal(rig.outbox.firstReady(() => true)?.id, updateId);
    assert.equal(readRecord(rig.db, id)?.fields.lastName, 'James');
    assert.equal(readRecord(rig.db, id)?.loyalty?.points, 9999);
    assert.equal(customerRow(rig.db, id)?.open_updates, 1);
    assert.equal(customersOnTill(rig.db), 2);
  });

  it('replaces the last import, and keeps whoever was changed here', async (t) => {
    const rig = openImportRig(t);
    await rig.importText('old.csv', heading + rita + arjun);
    saveHere(rig, rig.idOf('rita'), { lastName: 'Baker' }, { lastName: 'James' });
    const kept = rig.idOf('rita');
    await rig.importText('new.csv', `${heading}3003,Devika,Nair,919845000002,,,,,,\n`);
    assert.deepEqual(rig.names('arjun'), []);
    assert.deepEqual(rig.names('devika'), ['Devika Nair']);
    assert.equal(rig.idOf('baker'), kept);
    assert.equal(customersOnTill(rig.db), 2);
    await rig.importText('newest.csv', `${heading}3003,Devika,Nair,919845000002,,,,,,\n`);
    // The previous one stays, for one step back.
    assert.equal(readdirSync(rig.dataDir).filter((name) => name.startsWith('region-')).length, 2);
  });

  it('does not overwrite newer data from the server with an older file', async (t) => {
    const rig = openImportRig(t);
    await rig.importText('region.csv', heading + rita);
    const newerRecord = recordOf({ firstName: 'Rita', lastName: 'Newer', mobile: '917713643123' }, '3001');
    const id = keepRecord(rig.db, newerRecord, Date.now() + 60_000);
    await rig.importText('region.csv', heading + rita);
    assert.deepEqual(rig.names('newer'), ['Rita Newer']);
    assert.equal(rig.idOf('rita'), id);
  });

  it('shows a customer whom the server sent while the file was read only once', async (t) => {
    const rig = openImportRig(t);
    const own = rig.add({ firstName: 'Rita', lastName: 'Here' }, '3001');
    await rig.importText('region.csv', heading + rita + arjun);
    assert.deepEqual(rig.names('rita'), ['Rita Here']);
    assert.equal(rig.idOf('rita'), own);
    assert.equal(customersOnTill(rig.db), 2);
  });

  it('lists customers served here before the others', async (t) => {
    const rig = openImportRig(t);
    const rows = Array.from({ length: 300 }, (_, at) => `${4000 + at},Asha,Nair${at},,,A${at},,,,\n`);
    await rig.importText('region.csv', heading + rows.join(''));
    const served = findByIdentifier(rig.db, { type: 'externalId', value: 'a250' });
    assert.ok(served !== null);
    markServed(rig.db, served, 5_000);
    assert.equal(rig.names('as')[0], 'Asha Nair250');
  });

  it('keeps the old customers if it is cancelled, and resumes with the same file', async (t) => {
    const rig = openImportRig(t);
    await rig.importText('old.csv', heading + rita);
    const rows = Array.from({ length: 60_000 }, (_, at) => `${5000 + at},Asha,Nair,,,B${at},,,,\n`);
    const source = path.join(rig.folder, 'files', 'new.csv');
    writeFileSync(source, heading + rows.join(''));
    const first = rig.newImport();
    first.start(source, { ...plainImport, sure: true });
    first.cancel();
    await first.ended;
    assert.equal(first.state.kind, 'cancelled');
    assert.deepEqual(rig.names('rita'), ['Rita James']);
    assert.ok(existsSync(path.join(rig.dataDir, 'import.part')));
    const second = rig.newImport();
    second.start(source, { ...plainImport, sure: true });
    await second.ended;
    assert.equal(second.state.kind, 'done');
    assert.equal(count(rig.db, 'select count(*) as n from region.customers'), 60_000);
    assert.equal(customersOnTill(rig.db), 60_000);
  });

  it('says what is wrong with a file without customers, and changes nothing', async (t) => {
    const rig = openImportRig(t);
    await rig.importText('old.csv', heading + rita);
    const why = async (name: string, text: string) => {
      const state = await rig.importText(name, text);
      return state.kind === 'failed' ? state.why : state.kind;
    };
    assert.equal(await why('a.csv', 'color,size\nred,7\n'), 'no-identifier-column');
    assert.equal(await why('b.json', '[{"user_id":1}]'), 'json-list');
    assert.equal(await why('c.csv', ''), 'empty');
    assert.equal(await why('d.ndjson', '{"firstname":"Nobody"}\n'), 'nothing-in-it');
    assert.equal(await why('e.csv', '\ufffe'), 'no-identifier-column');
    assert.deepEqual(rig.names('rita'), ['Rita James']);
  });

  it("starts without the region if its file is gone, and keeps the till's own customers", async (t) => {
    const rig = openImportRig(t);
    await rig.importText('region.csv', heading + rita + arjun);
    saveHere(rig, rig.idOf('rita'), { lastName: 'Baker' }, { lastName: 'James' });
    rig.db.prepare("update region_file set name = 'region-gone.db'").run();
    assert.equal(attachRegion(rig.db, rig.dataDir, testKey).kind, 'unusable');
    assert.equal(regionState(rig.db).kind, 'unusable');
    assert.deepEqual(rig.names('baker'), ['Rita Baker']);
    assert.deepEqual(rig.names('arjun'), []);
    assert.equal((await rig.importText('region.csv', heading + rita + arjun)).kind, 'done');
    assert.deepEqual(rig.names('arjun'), ['Arjun Rao']);
  });

  it('fails rather than give new ids while the last file cannot be read for a moment', async (t) => {
    const rig = openImportRig(t);
    await rig.importText('region.csv', heading + rita);
    const id = rig.idOf('rita');
    const name = readdirSync(rig.dataDir).find((one) => /^region-.*\.db$/.test(one)) ?? '';
    rig.db.exec('detach region');
    const other = openEncrypted({ file: path.join(rig.dataDir, name), keyHex: testKey });
    other.exec('begin exclusive');
    const failed = await rig.importText('again.csv', heading + rita);
    assert.equal(failed.kind, 'failed');
    other.close();
    attachEmptyRegion(rig.db);
    attachRegion(rig.db, rig.dataDir, testKey);
    assert.equal((await rig.importText('again.csv', heading + rita)).kind, 'done');
    assert.equal(rig.idOf('rita'), id);
  });
});
