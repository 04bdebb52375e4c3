/** A region's file that an earlier version of Tillside wrote. */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { it, type TestContext } from 'node:test';
import {
  attachEmptyRegion,
  attachRegion,
  customersOnTill,
  regionFilePath,
  regionFilesIn,
  regionState,
} from '../../electron/customers/region.ts';
import { openEncrypted } from '../../electron/db/open.ts';
import { testKey } from '../customers/cache.ts';
import { newFeed, publishFiles, serveFolder } from './feed-rig.ts';
import { openImportRig } from './import-rig.ts';

async function withFeed(t: TestContext) {
  const rig = openImportRig(t);
  const feedFolder = path.join(rig.folder, 'feed');
  mkdirSync(feedFolder);
  const { url, served } = await serveFolder(t, feedFolder);
  const { feed } = newFeed(t, rig, { feed: url });
  const startedAtMs = Date.now() - 3_600_000;
  let times = 0;
  const publish = async (...people: readonly string[]) => {
    const source = path.join(rig.folder, 'files', 'export.csv');
    writeFileSync(source, ['user_id,firstname,lastname,mobile', ...people, ''].join('\n'));
    times += 1;
    await publishFiles(feedFolder, [source], { nowMs: startedAtMs + times * 60_000 });
    const from = served.length;
    await feed.look();
    assert.equal(feed.facts?.failure, null);
    return served.slice(from).flatMap(({ name }) => /(full|delta)/.exec(name)?.[1] ?? []);
  };
  /** As if an earlier version had written it. @returns what the till then says of its region */
  const writtenAs = (format: number) => {
    const [name = ''] = regionFilesIn(rig.folder);
    attachEmptyRegion(rig.db);
    const file = openEncrypted({ file: regionFilePath(rig.folder, name), keyHex: testKey });
    file.prepare('update about set format = ?').run(format);
    file.close();
    return attachRegion(rig.db, rig.folder, testKey);
  };
  return { ...rig, publish, writtenAs };
}

const anil = '1,Anil,Nair,919845010001';
const bina = '2,Bina,Rao,919845010002';

it('keeps its customers, with the search keys that it has, until the feed sends a full file', async (t) => {
  const rig = await withFeed(t);
  assert.deepEqual(await rig.publish(anil), ['full']);
  const state = rig.writtenAs(2);
  assert.deepEqual([state.kind, state.kind === 'there' && state.isOlder, customersOnTill(rig.db)], ['there', true, 1]);
  assert.deepEqual(rig.names('nair'), ['Anil Nair']);
  assert.deepEqual(await rig.publish(anil, bina), ['full']);
  const after = regionState(rig.db);
  assert.deepEqual([after.kind === 'there' && after.isOlder, rig.names('rao')], [false, ['Bina Rao']]);
  assert.deepEqual(await rig.publish(anil, bina, '3,Cara,Iyer,919845010003'), ['delta']);
});

it('of a format that is not known is not used, and the till says so', async (t) => {
  const rig = await withFeed(t);
  await rig.publish(anil);
  for (const format of [1, 4]) assert.equal(rig.writtenAs(format).kind, 'unusable');
});
