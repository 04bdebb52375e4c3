/** Checks the key, the database and the outbox, read-only. Tillside can be open. */
import { statSync } from 'node:fs';
import { attachRegionToRead, customersOnTill, type RegionState, regionFilePath } from '../../customers/region.ts';
import { databaseFile, evidenceOfTill } from '../../data/evidence.ts';
import { mayWrite, readBeside } from '../../data/read-beside.ts';
import { takeInstanceLock } from '../../db/instance-lock.ts';
import { checkOutbox, checkWhole } from '../../db/integrity.ts';
import { compareKeyMark } from '../../db/key-mark.ts';
import { areCommitsLost, expectedFrames } from '../../db/lost-commits.ts';
import { currentVersion, versionOf } from '../../db/migrate.ts';
import type { Db } from '../../db/open.ts';
import { count } from '../../db/statements.ts';
import { databaseTrouble } from '../../db/trouble.ts';
import type { Clock } from '../../machine/clock.ts';
import { fileTrouble } from '../../machine/file-trouble.ts';
import { type FolderFiles, folderFiles } from '../../machine/folder-files.ts';
import type { Secrets } from '../../machine/secrets.ts';
import { TillCannotOpen } from '../../machine/till-cannot-open.ts';
import { openStates, type UpdateState } from '../../model/update-view.ts';
import { feedMemory } from '../../region/feed/feed-memory.ts';
import { listDoubleAwards } from '../../updates/double-awards.ts';
import { OutboxReader } from '../../updates/outbox-reader.ts';
import { openList, selectUpdates } from '../../updates/rows.ts';
import { ageInWords } from '../age-in-words.ts';
import { importAndConfirm, nothingUnsent, onlyInFiles } from '../all-sent.ts';
import { act, type DraftFinding, fine, look } from './finding.ts';

export type CheckDatabase = {
  readonly dataDir: string;
  readonly secrets: Secrets;
  readonly clock: Clock;
  /** Check every page, whatever the size of the file. */
  readonly full: boolean;
  /** Whether the config names a feed that brings the region's customers. */
  readonly hasFeed: boolean;
  readonly nativeBinding?: string | undefined;
};

/** Up to this size every page is checked; for larger files only on request. */
const smallBytes = 200_000_000;
const oldMs = 24 * 3_600_000;
const staleRegionMs = 30 * 24 * 3_600_000;
const restoreAdvice =
  'Close Tillside and restore the newest backup: tillside restore (without --yes it is a dry run). Unsent changes that ' +
  'can be read are carried over, and the damaged file is set aside.';

export function checkDatabase(options: CheckDatabase): DraftFinding[] {
  const { dataDir, secrets, nativeBinding } = options;
  const files = folderFiles(dataDir);
  const stored = secrets.read('database-key');
  const file = seen(() => databaseFile(files));
  if (typeof file !== 'string') return [cannotBeOpened(file.error)];
  if (file !== 'there') {
    const evidence = evidenceOfTill(dataDir, stored.kind === 'value');
    return [
      evidence.length > 0
        ? act('database', `${files.database} is ${file}, but there is ${evidence.join(', ')}`, restoreAdvice, {
            exists: false,
          })
        : look('database', 'No database yet', 'Start Tillside once with this data folder.', { exists: false }),
    ];
  }
  if (stored.kind !== 'value') {
    const why = stored.kind === 'unreadable' ? stored.why : 'it is missing';
    return [
      act(
        'key',
        `Cannot read the key of the data: ${why}. The data was not changed.`,
        'Run this as the user who set up Tillside, or use the recovery key: tillside recovery-key use.',
        { readable: false },
      ),
    ];
  }
  if (!mayWrite(files.database)) {
    const found = `Tillside cannot start: no permission to write to ${files.database}`;
    return [act('database', found, 'Give the user who runs Tillside write permission.', { writable: false })];
  }
  const isOpen = isTillOpen(files, nativeBinding);
  const expected = isOpen ? 0 : expectedFrames(files.database);
  try {
    return readBeside(files, stored.value, nativeBinding, (db) => [
      checkKey(files, stored.value),
      ...(areCommitsLost(db, expected) ? [commitsLost()] : []),
      ...lookInside(db, options, stored.value),
    ]);
  } catch (error) {
    return [cannotBeOpened(error)];
  }
}

