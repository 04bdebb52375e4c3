/** Who may do IT's work at this till, and the last such actions. */
import type { MachineConfig } from '../../config/machine-config.ts';
import type { Clock } from '../../machine/clock.ts';
import { ageInWords, counted } from '../age-in-words.ts';
import { type AuditEntry, auditTrouble, readAudit } from '../audit-log.ts';
import { type DraftFinding, fine, look } from './finding.ts';

const dayMs = 86_400_000;
/** More than somebody mistyping. */
const manyTries = 10;
const shown = 3;

export function checkAdmin(dataDir: string, clock: Clock, { pin, managers }: MachineConfig['admin']): DraftFinding {
  const nowMs = clock.wallMs();
  const all = readAudit(dataDir);
  const wrong = all.filter(({ action, atMs }) => action === 'wrong-pin' && nowMs - atMs < dayMs).length;
  const acts = all.filter(({ action }) => !['wrong-pin', 'unlocked', 'details-shown'].includes(action));
  const detailsShown = all.filter(({ action, atMs }) => action === 'details-shown' && nowMs - atMs < dayMs).length;
  const facts = {
    pin: pin !== null,
    managers,
    actions: acts.length,
    wrongPinsToday: wrong,
    detailsShownToday: detailsShown,
  };
  if (wrong >= manyTries) {
    const advice = 'Find out who was at this till, and make a new PIN: tillside admin pin.';
    return look('admin', `${wrong} wrong PINs in the last day`, advice, facts);
  }
  const by = [...(pin === null ? [] : ['the PIN']), ...(managers ? ['a signed-in manager'] : [])];
  const may = by.length === 0 ? 'Not set: anyone at this till can do IT tasks' : `Needs ${by.join(' or ')}`;
  const last = acts
    .slice(-shown)
    .reverse()
    .map((entry) => inWords(entry, nowMs));
  const shownToday = detailsShown === 0 ? [] : [`${detailsShown} masked details were shown in the last day`];
  return fine(
    'admin',
    [may, ...(last.length === 0 ? [] : [`last: ${last.join('; ')}`]), ...shownToday].join('. '),
    facts,
  );
}

/** With or without a config, since commands write the log too. */
export function checkAuditLog(dataDir: string): DraftFinding[] {
  const trouble = auditTrouble(dataDir);
  if (trouble === null) return [];
  const { kind, file } = trouble;
  if (kind === 'no-access') {
    const found = `Cannot read and write ${file} (${trouble.code}): who does IT's work here is not recorded`;
    return [look('admin', found, 'Give the file to the user who runs Tillside.', { auditLog: trouble.code })];
  }
  const what = kind === 'empty' ? 'is empty' : `has ${counted(trouble.lines, 'line')} that cannot be read`;
  return [
    look(
      'admin',
      `${file} ${what}: after a crash, or because somebody changed it`,
      'Find out who could write to the folder. Then move the file away and keep it; Tillside begins a new one.',
      { auditLog: kind },
    ),
  ];
}

const endings = { begun: 'not finished', done: null, failed: 'failed', left: 'left' } as const;

function inWords({ action, author, from, atMs, outcome = 'done', code }: AuditEntry, nowMs: number): string {
  const ending = endings[outcome];
  const who = author ?? (from === 'command' ? 'an unknown user' : 'nobody signed in');
  const where = from === 'command' ? 'from the command line' : 'on screen';
  return `${action} ${where} by ${who}, ${ageInWords(nowMs - atMs)} ago${ending === null ? '' : ` (${ending}${code === undefined ? '' : `: ${code}`})`}`;
}
