/** Checks that the second copy of unsent changes reaches its folder. */
import type { MachineConfig } from '../../config/machine-config.ts';
import type { Clock } from '../../machine/clock.ts';
import { ageInWords } from '../age-in-words.ts';
import { type HealthNote, readHealthNote } from '../health-note.ts';
import { type DraftFinding, fine, look } from './finding.ts';

const reasons: { readonly [code: string]: string } = {
  ENOENT: 'the folder does not exist',
  EACCES: 'no write permission',
  EPERM: 'no write permission',
  EROFS: 'the disk is read-only',
  ENOSPC: 'the disk is full',
  HANGS: 'the share does not answer',
  'OTHER-FOLDER': 'this is a different folder than before; is the share mounted?',
};

/** Uses the result of Tillside's last write: the doctor itself writes nothing and never waits for a share. */
export function checkCopy(
  dataDir: string,
  clock: Clock,
  { copyTo, copyBackup, escrow, publicKey }: MachineConfig['rescue'],
): DraftFinding[] {
  const note = readHealthNote(dataDir);
  const sealedKey = escrow ? checkEscrow(note, clock, publicKey) : [];
  if (copyTo === null) return sealedKey;
  const facts = {
    folder: copyTo,
    rightAtMs: note.copyRightAtMs,
    code: note.copy?.code ?? note.backupCopy?.code ?? null,
  };
  if (note.copy !== null) return [failing(`The second copy in ${copyTo}`, note.copy, clock, facts)];
  if (copyBackup && note.backupCopy !== null) {
    return [failing(`The copy of the backup in ${copyTo}`, note.backupCopy, clock, facts)];
  }
  if (copyBackup && note.copiedBackup === null) {
    const advice =
      'Keep Tillside open: it copies the newest backup within an hour of its start and of each daily backup.';
    return [look('copy', `${copyTo} has no backup of this till yet`, advice, facts)];
  }
  const found =
    note.copyRightAtMs === null
      ? `${copyTo}: nothing written yet`
      : `${copyTo}, up to date ${ageInWords(clock.wallMs() - note.copyRightAtMs)} ago`;
  return sealedKey.length > 0 ? sealedKey : [fine('copy', found, facts)];
}

function checkEscrow(note: HealthNote, clock: Clock, publicKey: string | null): DraftFinding[] {
  if (publicKey === null) {
    return [
      look('copy', 'rescue.escrow needs rescue.publicKey: the recovery key is kept nowhere', 'Set rescue.publicKey.'),
    ];
  }
  return note.escrow === null
    ? []
    : [failing('The encrypted recovery key', note.escrow, clock, { code: note.escrow.code })];
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
    'Check rescue.copyTo in the config, and that the user who runs Tillside has write permission there. All changes are safe on this till.',
    facts,
  );
}