function seen<T>(look: () => T): T | { readonly error: unknown } {
  try {
    return look();
  } catch (error) {
    return { error };
  }
}

function commitsLost(): DraftFinding {
  return act(
    'database',
    'The last changes before a power cut or crash are missing: the -wal file of the database was removed or damaged',
    'Do not delete anything in the data folder. Start Tillside: it sets aside what is left and continues with the rest.',
    { lostCommits: true },
  );
}

function isTillOpen({ lock }: FolderFiles, nativeBinding: string | undefined): boolean {
  try {
    const taken = takeInstanceLock(lock, nativeBinding);
    taken?.release();
    return taken === null;
  } catch {
    return false;
  }
}

function checkKey(files: FolderFiles, keyHex: string): DraftFinding {
  if (compareKeyMark(files, keyHex) === 'same') return fine('key', 'OK', { readable: true });
  return look(
    'key',
    `It opens the data, but ${files.keyMark} is missing or damaged`,
    'Restart Tillside to create it again.',
    {
      readable: true,
    },
  );
}

function cannotBeOpened(error: unknown): DraftFinding {
  const refused = fileTrouble(error);
  if (refused !== null) {
    const found = `Cannot read ${refused.path ?? 'the data'} (${refused.code}). Nothing was changed.`;
    const advice = 'Run this as the user who runs Tillside, and see the disk check.';
    return act('database', found, advice, { code: refused.code });
  }
  const code = error instanceof TillCannotOpen ? error.code : databaseTrouble(error);
  // Anything else is a bug, not a problem with the till.
  if (code === null) throw error;
  if (code === 'key-unreadable') {
    return act(
      'key',
      'The stored key does not match this data.',
      'Use the recovery key of this data: tillside recovery-key use.',
      { readable: false },
    );
  }
  if (code === 'database-unreadable' || code === 'damaged') {
    const found = 'The file is damaged or is not a Tillside database. It was not changed.';
    return act('database', found, restoreAdvice, { damaged: true });
  }
  if (code === 'database-missing') {
    return act('database', 'The file is empty, but there was a till here', restoreAdvice, { exists: false });
  }
  return act(
    'database',
    `Cannot open the database (${code})`,
    { see: ['folder', 'disk'], otherwise: 'Run tillside support-bundle and send it to support.' },
    { code },
  );
}

function lookInside(db: Db, options: CheckDatabase, keyHex: string): DraftFinding[] {
  const { database } = folderFiles(options.dataDir);
  const bytes = statSync(database).size;
  const isWhole = options.full || bytes <= smallBytes;
  const problems = isWhole ? checkWhole(db, options.full ? 'full' : 'quick') : checkOutbox(db);
  const version = versionOf(db);
  const facts = { bytes, schemaVersion: version, problems: problems.length, checkedWhole: isWhole };
  if (problems.length > 0) {
    const found = `The file is damaged (${problems.length} places; the first: ${problems[0]?.split('\n')[0] ?? ''})`;
    return [act('database', found, restoreAdvice, { ...facts, damaged: true })];
  }
  if (version > currentVersion) {
    const found = `It was written by a newer version of Tillside (schema ${version}, this one knows ${currentVersion})`;
    return [act('database', found, 'Install the newer version again.', facts)];
  }
  if (version < currentVersion) {
    const found = `It was written by an older version of Tillside (schema ${version}, this one uses ${currentVersion})`;
    return [look('database', found, 'Start Tillside: it makes a backup and upgrades the data.', facts)];
  }
  const looked = isWhole ? 'full check' : 'outbox only; use --full for a full check';
  const region = attachRegionToRead(db, options.dataDir, keyHex, isWhole);
  const customers = region.kind === 'there' ? customersOnTill(db) : count(db, 'select n from customer_count');
  return [
    fine('database', `OK (${looked}), schema version ${version}, ${customers} customers, ${megabytes(bytes)}`, {
      ...facts,
      customers,
    }),
    ...checkRegion(region, feedMemory(db).asOfMs, options),
    checkWaiting(db, options.clock),
  ];
}

