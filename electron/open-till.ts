/** Opens a till: its data folder, then its services. */
import { cannotOpen } from './data/cannot-open.ts';
import { openDataFolder } from './data/data-folder.ts';
import { Background } from './db/background.ts';
import { writeInstanceNote } from './machine/instance-note.ts';
import { startServices } from './till.ts';
import type { Till, TillOptions } from './till-options.ts';

/** @throws TillCannotOpen */
export async function openTill(options: TillOptions): Promise<Till> {
  const { dataDir, secrets, nativeBinding, clock } = options;
  const background = new Background();
  const folder = await openDataFolder({ dataDir, secrets, background, wallMs: clock.wallMs, nativeBinding });
  writeInstanceNote(dataDir, { pid: process.pid, host: options.host, sinceMs: clock.wallMs() });
  try {
    return startServices(options, folder, background);
  } catch (error) {
    // Damage may show only now, in a page that was not read earlier.
    folder.db.close();
    folder.lock.release();
    throw cannotOpen(error);
  }
}
