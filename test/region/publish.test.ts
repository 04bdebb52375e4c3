import assert from 'node:assert/strict';
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { zstdDecompressSync } from 'node:zlib';
import { markServed } from '../../electron/customers/store.ts';
import { keepFeedMemory } from '../../electron/region/feed/feed-memory.ts';
import { readManifest } from '../../electron/region/feed/manifest.ts';
import { run } from '../command-line/run.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { newFeed } from './feed-rig.ts';
import { openImportRig, saveHere } from './import-rig.ts';

const heading = 'user_id,firstname,mobile\n';

describe('tillside region publish', () => {
  it('makes one region of several files, signs it, and names what is new, changed and gone', async () => {
    const folder = temporaryFolder();
    const to = path.join(folder, 'feed');
    const { privateKey } = generateKeyPairSync('ed25519');
    const key = path.join(folder, 'region.pem');
    writeFileSync(key, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
    const [north, south] = [path.join(folder, 'north.csv'), path.join(folder, 'south.ndjson')];
    const publish = (...more: string[]) =>
      run(['region', 'publish', north, south, '--to', to, '--key', key, '--country', 'IN', ...more]);
    writeFileSync(north, `${heading}1,Anna,9845000001\n2,Berta,919845000002\n`);
    writeFileSync(south, '{"user_id":3,"firstname":"Carla"}\n{"user_id":4,"firstname":"Dora"}\n');
    assert.equal((await publish()).code, 0);
    writeFileSync(north, `${heading}1,Anne,9845000001\n2,Berta,919845000002\n`);
    writeFileSync(south, '{"user_id":3,"firstname":"Carla"}\n{"user_id":5,"firstname":"Erna"}\n');
    const second = await publish('--json');
    assert.equal(second.code, 0, second.err);
    assert.deepEqual(
      [JSON.parse(second.out).customers, JSON.parse(second.out).changed, JSON.parse(second.out).gone],
      [4, 2, 1],
    );
    const text = readFileSync(path.join(to, 'tillside-region.json'), 'utf8');
    const manifest = readManifest(text, createPublicKey(privateKey));
    assert.ok(typeof manifest !== 'string');
    const lines = (kind: string) => {
      const name = manifest.files.find((file) => file.kind === kind)?.name ?? '';
      return zstdDecompressSync(readFileSync(path.join(to, name)))
        .toString()
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line));
    };
    assert.deepEqual(lines('delta'), [
      { user_id: '1', firstname: 'Anne', mobile: '919845000001' },
      { user_id: 5, firstname: 'Erna' },
      { user_id: '4', gone: true },
    ]);
    assert.equal(lines('full').length, 4);
    const names = readdirSync(to);
    assert.equal((await publish()).out.includes('No changes'), true);
    assert.deepEqual(readdirSync(to), names);
  });

  it('makes a feed that whoever may read its folder can read, such as a web server', async (t) => {
    if (process.platform === 'win32') return;
    const before = process.umask(0o077);
    t.after(() => process.umask(before));
    const folder = temporaryFolder();
    const file = path.join(folder, 'customers.csv');
    writeFileSync(file, `${heading}1,Anna,919845000001\n`);
    for (const [around, made, files] of [
      [0o755, 0o755, 0o644],
      [0o1777, 0o755, 0o644],
      [0o700, 0o700, 0o600],
    ] as const) {
      const www = path.join(folder, around.toString(8));
      mkdirSync(www);
      chmodSync(www, around);
      const to = path.join(www, 'a', 'feed');
      for (const name of ['Anna', 'Anne']) {
        writeFileSync(file, `${heading}1,${name},919845000001\n`);
        assert.equal((await run(['region', 'publish', file, '--to', to])).code, 0);
      }
      const modeOf = (place: string) => (statSync(place).mode & 0o777).toString(8);
      assert.deepEqual([modeOf(path.dirname(to)), modeOf(to)], [made.toString(8), made.toString(8)]);
      assert.deepEqual(
        new Set(readdirSync(to).map((name) => modeOf(path.join(to, name)))),
        new Set([files.toString(8)]),
      );
    }
  });

  it('names the file that is missing or damaged', async () => {
    const folder = temporaryFolder();
    const to = path.join(folder, 'feed');
    const file = path.join(folder, 'customers.csv');
    const missing = await run(['region', 'publish', file, '--to', to]);
    assert.equal(missing.code, 2);
    assert.match(missing.err, /Could not read or write .*customers\.csv \(ENOENT\)\. Nothing was published/);
    writeFileSync(file, `${heading}1,Anna,919845000001\n`);
    assert.equal((await run(['region', 'publish', file, '--to', to])).code, 0);
    const full = path.join(to, readdirSync(to).find((name) => name.startsWith('region-full')) ?? '');
    writeFileSync(full, readFileSync(full).fill(0x5a, 10));
    const damaged = await run(['region', 'publish', file, '--to', to]);
    assert.equal(damaged.code, 2, damaged.err);
    assert.match(damaged.err, /region-full.* is missing or damaged\. Nothing was published/);
    rmSync(full);
    assert.match((await run(['region', 'publish', file, '--to', to])).err, /region-full.* is missing or damaged/);
    const [good, empty] = [file, path.join(folder, 'empty.csv')];
    writeFileSync(empty, '');
    const unreadable = await run(['region', 'publish', good, empty, '--to', path.join(folder, 'other')]);
    assert.match(unreadable.err, /empty\.csv: The file is empty\. Nothing was published\.$/);
  });

  it("publishes nothing that looks wrong, and overwrites nobody else's folder", async () => {
    const folder = temporaryFolder();
    const file = path.join(folder, 'all.csv');
    const to = path.join(folder, 'feed');
    const publish = (...more: string[]) => run(['region', 'publish', file, '--to', to, ...more]);
    writeFileSync(file, `${heading}1,Anna,\n,Nobody,\n`);
    const doubtful = await publish();
    assert.equal(doubtful.code, 2);
    assert.match(doubtful.out, /all\.csv, line 3: there is no user id/);
    assert.match(doubtful.out, /^Can publish 1 customer; skips 1 of 2 lines\./);
    assert.match(doubtful.err, /^Too many lines cannot be used: 1 of 2\.\nNothing was published/);
    assert.deepEqual(readdirSync(to), []);
    assert.equal((await publish('--yes')).code, 1);
    writeFileSync(file, Buffer.from(heading, 'utf16le'));
    assert.equal((await publish()).code, 2);
    writeFileSync(path.join(to, 'tillside-region.json'), '{"of": "somebody else"}');
    writeFileSync(file, `${heading}1,Anna,\n`);
    assert.equal((await publish()).code, 2);
    assert.equal(readFileSync(path.join(to, 'tillside-region.json'), 'utf8'), '{"of": "somebody else"}');
  });

  it('asks before it publishes a signed feed without its key or with another, even if nothing else is new', async () => {
    const folder = temporaryFolder();
    const to = path.join(folder, 'feed');
    const file = path.join(folder, 'all.csv');
    const [key, other] = ['region.pem', 'other.pem'].map((name) => {
      const { privateKey } = generateKeyPairSync('ed25519');
      writeFileSync(path.join(folder, name), privateKey.export({ type: 'pkcs8', format: 'pem' }));
      return path.join(folder, name);
    });
    assert.ok(key !== undefined && other !== undefined);
    const publish = (...more: string[]) => run(['region', 'publish', file, '--to', to, ...more]);
    writeFileSync(file, `${heading}1,Anna,\n`);
    assert.equal((await publish('--key', key)).code, 0);
    const manifest = () => readFileSync(path.join(to, 'tillside-region.json'), 'utf8');
    const signed = manifest();
    for (const text of [`${heading}1,Anna,\n`, `${heading}1,Anna,\n2,Berta,\n`]) {
      writeFileSync(file, text);
      for (const more of [[], ['--key', other]]) {
        const refused = await publish(...more);
        assert.equal(refused.code, 2);
        assert.match(refused.err, /^Until now the feed was signed with another key, or --key is missing/);
        assert.equal(manifest(), signed);
      }
    }
    assert.equal((await publish('--key', key)).code, 0);
    assert.equal((await publish('--key', other, '--yes')).code, 0);
    assert.equal((await publish('--key', other)).code, 0);
  });

  it('refuses a country or time zone that does not exist', async () => {
    const folder = temporaryFolder();
    const file = path.join(folder, 'all.csv');
    writeFileSync(file, 'user_id,mobile,registered_on\n1,9845000001,2019-09-11T10:12:00Z\n');
    const publish = (...more: string[]) => run(['region', 'publish', file, '--to', path.join(folder, 'feed'), ...more]);
    for (const [option, value] of [
      ['--country', 'UK'],
      ['--country', 'India'],
      ['--zone', 'Mars/Olympus'],
    ] as const) {
      const { code, err } = await publish(option, value);
      assert.equal(code, 64);
      assert.match(err, new RegExp(`${option} is an? `));
    }
    assert.equal((await publish('--country', 'in', '--zone', 'Asia/Kolkata')).code, 0);
  });

  it('says whether the key is missing, of another kind or no key', async () => {
    const folder = temporaryFolder();
    const [file, key] = [path.join(folder, 'all.csv'), path.join(folder, 'region.pem')];
    writeFileSync(file, `${heading}1,Anna,\n`);
    const said = async () => {
      const ran = await run(['region', 'publish', file, '--to', path.join(folder, 'feed'), '--key', key]);
      assert.equal(ran.code, 2);
      return ran.err;
    };
    assert.match(await said(), /region\.pem does not exist/);
    writeFileSync(key, generateKeyPairSync('x25519').privateKey.export({ type: 'pkcs8', format: 'pem' }));
    assert.match(await said(), /of the kind x25519, not Ed25519/);
    writeFileSync(key, 'no key');
    assert.match(await said(), /not an Ed25519 private key in PEM/);
  });

  it('makes every till erase the customers IT names, even one that served them or applies the full file later', async (t) => {
    const { folder, ...till } = openImportRig(t);
    const [file, list, to] = [path.join(folder, 'all.csv'), path.join(folder, 'erased.txt'), path.join(folder, 'feed')];
    const publish = (...more: string[]) => run(['region', 'publish', file, '--to', to, ...more]);
    const mobileOf = (id: number) => `91984500${String(id).padStart(4, '0')}`;
    const numbers = Array.from({ length: 30 }, (_, at) => at + 1);
    const write = (without: readonly number[]) =>
      writeFileSync(
        file,
        `${heading}${numbers
          .filter((id) => !without.includes(id))
          .map((id) => `${id},Nair,${mobileOf(id)}\n`)
          .join('')}`,
      );
    write([]);
    assert.equal((await publish()).code, 0);
    const { feed } = newFeed(t, { folder, ...till }, { feed: to });
    await feed.look();
    const late = openImportRig(t);
    const lateFeed = newFeed(t, late, { feed: to }).feed;
    await lateFeed.look();
    for (const rig of [till, late]) markServed(rig.db, rig.idOf(mobileOf(3)), Date.now());
    saveHere(till, till.idOf(mobileOf(4)), { lastName: 'Rao' }, { lastName: null }, { type: 'userId', value: '4' });

    // The file may still contain erased customers; a list may begin with a heading, and most of it may be about other
    // regions.
    const elsewhere = numbers.map((id) => `${9000 + id}\r\n`).join('');
    writeFileSync(list, `\uFEFFuser_id\r\n3\r\n4\r\n${elsewhere}`);
    const erased = await publish('--erased', list, '--json');
    assert.equal(erased.code, 0, erased.err);
    assert.deepEqual(
      [JSON.parse(erased.out).customers, JSON.parse(erased.out).gone, JSON.parse(erased.out).erased],
      [28, 0, 32],
    );
    await feed.look();
    assert.equal(feed.facts?.failure, null);
    assert.deepEqual([till.names(mobileOf(3)), till.names(mobileOf(5))], [[], ['Nair']]);
    assert.deepEqual(till.names(mobileOf(4)), []);
    assert.equal(till.db.prepare("select count(*) as n from updates where state = 'queued'").pluck().get(), 1);

    // The next time nobody names them, and a till whose state the feed no longer knows applies the full file.
    write([7]);
    assert.equal((await publish()).code, 0);
    await feed.look();
    assert.deepEqual([till.names(mobileOf(3)), till.names(mobileOf(7))], [[], []]);
    keepFeedMemory(late.db, { state: null, etag: null }, Date.now());
    await lateFeed.look();
    assert.equal(lateFeed.facts?.failure, null);
    assert.deepEqual([late.names(mobileOf(3)), late.names(mobileOf(7)), late.names(mobileOf(5))], [[], [], ['Nair']]);
    assert.equal((await publish()).out.includes('No changes'), true);

    writeFileSync(list, '12\nnair@example.com\n');
    const refused = await publish('--erased', list);
    assert.deepEqual([refused.code, refused.err.includes('line 2'), refused.err.includes('nair@')], [2, true, false]);
  });
});
