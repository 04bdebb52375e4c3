import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { customersOnTill } from '../../electron/customers/region.ts';
import { customerRow, markServed, readRecord } from '../../electron/customers/store.ts';
import { count } from '../../electron/db/statements.ts';
import {
  feedJsonSchema,
  filesToNewest,
  manifestName,
  manifestText,
  readManifest,
} from '../../electron/region/feed/manifest.ts';
import { newFeed, publishFiles, serveFolder } from './feed-rig.ts';
import { type ImportRig, openImportRig, saveHere } from './import-rig.ts';

type Person = { readonly id: number; readonly name: string; readonly points?: number };
const mobileOf = (id: number) => `9198450${String(10_000 + id)}`;
const nameOf = (id: number) => `Nair${String(id).padStart(5, '0')}`;
const people = (from: number, to: number): Person[] =>
  Array.from({ length: to - from }, (_, at) => ({ id: from + at + 1, name: nameOf(from + at) }));

type FeedRig = ImportRig & {
  readonly feedFolder: string;
  readonly publish: (
    people: readonly Person[],
    more?: Parameters<typeof publishFiles>[2],
  ) => ReturnType<typeof publishFiles>;
};

function openFeedRig(t: TestContext): FeedRig {
  const rig = openImportRig(t);
  const feedFolder = path.join(rig.folder, 'feed');
  const source = path.join(rig.folder, 'files', 'export.csv');
  mkdirSync(feedFolder);
  let times = 0;
  const startedAtMs = Date.now() - 3_600_000;
  return {
    ...rig,
    feedFolder,
    publish: (all, more = {}) => {
      const lines = all.map(({ id, name, points = 5 }) => `${id},Asha,${name},${mobileOf(id)},${points}\n`);
      writeFileSync(source, `user_id,firstname,lastname,mobile,points\n${lines.join('')}`);
      times += 1;
      return publishFiles(feedFolder, [source], { nowMs: startedAtMs + times * 60_000, ...more });
    },
  };
}

const manifestIn = (folder: string) => JSON.parse(readFileSync(path.join(folder, manifestName), 'utf8'));

