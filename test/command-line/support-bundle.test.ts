import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { strFromU8, unzipSync } from 'fflate';
import { folderFiles } from '../../electron/machine/folder-files.ts';
import { secretFile } from '../../electron/machine/secret-file.ts';
import { openOfflineTill, saveFor, someMobile, storedKey } from '../db/offline-till.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { runProgram } from './program.ts';
import { run } from './run.ts';

const secret = 'a secret that is only here';

/** A till with one update of a customer, on a computer whose user has a name. */
async function usedTill(): Promise<string> {
  const folder = path.join(temporaryFolder(), 'asha.rao', 'data');
  const till = await openOfflineTill(folder);
  await saveFor(till, someMobile, 'Confidential');
  await till.close();
  secretFile(folder, null).write('api-secret', secret);
  return folder;
}

function configIn(): string {
  const file = path.join(temporaryFolder(), 'config.json');
  const heartbeatUrl = 'https://monitoring.invalid/letsSomebodyIn/till?key=letsSomebodyIn';
  writeFileSync(
    file,
    JSON.stringify({
      api: { url: 'http://127.0.0.1:9' },
      auth: { method: 'basic', till: 'store123' },
      health: { heartbeatUrl },
    }),
  );
  return file;
}

function open(file: string): { readonly [name: string]: string } {
  const entries = unzipSync(readFileSync(file));
  return Object.fromEntries(Object.entries(entries).map(([name, bytes]) => [name, strFromU8(bytes)]));
}

describe('tillside support-bundle', () => {
  it('holds what its manifest says, byte for byte, with no customer, no secret and no user of the computer', async () => {
    const folder = await usedTill();
    const ran = await runProgram(['support-bundle', '--data', folder, '--config', configIn(), '--json'], {
      env: { HOME: path.dirname(folder) },
    });
    assert.equal(ran.code, 0, ran.err);
    const { file } = JSON.parse(ran.out);
    assert.equal(path.dirname(file), path.join(folder, 'support'));
    if (process.platform !== 'win32') assert.equal(statSync(file).mode & 0o777, 0o600);
    const inside = open(file);
    const manifest = JSON.parse(inside['manifest.json'] ?? '');
    const listed: { name: string; bytes: number; sha256: string; about: string }[] = manifest.files;
    assert.deepEqual(['manifest.json', ...listed.map(({ name }) => name)].toSorted(), Object.keys(inside).toSorted());
    for (const { name, bytes, sha256, about } of listed) {
      const content = inside[name] ?? '';
      assert.equal(Buffer.byteLength(content), bytes, name);
      assert.equal(createHash('sha256').update(content).digest('hex'), sha256, name);
      assert.notEqual(about, '');
    }
    assert.deepEqual(manifest.leftOut, []);
    const [update] = JSON.parse(inside['outbox.json'] ?? '');
    assert.deepEqual([update.state, update.fields], ['queued', ['lastName']]);
    assert.match(inside['doctor.json'] ?? '', /ECONNREFUSED/);
    assert.equal(JSON.parse(inside['config.json'] ?? '').auth.till, 'store123');
    const all = Object.values(inside).join('\n');
    const forbidden = ['Confidential', someMobile, '98450', secret, storedKey(folder), 'letsSomebodyIn', 'asha.rao'];
    for (const word of forbidden) assert.equal(all.includes(word), false, `${word} is in the bundle`);
  });

  it('is made where the person chooses, while the till is open', async (t) => {
    const folder = temporaryFolder();
    const till = await openOfflineTill(folder);
    t.after(() => till.close());
    const file = path.join(temporaryFolder(), 'for-support.zip');
    const ran = await runProgram(['support-bundle', file, '--data', folder, '--config', configIn()]);
    assert.deepEqual([ran.code, ran.out], [0, `${file}\n`], ran.err);
    assert.match(open(file)['doctor.json'] ?? '', /Tillside is open/);
    assert.equal(existsSync(path.join(folder, 'support')), false);
  });

  it('is made for a till that cannot be opened, and says what it had to leave out', async () => {
    const folder = await usedTill();
    writeFileSync(folderFiles(folder).database, 'this is no database'.repeat(1000));
    const config = path.join(temporaryFolder(), 'config.json');
    writeFileSync(config, `{"api":{"cluster":"eu","password":"${secret}"}}`);
    const ran = await run(['support-bundle', '--data', folder, '--config', config]);
    assert.equal(ran.code, 0, ran.err);
    assert.match(ran.out, /without outbox\.json: the database could not be read/);
    const [name] = readdirSync(path.join(folder, 'support'));
    const inside = open(path.join(folder, 'support', name ?? ''));
    const { leftOut } = JSON.parse(inside['manifest.json'] ?? '');
    assert.deepEqual(leftOut.map(({ name: left }: { name: string }) => left).toSorted(), [
      'config.json',
      'outbox.json',
    ]);
    assert.equal(Object.values(inside).join().includes(secret), false);
  });

  it('makes no folder for a till that does not exist, and says if it cannot write', async () => {
    const nowhere = path.join(temporaryFolder(), 'nowhere');
    const none = await run(['support-bundle', '--data', nowhere]);
    assert.equal(none.code, 2);
    assert.match(none.err, /--data/);
    assert.equal(existsSync(nowhere), false);
    const taken = path.join(temporaryFolder(), 'taken');
    writeFileSync(taken, '');
    const blocked = await run(['support-bundle', path.join(taken, 'b.zip'), '--data', nowhere]);
    assert.equal(blocked.code, 2);
    assert.match(blocked.err, /Could not write to .*(ENOTDIR|EEXIST).*Choose another location/);
  });
});
