/** The programs keep what they write from other users (umask). What others must read has to be opened to them. */
import assert from 'node:assert/strict';
import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { writeCannotOpen } from '../../electron/care/health-report.ts';
import { directFiles } from '../../electron/machine/share/share-files.ts';
import { run } from '../command-line/run.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const modeOf = (file: string) => statSync(file).mode & 0o777;

describe('with the umask of the programs', { skip: process.platform === 'win32' && 'Windows has no modes' }, () => {
  let usual = 0;
  before(() => {
    usual = process.umask(0o077);
  });
  after(() => process.umask(usual));

  it('the exporter, which is another user, can read the metrics file', () => {
    const file = path.join(temporaryFolder(), 'tillside.prom');
    assert.equal(
      writeCannotOpen(file, { till: 'store123', store: null, version: '1.0.0', writtenAt: 0, why: 'locked' }),
      null,
    );
    assert.equal(modeOf(file), 0o644);
  });

  it('other tills can read the copies in their common folder', async () => {
    const folder = temporaryFolder();
    const [one, other] = [path.join(folder, 'one'), path.join(folder, 'other')];
    await directFiles.write(one, 'sealed');
    chmodSync(one, 0o600);
    await directFiles.copy(one, other);
    assert.equal(modeOf(other), 0o644);
  });

  it("a feed's files are as readable as their folder, and IT is warned if nobody else can read them", async () => {
    const customers = path.join(temporaryFolder(), 'customers.csv');
    for (const mode of [0o755, 0o750, 0o700]) {
      const to = temporaryFolder();
      chmodSync(to, mode);
      for (const name of ['Asha', 'Asha Maria']) {
        writeFileSync(customers, `user_id,firstname,mobile\n1,${name},919845000001\n`);
        const { code, err } = await run(['region', 'publish', customers, '--to', to, '--country', 'IN']);
        assert.equal(code, 0);
        assert.equal(/Only this user can read/.test(err), mode === 0o700);
      }
      const names = readdirSync(to);
      assert.ok(names.length >= 3);
      for (const name of names) assert.equal(modeOf(path.join(to, name)), mode & 0o644, name);
      chmodSync(to, 0o755);
      assert.equal((await run(['region', 'publish', customers, '--to', to, '--country', 'IN'])).err, '');
      const manifest = 'tillside-region.json';
      const { files }: { files: { name: string }[] } = JSON.parse(readFileSync(path.join(to, manifest), 'utf8'));
      for (const name of [manifest, ...files.map((file) => file.name)]) {
        assert.equal(modeOf(path.join(to, name)), 0o644, name);
      }
    }
  });
});