describe('the region feed', () => {
  it('brings a till up to date over HTTP: the full file once, then only what is new, changed or gone', async (t) => {
    const rig = openFeedRig(t);
    const { url, served } = await serveFolder(t, rig.feedFolder);
    const { feed } = newFeed(t, rig, { feed: url });
    await rig.publish(people(0, 200));
    await feed.look();
    assert.equal(feed.facts?.failure, null);
    assert.deepEqual(rig.names('nair00007'), ['Asha Nair00007']);
    assert.equal(customersOnTill(rig.db), 200);
    const before = served.length;
    await feed.look();
    assert.deepEqual(
      served.slice(before).map(({ status }) => status),
      [304],
    );
    const kept = rig.idOf('nair00007');
    const next = people(1, 201).map((one) => (one.id === 8 ? { ...one, name: 'Baker', points: 99 } : one));
    const published = await rig.publish(next);
    assert.ok(published.kind === 'published');
    assert.deepEqual([published.changed, published.gone], [2, 1]);
    const from = served.length;
    await feed.look();
    assert.equal(feed.facts?.failure, null);
    assert.ok(served.slice(from).every(({ name }) => name === manifestName || name.includes('delta')));
    assert.deepEqual(rig.names('baker'), ['Asha Baker']);
    assert.equal(rig.idOf('baker'), kept);
    assert.equal(readRecord(rig.db, kept)?.loyalty?.points, 99);
    assert.deepEqual(rig.names('nair00200'), ['Asha Nair00200']);
    assert.ok(!rig.names('nair00000').includes('Asha Nair00000'));
    assert.equal(customersOnTill(rig.db), 200);
    assert.deepEqual(readdirSync(path.join(rig.dataDir, 'region-feed')), []);
  });

  it('reads a folder or share like a web server', async (t) => {
    const rig = openFeedRig(t);
    const { feed } = newFeed(t, rig, { feed: rig.feedFolder });
    await rig.publish(people(0, 50));
    await feed.look();
    assert.equal(customersOnTill(rig.db), 50);
    await rig.publish([...people(0, 50), { id: 61, name: 'New' }]);
    await feed.look();
    assert.deepEqual(rig.names('new'), ['Asha New']);
  });

  it('resumes a transfer that was cut off', async (t) => {
    const rig = openFeedRig(t);
    const server = await serveFolder(t, rig.feedFolder);
    const { feed } = newFeed(t, rig, { feed: server.url });
    await rig.publish(people(0, 3000));
    server.cutNextAfter(5000);
    await feed.look();
    assert.equal(feed.facts?.failure, 'unreachable');
    assert.equal(customersOnTill(rig.db), 0);
    await feed.look();
    assert.equal(feed.facts?.failure, null);
    const ranges = server.served.filter(({ status }) => status === 206).map(({ range }) => range);
    assert.equal(ranges.length, 1);
    assert.match(ranges[0] ?? '', /^bytes=[1-9]\d*-$/);
    assert.equal(customersOnTill(rig.db), 3000);
  });

  it('accepts nothing whose size, checksum or signature is wrong, and says so', async (t) => {
    const rig = openFeedRig(t);
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const inBase64 = publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
    const { feed } = newFeed(t, rig, { feed: rig.feedFolder, publicKey: inBase64 });
    await rig.publish(people(0, 20));
    await feed.look();
    assert.equal(feed.facts?.failure, 'not-signed');
    const other = generateKeyPairSync('ed25519').privateKey;
    await rig.publish(people(0, 21), { key: other });
    await feed.look();
    assert.equal(feed.facts?.failure, 'not-signed');
    await rig.publish(people(0, 22), { key: privateKey, sure: true });
    const manifest = manifestIn(rig.feedFolder);
    const file = path.join(rig.feedFolder, manifest.files[0].name);
    const whole = readFileSync(file);
    const changed = Buffer.from(whole);
    changed[changed.length - 1] = (changed.at(-1) ?? 0) ^ 1;
    for (const bytes of [changed, Buffer.concat([whole, whole]), whole.subarray(0, -1)]) {
      writeFileSync(file, bytes);
      await feed.look();
      assert.equal(feed.facts?.failure, 'damaged');
    }
    writeFileSync(file, whole);
    // Nobody may redate a signed file.
    writeFileSync(
      path.join(rig.feedFolder, manifestName),
      JSON.stringify({ ...manifest, madeAt: new Date().toISOString() }),
    );
    await feed.look();
    assert.equal(feed.facts?.failure, 'not-signed');
    assert.equal(customersOnTill(rig.db), 0);
    writeFileSync(path.join(rig.feedFolder, manifestName), JSON.stringify(manifest));
    await feed.look();
    assert.equal(feed.facts?.failure, null);
    assert.equal(customersOnTill(rig.db), 22);
  });

  it('stops an answer that does not end, and keeps nothing of it', async (t) => {
    const rig = openFeedRig(t);
    await rig.publish(people(0, 20));
    const manifest = readFileSync(path.join(rig.feedFolder, manifestName));
    let isManifestEndless = false;
    const server = http.createServer((request, response) => {
      const isManifest = request.url?.endsWith(manifestName) === true;
      if (isManifest && !isManifestEndless) return response.end(manifest);
      const more = () => {
        while (response.write(' '.repeat(1 << 16)) && !response.destroyed);
      };
      response.on('drain', more);
      more();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    t.after(() => {
      server.closeAllConnections();
      server.close();
    });
    const { port }: AddressInfo = Object(server.address());
    const { feed } = newFeed(t, rig, { feed: `http://127.0.0.1:${port}` });
    for (const endless of [false, true]) {
      isManifestEndless = endless;
      await feed.look();
      assert.equal(feed.facts?.failure, 'damaged');
    }
    assert.deepEqual(readdirSync(path.join(rig.dataDir, 'region-feed')), []);
  });

  it('goes on with a manifest that was made after the clock of the publishing machine was put right', async (t) => {
    const rig = openFeedRig(t);
    const { feed } = newFeed(t, rig, { feed: rig.feedFolder });
    const nextYearMs = Date.now() + 365 * 86_400_000;
    await rig.publish(people(0, 20), { nowMs: nextYearMs });
    await feed.look();
    for (const count of [21, 21, 22]) {
      await rig.publish(people(0, count));
      await feed.look();
      assert.equal(feed.facts?.failure, null);
      assert.equal(customersOnTill(rig.db), count);
    }
  });

  it('never goes back to an older copy of itself', async (t) => {
    const rig = openFeedRig(t);
    const { feed } = newFeed(t, rig, { feed: rig.feedFolder });
    await rig.publish(people(0, 20));
    const old = readFileSync(path.join(rig.feedFolder, manifestName));
    await rig.publish(people(0, 21));
    await feed.look();
    writeFileSync(path.join(rig.feedFolder, manifestName), old);
    await feed.look();
    assert.equal(feed.facts?.failure, 'older');
    assert.equal(customersOnTill(rig.db), 21);
  });

  it('a delta never overwrites newer data from the server, served customers or unsent updates', async (t) => {
    const rig = openFeedRig(t);
    const { feed } = newFeed(t, rig, { feed: rig.feedFolder });
    await rig.publish(people(0, 20));
    await feed.look();
    const [served, edited, fetched] = [rig.idOf('nair00001'), rig.idOf('nair00002'), rig.idOf('nair00003')];
    markServed(rig.db, served, Date.now());
    saveHere(rig, edited, { lastName: 'Unsent' }, { lastName: 'Nair00002' }, { type: 'userId', value: '3' });
    markServed(rig.db, fetched, 1);
    rig.db.prepare('update customers set as_of_ms = ? where id = ?').run(Date.now(), fetched);
    const next = people(0, 20)
      .filter(({ id }) => id !== 2)
      .map((one) => ({ ...one, points: 77, name: `New${one.id - 1}` }));
    await rig.publish(next);
    await feed.look();
    assert.equal(feed.facts?.failure, null);
    assert.notEqual(customerRow(rig.db, served), null, 'whoever was served here is gone');
    assert.deepEqual(rig.names('unsent'), ['Asha Unsent']);
    assert.equal(readRecord(rig.db, edited)?.fields.lastName, 'New2');
    assert.equal(customerRow(rig.db, fetched)?.last_name, 'Nair00003', 'older than the server’s own record');
    assert.equal(rig.outbox.counts().queued, 1);
  });

  it('can be undone after a delta, and does not apply the same delta again', async (t) => {
    const rig = openFeedRig(t);
    const { feed, customerImport } = newFeed(t, rig, { feed: rig.feedFolder });
    await rig.publish(people(0, 30));
    await feed.look();
    const wrong = people(1, 31).map((one) => ({ ...one, name: 'Wrong' }));
    await rig.publish(wrong, { sure: true });
    await feed.look();
    assert.equal(feed.facts?.failure, null);
    assert.equal(rig.names('wrong').length, 30);
    assert.ok(!rig.names('nair00000').includes('Asha Nair00000'));
    customerImport.undo();
    await customerImport.ended;
    assert.deepEqual(rig.names('wrong'), []);
    assert.deepEqual(rig.names('nair00000'), ['Asha Nair00000']);
    assert.equal(customersOnTill(rig.db), 30);
    assert.equal(count(rig.db, 'select count(*) as n from main.customers'), 0);
    await feed.look();
    assert.deepEqual(rig.names('wrong'), []);
    await rig.publish(people(0, 32));
    await feed.look();
    assert.equal(feed.facts?.failure, null);
    assert.equal(customersOnTill(rig.db), 32);
  });

  it('F57: asks once before it removes many customers, and applies the file if somebody agrees', async (t) => {
    const rig = openFeedRig(t);
    const { feed, customerImport } = newFeed(t, rig, { feed: rig.feedFolder });
    await rig.publish(people(0, 100));
    await feed.look();
    assert.equal((await rig.publish(people(0, 10))).kind, 'doubtful');
    await rig.publish(people(0, 10), { sure: true });
    await feed.look();
    assert.equal(feed.facts?.failure, 'asks');
    assert.equal(customersOnTill(rig.db), 100);
    // A till whose state the feed does not know downloads the full file, and asks about that one.
    rig.db.prepare("delete from remembered where name = 'region-feed'").run();
    await feed.look();
    assert.equal(feed.facts?.failure, 'asks');
    assert.equal(customerImport.state.kind, 'question');
    customerImport.answer(true);
    await customerImport.ended;
    assert.equal(customersOnTill(rig.db), 10);
    assert.equal(feed.facts?.failure, null);
    await feed.look();
    assert.equal(customersOnTill(rig.db), 10);
  });

  it('applies a delta of 10,000 among 20,000 in three seconds', async (t) => {
    const rig = openFeedRig(t);
    const { feed } = newFeed(t, rig, { feed: rig.feedFolder });
    await rig.publish(people(0, 20_000));
    await feed.look();
    await rig.publish(people(0, 20_000).map((one) => (one.id % 2 === 0 ? one : { ...one, points: 50 })));
    const startedMs = performance.now();
    const before = process.cpuUsage();
    await feed.look();
    const used = process.cpuUsage(before);
    assert.equal(feed.facts?.failure, null);
    assert.equal(count(rig.db, 'select count(*) as n from main.customers'), 10_000);
    const seconds = (performance.now() - startedMs) / 1000;
    t.diagnostic(`${seconds.toFixed(2)} s, ${((used.user + used.system) / 1e6).toFixed(2)} s of processor time`);
    // On an idle machine; a loaded one gets more time.
    assert.ok((used.user + used.system) / 1e6 < 3, `${(used.user + used.system) / 1e6} s of processor time`);
  });
});

describe("the feed's manifest", () => {
  it('has a published schema', () => {
    const file = fileURLToPath(new URL('../../build/config/tillside-region-feed.schema.json', import.meta.url));
    assert.deepEqual(JSON.parse(readFileSync(file, 'utf8')), JSON.parse(JSON.stringify(feedJsonSchema())));
  });

  it('leads from each of its own states by deltas, and from any other by the full file', async (t) => {
    const rig = openFeedRig(t);
    const states: string[] = [];
    for (const to of [10, 11, 12]) {
      const published = await rig.publish(people(0, to));
      if (published.kind === 'published') states.push(published.state);
    }
    const manifest = readManifest(readFileSync(path.join(rig.feedFolder, manifestName), 'utf8'), null);
    assert.ok(typeof manifest !== 'string');
    const kinds = (state: string | null) => filesToNewest(manifest, state)?.map(({ kind }) => kind);
    assert.deepEqual(kinds(states[0] ?? ''), ['delta', 'delta']);
    assert.deepEqual(kinds(states[1] ?? ''), ['delta']);
    assert.deepEqual(kinds(states[2] ?? ''), []);
    assert.deepEqual(kinds('of another feed'), ['full']);
    assert.deepEqual(kinds(null), ['full']);
  });

  it('names no file outside its folder', () => {
    const file = {
      kind: 'full',
      size: 1,
      sha256: '0'.repeat(64),
      state: 's',
      madeAt: '2026-01-01T00:00:00Z',
      customers: 1,
    };
    for (const name of ['../x', '/etc/passwd', 'a/b', 'C:\\x', '..', '.x', '']) {
      const text = JSON.stringify({
        format: 1,
        madeAt: '2026-01-01T00:00:00Z',
        state: 's',
        files: [{ ...file, name }],
      });
      assert.equal(readManifest(text, null), 'not-a-manifest', name);
    }
    assert.equal(
      typeof manifestText({ format: 1, madeAt: '2026-01-01T00:00:00Z', state: 's', files: [] }, null),
      'string',
    );
  });
});
