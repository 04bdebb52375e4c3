/** What the screen shows to IT of the till itself. Counts, times and states only. */

import type { DiskSpace } from '../machine/disk-space.ts';
import type { NotSavedReason } from '../model/update-view.ts';

export type TillFacts = {
  readonly disk: DiskSpace | null;
  readonly isDamaged: boolean;
  readonly lastBackupAtMs: number | null;
  /** The file with the region's customers is gone or damaged: they have to be imported again. */
  readonly isRegionLost: boolean;
  /** Nobody has written the recovery key down yet. */
  readonly recoveryKeyDue: boolean;
  /** `public-key`: IT's config names one, and no passphrase is asked for. */
  readonly rescueSealedFor: 'public-key' | 'passphrase';
  /** The config file changed in a way that holds from the next start on. */
  readonly restartDue: boolean;
  /** The config file was changed into one that cannot be used, and the one before holds: the path of its first mistake. */
  readonly unusableConfig: string | null;
  /** Where data lies that could not be used and was set aside; null: there is none. */
  readonly setAside: string | null;
};

export type RescueExportResult =
  | {
      readonly kind: 'exported';
      readonly file: string;
      readonly updates: number;
      /** On their way at that moment: they stay with the till. */
      readonly left: number;
    }
  | { readonly kind: 'nothing-unsent' }
  | { readonly kind: 'all-in-flight'; readonly left: number }
  | { readonly kind: 'passphrase-too-short' }
  | { readonly kind: 'not-saved'; readonly why: NotSavedReason };

export type RescueImportResult =
  | {
      readonly kind: 'imported';
      readonly fromTill: string;
      readonly added: number;
      readonly already: number;
      readonly takenBack: number;
    }
  | { readonly kind: 'refused'; readonly why: 'not-a-rescue-file' | 'not-the-key' | 'newer' | 'other-organisation' }
  | { readonly kind: 'not-saved'; readonly why: NotSavedReason };

export type BundleResult =
  | { readonly kind: 'made'; readonly file: string }
  | { readonly kind: 'not-saved'; readonly why: NotSavedReason };

export type BackUpResult = { readonly kind: 'made'; readonly atMs: number } | { readonly kind: 'failed' };

export const shortestPassphrase = 12;
