/**
 * What accompanies the packages in the release folder: their checksums, and how many tills a new version goes to at
 * first.
 */
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';

const checksumsFile = 'SHA256SUMS';

/** Everything that a computer downloads. Unpacked folders and the packager's own notes are left out. */
function releasedFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== checksumsFile && !/^builder-|\.log$/.test(entry.name))
    .map(({ name }) => name)
    .sort();
}

/**
 * As `sha256sum --check` reads it.
 * @param keep lines of files that are not here stay: the feed holds more files than were downloaded
 */
export async function writeChecksums(folder: string, keep = false): Promise<void> {
  const names = releasedFiles(folder);
  const lines = keep ? linesOfOthers(folder, names) : [];
  for (const name of names) {
    const hash = createHash('sha256');
    await pipeline(createReadStream(path.join(folder, name)), hash);
    lines.push(`${hash.digest('hex')}  ${name}\n`);
  }
  const byName = (line: string) => line.slice(66);
  lines.sort((a, b) => (byName(a) < byName(b) ? -1 : 1));
  writeFileSync(path.join(folder, checksumsFile), lines.join(''));
}

function linesOfOthers(folder: string, names: readonly string[]): string[] {
  const file = path.join(folder, checksumsFile);
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => /^[0-9a-f]{64} {2}./.test(line) && !names.includes(line.slice(66)))
    .map((line) => `${line}\n`);
}

/**
 * Sets in each `latest*.yml` the share of tills that take the new version; each till has drawn its own number once.
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
