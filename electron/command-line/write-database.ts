/** Changes a till's data from a command, which Tillside must not have open. */

import { type OpenFolder, openDataFolder } from '../data/data-folder.ts';
import { Background } from '../db/background.ts';
import type { Secrets } from '../machine/secrets.ts';
import type { CommandIo } from './command.ts';

/** @throws TillCannotOpen, also if Tillside has this folder open */
export async function writeDatabase<T>(
  dataDir: string,
  io: CommandIo,
  secrets: Secrets,
  work: (folder: OpenFolder) => T | Promise<T>,
): Promise<T> {
  const background = new Background();
  const { nativeBinding } = io;
  const folder = await openDataFolder({ dataDir, secrets, background, wallMs: io.clock.wallMs, nativeBinding });
  try {
    return await work(folder);
  } finally {
    await background.close();
    folder.db.close();
    folder.lock.release();
  }
}
