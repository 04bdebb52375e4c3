/** Changing a till's data from a command: only while no Tillside is open on it. */
import { Background } from '../db/background.ts';
import { type OpenFolder, openDataFolder } from '../db/data-folder.ts';
import type { Secrets } from '../support/secrets.ts';
import type { CommandIo } from './command.ts';

/** @throws TillCannotOpen, also where Tillside is open on this folder */
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
