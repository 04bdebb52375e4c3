/** What lies beside the packages in the release folder: their checksums, and how many tills an update goes to at first. */
import { createHash } from 'node:crypto';
import { createReadStream, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';

export const checksumsFile = 'SHA256SUMS';

/** Everything that a machine fetches. Unpacked folders and the packager's own notes are left out. */
function releasedFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== checksumsFile && !/^builder-|\.log$/.test(entry.name))
    .map(({ name }) => name)
    .sort();
}

/** As `sha256sum --check` reads it. */
export async function writeChecksums(folder: string): Promise<void> {
  const lines: string[] = [];
  for (const name of releasedFiles(folder)) {
    const hash = createHash('sha256');
    await pipeline(createReadStream(path.join(folder, name)), hash);
    lines.push(`${hash.digest('hex')}  ${name}\n`);
  }
  writeFileSync(path.join(folder, checksumsFile), lines.join(''));
}

/**
 * Says in each `latest*.yml` that only this share of the tills takes the update: each has drawn its own number once.
 * @returns the files that were changed
 */
export function stageUpdate(folder: string, percentage: number): string[] {
  const feeds = readdirSync(folder).filter((name) => /^[\w-]+\.yml$/.test(name) && !name.startsWith('builder-'));
  for (const name of feeds) {
    const file = path.join(folder, name);
    const text = readFileSync(file, 'utf8').replace(/^stagingPercentage:.*\n/m, '');
    writeFileSync(file, `${text.trimEnd()}\nstagingPercentage: ${percentage}\n`);
  }
  return feeds;
}
