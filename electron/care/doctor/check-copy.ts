/** Whether the second copy of what is unsent gets to its folder. */
import type { MachineConfig } from '../../config/machine-config.ts';
import type { Clock } from '../../machine/clock.ts';
import { ageInWords } from '../age-in-words.ts';
import { type HealthNote, readHealthNote } from '../health-note.ts';
import { type DraftFinding, fine, look } from './finding.ts';

const reasons: { readonly [code: string]: string } = {
  ENOENT: 'the folder is not there',
  EACCES: 'this user may not write there',
  EPERM: 'this user may not write there',
  EROFS: 'it can only be read',
  ENOSPC: 'there is no room',
  HANGS: 'it does not answer',
  'OTHER-FOLDER': 'it is another folder than before: is the share mounted?',
};

/** By what Tillside met when it last wrote: the doctor itself writes nothing, and waits for no share. */
export function checkCopy(
  dataDir: string,
  clock: Clock,
  { copyTo, copyBackup }: MachineConfig['rescue'],
): DraftFinding[] {
  if (copyTo === null) return [];
  const note = readHealthNote(dataDir);
  const facts = {
    folder: copyTo,
    rightAtMs: note.copyRightAtMs,
    code: note.copy?.code ?? note.backupCopy?.code ?? null,
  };
  if (note.copy !== null) return [failing(`The second copy in ${copyTo}`, note.copy, clock, facts)];
  if (copyBackup && note.backupCopy !== null) {
    return [failing(`The copy of the backup in ${copyTo}`, note.backupCopy, clock, facts)];
  }
  const found =
    note.copyRightAtMs === null
      ? `${copyTo}: nothing has been written there yet`
      : `${copyTo}, as it should be ${ageInWords(clock.wallMs() - note.copyRightAtMs)} ago`;
  return [fine('copy', found, facts)];
}

function failing(
  what: string,
  { code, sinceMs }: NonNullable<HealthNote['copy']>,
  clock: Clock,
  facts: DraftFinding['facts'],
): DraftFinding {
  const age = ageInWords(clock.wallMs() - sinceMs);
  return look(
    'copy',
    `${what} has not been written for ${age}: ${reasons[code] ?? code} (${code})`,
    'Check rescue.copyTo in the config, and that the user who runs Tillside can write there. Every change is safe on this till.',
    facts,
  );
}
