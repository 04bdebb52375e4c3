/** Devices and pipes in the place of a file. A child process reads them, so that a read without an end fails here. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { it } from 'node:test';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const { href } = new URL('../../electron/machine/others-file.ts', import.meta.url);
const skip = process.platform === 'win32';

/** What a program says that reads and streams each of these, with a shell's pipe as its input. */
function readInChild(files: readonly string[]): unknown {
  const program = `
    const { readOthersFile, streamOthersFile } = await import('${href}');
    const found = [];
    for (const file of ${JSON.stringify(files)}) {
      for (const read of [readOthersFile, streamOthersFile]) {
        try {
          const opened = read(file, {});
          found.push(String(Buffer.isBuffer(opened) ? opened : (await opened.toArray()).join('')));
        } catch (error) {
          found.push(error.code);
        }
      }
    }
    console.log(JSON.stringify(found));`;
  const piped = 'printf "a key" | "$0" --input-type=module -e "$1"';
  return JSON.parse(
    execFileSync('sh', ['-c', piped, process.execPath, program], { encoding: 'utf8', timeout: 60_000 }),
  );
}

it('a pipe to which nobody writes, a device and a folder are refused', { skip }, () => {
  const folder = temporaryFolder();
  const pipe = path.join(folder, 'customers.csv');
  execFileSync('mkfifo', [pipe]);
  assert.deepEqual(readInChild([pipe, '/dev/zero', folder]), new Array(6).fill('ENOTFILE'));
});

it('the pipe that a shell gives a command is read', { skip }, () => {
  assert.deepEqual(readInChild(['/dev/stdin']), ['a key', '']);
});
