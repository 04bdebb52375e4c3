/**
 * What can be done on screen for a till that cannot open its data. Nothing here happens automatically; the folder is as
 * `openDataFolder` left it.
 */

import { cannotOpen } from '../data/cannot-open.ts';
import { lockFolder } from '../data/data-folder.ts';
import { usableBackups } from '../data/usable-backups.ts';
import { listBackups } from '../db/backup/backups.ts';
import { recoverKey } from '../db/recovery-key.ts';
import type { Clock, Random } from '../machine/clock.ts';
import type { Secrets } from '../machine/secrets.ts';
import { TillCannotOpen } from '../machine/till-cannot-open.ts';
import { lookAtOld, restoreSafely } from './rescue/restore-safely.ts';
import type { SealFor } from './rescue/sealed-file.ts';
import type { TroubleResult, TroubleView } from './trouble-view.ts';

export type TroubleDesk = {
  readonly dataDir: string;
  readonly secrets: Secrets;
  readonly fromTill: string;
  readonly publicKey: SealFor['publicKey'];
  readonly clock: Clock;
  readonly random: Random;
  readonly store: Pick<TroubleView, 'locale' | 'countryCode' | 'timeZone'>;
  readonly nativeBinding?: string | undefined;
};

export type TroubleOptions = {
  readonly desk: TroubleDesk;
  readonly trouble: () => TillCannotOpen | null;
  /** A different problem was found. */
  readonly found: (trouble: TillCannotOpen) => void;
  /** Tries to open the till. If it fails, `trouble` says why. */
  readonly open: () => Promise<void>;
};

/** Runs one call at a time, so that a second press of a button waits for the first. */
export function troubleCalls({ desk, trouble, found, open }: TroubleOptions) {
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = (work: () => Promise<TroubleResult>): Promise<TroubleResult> => {
    const next = last.then(work);
    last = next.catch(() => undefined);
    return next;
  };
  const openNow = async (): Promise<TroubleResult> => {
    if (trouble() !== null) await open();
    const still = trouble();
    return still === null ? { kind: 'open' } : { kind: 'trouble', view: troubleView(desk, still) };
  };
  return {
    'trouble.view': () => {
      const now = trouble();
      return now === null ? null : troubleView(desk, now);
    },
    'trouble.tryAgain': () => inTurn(openNow),
    'trouble.useRecoveryKey': ({ typed }: { readonly typed: string }) =>
      inTurn(async () => useRecoveryKey(desk, typed) ?? openNow()),
    'trouble.restore': ({ backup }: { readonly backup: string | null }) =>
      inTurn(async () => {
        // A press after the till has opened must not set its data aside.
        if (trouble() === null) return { kind: 'open' };
        try {
          const refused = await restoreFromScreen(desk, backup);
          if (refused !== null) return refused;
        } catch (error) {
          if (!(error instanceof TillCannotOpen)) throw error;
          found(error);
          return { kind: 'trouble', view: troubleView(desk, error) };
        }
        return openNow();
      }),
  };
}

type Refused = Extract<TroubleResult, { kind: 'refused' }>;

function troubleView({ dataDir, secrets, nativeBinding, store }: TroubleDesk, trouble: TillCannotOpen): TroubleView {
  const key = secrets.read('database-key');
  const old = key.kind === 'value' ? lookAtOld({ dataDir, keyHex: key.value, nativeBinding }) : null;
  const backups = key.kind === 'value' ? usableBackups(dataDir, key.value, nativeBinding) : listBackups(dataDir);
  return {
    code: trouble.code,
    nextSteps: trouble.nextSteps,
    unsent: old === null ? null : { count: old.unsent, oldestSavedAtMs: old.oldestSavedAtMs },
    backups: backups.map(({ name, atMs, bytes }) => ({ name, atMs, bytes })),
    locale: store.locale,
    countryCode: store.countryCode,
    timeZone: store.timeZone,
    dataDir,
  };
}

/** @returns null if the key is now stored */
function useRecoveryKey(desk: TroubleDesk, typed: string): Refused | null {
  const { clock } = desk;
  const result = recoverKey({ ...desk, typed, wallMs: clock.wallMs() });
  return result.kind === 'recovered' ? null : { kind: 'refused', why: result.kind };
}

/**
 * @param backup a name from the list; null: an empty database. Unsent updates are carried over in both cases
 * @returns null if it was restored
 * @throws TillCannotOpen if the folder, disk or key does not allow it; the old file is then unchanged
 */
async function restoreFromScreen(desk: TroubleDesk, backup: string | null): Promise<Refused | null> {
  const { dataDir, secrets, nativeBinding } = desk;
  const chosen = backup === null ? null : listBackups(dataDir).find(({ name }) => name === backup);
  if (chosen === undefined) return { kind: 'refused', why: 'no-such-backup' };
  const key = secrets.read('database-key');
  if (key.kind !== 'value') return { kind: 'refused', why: 'other-key' };
  const lock = lockFolder(dataDir, nativeBinding);
  try {
    const { result } = await restoreSafely({ ...desk, keyHex: key.value, backup: chosen?.file ?? null });
    return result.kind === 'restored' ? null : result;
  } catch (error) {
    throw cannotOpen(error);
  } finally {
    lock.release();
  }
}
