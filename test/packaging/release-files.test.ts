import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
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

test('an update goes to the share of tills that was asked for, and the share can be raised', () => {
  const folder = releaseFolder();
  assert.deepEqual(stageUpdate(folder, 10), ['latest-linux.yml']);
  stageUpdate(folder, 50);
  assert.equal(
    readFileSync(path.join(folder, 'latest-linux.yml'), 'utf8'),
    'version: 1.2.0\npath: tillside-1.2.0-linux-x64.deb\nstagingPercentage: 50\n',
  );
});

test('the checksums are those that sha256sum finds, of every file that is released', async () => {
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
