/**
 * A note of which process has the data folder open, to explain a refused second start. It is only information: the lock
 * itself is `db/instance-lock.ts`, and a note of a dead process means nothing.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';

const note = z.object({ pid: z.number().int().positive(), host: z.string().max(40), sinceMs: z.number() });
export type InstanceNote = z.output<typeof note>;

function noteFile(dataDir: string): string {
  return path.join(dataDir, 'instance.json');
}

export function writeInstanceNote(dataDir: string, what: InstanceNote): void {
  try {
    writeFileSync(noteFile(dataDir), JSON.stringify(what), { mode: 0o600 });
  } catch {
    // The till must open even on a full disk, without the note.
  }
}

export function readInstanceNote(dataDir: string): InstanceNote | null {
  try {
    return note.parse(JSON.parse(readFileSync(noteFile(dataDir), 'utf8')));
  } catch {
    return null;
  }
}
