import assert from 'node:assert/strict';
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { zstdDecompressSync } from 'node:zlib';
import { readManifest } from '../../electron/region/feed/manifest.ts';
import { run } from '../command-line/run.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

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
    assert.equal((await publish()).out.includes('Nothing is new'), true);
    assert.deepEqual(readdirSync(to), names);
  });

  it('publishes nothing that looks wrong, and writes over no folder of somebody else', async () => {
    const folder = temporaryFolder();
    const file = path.join(folder, 'all.csv');
    const to = path.join(folder, 'feed');
    const publish = (...more: string[]) => run(['region', 'publish', file, '--to', to, ...more]);
    writeFileSync(file, `${heading}1,Anna,\n,Nobody,\n`);
    const doubtful = await publish();
    assert.equal(doubtful.code, 2);
    assert.match(doubtful.out, /all\.csv, line 3: there is no user id/);
    assert.deepEqual(readdirSync(to), []);
    assert.equal((await publish('--yes')).code, 1);
    writeFileSync(file, Buffer.from(heading, 'utf16le'));
    assert.equal((await publish()).code, 2);
    writeFileSync(path.join(to, 'tillside-region.json'), '{"of": "somebody else"}');
    writeFileSync(file, `${heading}1,Anna,\n`);
    assert.equal((await publish()).code, 2);
    assert.equal(readFileSync(path.join(to, 'tillside-region.json'), 'utf8'), '{"of": "somebody else"}');
  });
});
