import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { readHealthNote } from '../../electron/care/health-note.ts';
import { sealedKeyFile } from '../../electron/care/rescue/escrow.ts';
import { escrowName } from '../../electron/care/rescue/standing-copy.ts';
import { recoveryKeyOf } from '../../electron/db/recovery-key.ts';
import { secretFile } from '../../electron/machine/secret-file.ts';
import { practiceCredentials } from '../../electron/practice/practice-config.ts';
import { run } from '../command-line/run.ts';
import { storedKey } from '../db/offline-till.ts';
import { startTillRig } from '../helpers/till-rig.ts';

function keyPair(folder: string, name: string) {
  const { publicKey, privateKey } = generateKeyPairSync('x25519');
  const file = path.join(folder, `${name}.pem`);
  writeFileSync(file, privateKey.export({ format: 'pem', type: 'pkcs8' }));
  return { publicKey: publicKey.export({ format: 'der', type: 'spki' }).toString('base64'), file };
}

async function until(holds: () => boolean): Promise<void> {
  const endMs = performance.now() + 15_000;
  while (!holds()) {
    assert.ok(performance.now() < endMs, 'it did not happen');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

describe('the recovery key encrypted for IT', () => {
  it('lies in the till’s folder and beside the second copy, and opens with IT’s private key alone', async (t) => {
    const rig = await startTillRig(10);
    t.after(() => rig.close());
    const [folder, share] = [rig.newFolder(), rig.newFolder()];
    const own = keyPair(folder, 'own');
    const other = keyPair(folder, 'other');
    const secrets = secretFile(folder, null);
    secrets.write('api-secret', practiceCredentials.secret);
    const rescue = { publicKey: own.publicKey, copyTo: share, escrow: true };
    const till = await rig.openTill(folder, { secrets, rescue });
    const key = storedKey(folder);
    const beside = path.join(share, escrowName(practiceCredentials.till, key));
    await until(() => existsSync(beside));
    await till.close();
    for (const file of [sealedKeyFile(folder), beside]) {
      assert.ok(!readFileSync(file, 'utf8').includes(recoveryKeyOf(key)));
      const opened = await run(['recovery-key', 'open', file, '--private-key', own.file, '--json']);
      assert.equal(opened.code, 0, opened.err);
      assert.deepEqual(JSON.parse(opened.out), { till: practiceCredentials.till, recoveryKey: recoveryKeyOf(key) });
    }
    const wrong = await run(['recovery-key', 'open', beside, '--private-key', other.file]);
    assert.equal(wrong.code, 2);
    assert.match(wrong.err, /Wrong private key/);
    assert.equal((await run(['recovery-key', 'open', own.file, '--private-key', own.file])).code, 2);
    assert.equal((await run(['recovery-key', 'open', beside])).code, 64);
  });

  it('is not written if IT did not ask for it', async (t) => {
    const rig = await startTillRig(10);
    t.after(() => rig.close());
    const [folder, share] = [rig.newFolder(), rig.newFolder()];
    const { publicKey } = keyPair(rig.newFolder(), 'own');
    const till = await rig.openTill(folder, { rescue: { publicKey, copyTo: share } });
    await till.close();
    assert.ok(!existsSync(sealedKeyFile(folder)));
    assert.deepEqual(readdirSync(share), []);
  });

  it('is reported as failing if its folder is missing', async (t) => {
    const rig = await startTillRig(10);
    t.after(() => rig.close());
    const folder = rig.newFolder();
    const { publicKey } = keyPair(folder, 'own');
    const copyTo = path.join(folder, 'not-there');
    const till = await rig.openTill(folder, { rescue: { publicKey, copyTo, escrow: true } });
    await until(() => readHealthNote(folder).escrow?.code === 'ENOENT');
    await till.close();
  });
});
