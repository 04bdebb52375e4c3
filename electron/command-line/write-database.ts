/** Changes a till's data from a command, which Tillside must not have open. */

import { unsentNote } from '../care/unsent-note.ts';
import { type OpenFolder, openDataFolder } from '../data/data-folder.ts';
import { Background } from '../db/background.ts';
import type { Secrets } from '../machine/secrets.ts';
import { OutboxReader } from '../updates/outbox-reader.ts';
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
    const result = await work(folder);
    // The till itself writes the note only while it is open, and uninstallers read it in between.
    const outbox = new OutboxReader(folder.db);
    unsentNote(dataDir)({
      unsent: outbox.unsent(),
      oldestSavedAtMs: outbox.oldestOpenSavedAtMs(),
      inFiles: outbox.inFiles(),
    });
    return result;
  } finally {
    await background.close();
    folder.db.close();
    folder.lock.release();
  }
}