/** Old region data still works in the search, but its names and numbers may be out of date. */
function checkRegion(
  region: RegionState,
  feedAsOfMs: number | null,
  { dataDir, clock, hasFeed }: CheckDatabase,
): DraftFinding[] {
  if (region.kind === 'none') {
    if (!hasFeed) return [];
    const advice =
      'Keep Tillside open until the feed has brought them. If it does not, check that this machine reaches region.feed in the config.';
    return [look('region', 'No customers from the feed yet', advice, { there: false, customers: 0 })];
  }
  const file = regionFilePath(dataDir, region.name);
  if (region.kind === 'unusable') {
    const found = `The region's customers are missing: ${file} is missing or damaged`;
    const advice =
      "Import them again: tillside import FILE. This till's own customers and unsent changes are not affected.";
    return [act('region', found, advice, { there: false, customers: 0 })];
  }
  // A feed's deltas change the database, not the file.
  const ageMs = clock.wallMs() - Math.max(statSync(file).mtimeMs, feedAsOfMs ?? 0);
  const facts = { there: true, customers: region.rows, ageSeconds: Math.round(ageMs / 1000) };
  const found = `${region.rows} customers of the region, updated ${ageInWords(ageMs)} ago`;
  return [
    ageMs < staleRegionMs
      ? fine('region', found, facts)
      : look(
          'region',
          found,
          'Import a newer file: tillside import FILE. Or set up a feed: region.feed in the config.',
          facts,
        ),
  ];
}

function checkWaiting(db: Db, clock: Clock): DraftFinding {
  const updates = selectUpdates(db, `where u.state in ${openList}`);
  const asked = updates.filter(({ putOffAtMs }) => putOffAtMs !== null);
  const waiting = updates.filter(({ putOffAtMs }) => putOffAtMs === null);
  const count = (state: UpdateState) => waiting.filter((update) => update.state === state).length;
  const counts = {
    queued: count('queued'),
    sending: count('sending'),
    unknown: count('unknown'),
    attention: count('attention'),
    nextVisit: asked.length,
  };
  // Changes put off until the customer's next visit may be any age, so they count only if nothing else waits.
  const oldest = waiting.length > 0 ? waiting : asked;
  const oldestSavedAtMs = Math.min(...oldest.map(({ savedAtMs }) => savedAtMs));
  const ageMs = oldest.length === 0 ? 0 : Math.max(0, clock.wallMs() - oldestSavedAtMs);
  const doubleAwards = listDoubleAwards(db).length;
  const inFiles = new OutboxReader(db).inFiles();
  const facts = {
    unsent: updates.length,
    ...counts,
    doubleAwards,
    inRescueFiles: inFiles.updates,
    oldestAgeSeconds: Math.round(ageMs / 1000),
  };
  if (doubleAwards > 0) {
    const finding = counts.attention > 0 ? act : look;
    return finding(
      'outbox',
      `${updates.length} unsent; ${doubleAwards} changes may have been awarded points twice`,
      'Ask the loyalty programme team to check the requests listed by tillside outbox list, then mark them as checked in Updates.',
      facts,
    );
  }
  const moved = onlyInFiles(inFiles);
  if (updates.length === 0) {
    const found = nothingUnsent(inFiles);
    return moved === null ? fine('outbox', found, facts) : look('outbox', found, importAndConfirm, facts);
  }
  const parts = [
    ...openStates.filter((state) => counts[state] > 0).map((state) => `${counts[state]} ${state}`),
    ...(asked.length > 0 ? [`${asked.length} to settle at the customer's next visit`] : []),
  ];
  const unsent = `${updates.length} unsent (${parts.join(', ')}), the oldest saved ${ageInWords(ageMs)} ago`;
  const found = moved === null ? unsent : `${unsent}. ${moved}`;
  if (counts.attention > 0) {
    const advice = 'Staff resolve these in Updates. For reasons, run tillside outbox list.';
    return act('outbox', found, advice, facts);
  }
  const isOld = waiting.length > 0 && ageMs >= oldMs;
  if (!isOld) return moved === null ? fine('outbox', found, facts) : look('outbox', found, importAndConfirm, facts);
  return look(
    'outbox',
    found,
    {
      see: ['config', 'proxy', 'dns', 'tls', 'server', 'credentials', 'permissions', 'instance'],
      otherwise: 'Open Tillside: changes are sent only while it is open.',
    },
    facts,
  );
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
