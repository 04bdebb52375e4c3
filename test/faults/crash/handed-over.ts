/** The files that IT gives to a till of the rig and takes from it. */
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { rescueEnding, rescueFolder } from '../../../electron/care/rescue/export-unsent.ts';

const regionCustomers = 3000;

/** A region file with strangers and with the till's own customers, who have no other data in it. */
export function importFile(dataDir: string, ownUserIds: readonly number[]): string {
  const strangers = Array.from({ length: regionCustomers }, (_, index) => ({
    user_id: 900_000_000 + index,
    firstname: 'Region',
    lastname: `Person ${index}`,
  }));
  // An empty name would mean that they have no name.
  const own = ownUserIds.map((userId) => ({ user_id: userId }));
  const file = `${dataDir}-region.ndjson`;
  writeFileSync(file, [...strangers, ...own].map((customer) => `${JSON.stringify(customer)}\n`).join(''));
  return file;
}

/** Finished files only. */
export function rescueFiles(dataDir: string): string[] {
  const folder = rescueFolder(dataDir);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith(rescueEnding))
    .map((name) => path.join(folder, name));
}
