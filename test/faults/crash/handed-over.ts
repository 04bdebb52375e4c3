/** The files that IT hands to a till of the rig, and takes from it. */
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { rescueEnding, rescueFolder } from '../../../electron/support/rescue/export-unsent.ts';

const regionCustomers = 3000;

/** A region of strangers, and of the till's own customers, of whom it says nothing that staff see. */
export function importFile(dataDir: string, ownUserIds: readonly number[]): string {
  const strangers = Array.from(
    { length: regionCustomers },
    (_, index) => `${900_000_000 + index},Region,Person ${index}`,
  );
  const own = ownUserIds.map((userId) => `${userId},,`);
  const file = `${dataDir}-region.csv`;
  writeFileSync(file, ['user_id,firstname,lastname', ...strangers, ...own].join('\n'));
  return file;
}

/** Finished ones. */
export function rescueFiles(dataDir: string): string[] {
  const folder = rescueFolder(dataDir);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith(rescueEnding))
    .map((name) => path.join(folder, name));
}
