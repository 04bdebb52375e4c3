import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { builderConfig } from '../../build/packaging/builder-config.ts';
import { stageUpdate, writeChecksums } from '../../build/packaging/release-files.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

function releaseFolder(): string {
  const folder = temporaryFolder();
  const write = (name: string, text: string) => writeFileSync(path.join(folder, name), text);
  write('latest-linux.yml', 'version: 1.2.0\npath: tillside-1.2.0-linux-x64.deb\n');
  write('tillside-1.2.0-linux-x64.deb', 'a package');
  write('builder-debug.yml', 'x: 1\n');
  return folder;
}

test('an update goes to the requested share of tills, and the share can be raised', () => {
  const folder = releaseFolder();
  assert.deepEqual(stageUpdate(folder, 10), ['latest-linux.yml']);
  stageUpdate(folder, 50);
  assert.equal(
    readFileSync(path.join(folder, 'latest-linux.yml'), 'utf8'),
    'version: 1.2.0\npath: tillside-1.2.0-linux-x64.deb\nstagingPercentage: 50\n',
  );
});

test("the checksums match sha256sum's, for every released file", async () => {
  const folder = releaseFolder();
  await writeChecksums(folder);
  await writeChecksums(folder);
  const sums = readFileSync(path.join(folder, 'SHA256SUMS'), 'utf8');
  assert.deepEqual(
    sums
      .trim()
      .split('\n')
      .map((line) => line.slice(66)),
    ['latest-linux.yml', 'tillside-1.2.0-linux-x64.deb'],
  );
  if (process.platform === 'linux') execFileSync('sha256sum', ['--check', '--strict', 'SHA256SUMS'], { cwd: folder });
});

test("the feed's checksums stay complete if only the files that name a release were fetched and changed", async () => {
  const folder = releaseFolder();
  await writeChecksums(folder);
  const sums = () => readFileSync(path.join(folder, 'SHA256SUMS'), 'utf8').trim().split('\n');
  const before = sums();
  rmSync(path.join(folder, 'tillside-1.2.0-linux-x64.deb'));
  stageUpdate(folder, 50);
  await writeChecksums(folder, true);
  const after = sums();
  assert.deepEqual(
    after.map((line) => line.slice(66)),
    before.map((line) => line.slice(66)),
  );
  assert.equal(after[1], before[1], 'the package is as it was');
  assert.notEqual(after[0], before[0]);
});

test('a release is never unsigned, whatever the environment says', () => {
  const packing = { output: 'o', parts: 'p', scripts: 's', electronDist: null };
  const signs = (env: object, isRelease: boolean) => builderConfig(packing, env, isRelease).forceCodeSigning;
  assert.deepEqual(
    [signs({}, false), signs({ TILLSIDE_SIGNING: 'required' }, false), signs({ TILLSIDE_SIGNING: 'none' }, true)],
    [false, true, true],
  );
});
