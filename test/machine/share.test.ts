import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { Share } from '../../electron/machine/share/share.ts';
import { systemClock } from '../../electron/machine/system-clock.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

function shareOf(t: TestContext, timeoutMs = 20_000) {
  const share = new Share({ clock: systemClock, timeoutMs });
  t.after(() => share.close());
  return share.files;
}

const code = (wanted: string) => (error: unknown) => error instanceof Error && Reflect.get(error, 'code') === wanted;

describe('a folder on another computer', () => {
  it('is written whole, read, moved and tidied by a separate process', async (t) => {
    const files = shareOf(t);
    const folder = temporaryFolder();
    const [one, other] = [path.join(folder, 'one'), path.join(folder, 'other')];
    await files.write(one, 'first');
    await files.write(one, 'second');
    assert.equal(readFileSync(one, 'utf8'), 'second');
    if (process.platform !== 'win32') assert.equal(statSync(one).mode & 0o777, 0o644);
    assert.equal(await files.move(one, other), true);
    assert.equal(await files.move(one, other), false);
    assert.deepEqual(await files.exist([one, other]), [false, true]);
    assert.equal(await files.read(one), null);
    assert.equal(await files.create(other, 'third'), 'second');
    await files.copy(other, one);
    await files.remove(other);
    assert.deepEqual(await files.exist([one, other]), [true, false]);
  });

  it('is never created if it is missing, and then a missing file there proves nothing', async (t) => {
    const files = shareOf(t);
    const file = path.join(temporaryFolder(), 'gone', 'file');
    await assert.rejects(files.read(file), code('ENOENT'));
    await assert.rejects(files.exist([file]), code('ENOENT'));
    await assert.rejects(files.write(file, 'text'), code('ENOENT'));
    await assert.rejects(files.remove(file), code('ENOENT'));
  });

  it('keeps the old file whole if a new one cannot be finished', async (t) => {
    const files = shareOf(t);
    const file = path.join(temporaryFolder(), 'file');
    writeFileSync(file, 'old');
    mkdirSync(path.join(`${file}.new`, 'in-the-way'), { recursive: true });
    await assert.rejects(files.write(file, 'new'));
    assert.equal(readFileSync(file, 'utf8'), 'old');
  });

  it('keeps nobody waiting if it hangs, and is tried again afterwards', {
    skip: process.platform === 'win32',
  }, async (t) => {
    const files = shareOf(t, 1500);
    const folder = temporaryFolder();
    const pipe = path.join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    await assert.rejects(files.read(pipe), code('HANGS'));
    await files.write(path.join(folder, 'file'), 'text');
    assert.equal(await files.read(path.join(folder, 'file')), 'text');
  });
});
