/** What "This till" shows to IT. Counts, times and states only. */

import type { DiskSpace } from '../machine/disk-space.ts';
import type { NotSavedReason } from '../model/update-view.ts';
import type { RefusedFile } from './rescue/import-unsent.ts';
import type { CopyFacts } from './rescue/second-copy.ts';

export type TillFacts = {
  readonly disk: DiskSpace | null;
  readonly isDamaged: boolean;
  readonly lastBackupAtMs: number | null;
  readonly copy: CopyFacts;
  /** The file with the region's customers is missing or damaged, so they have to be imported again. */
  readonly isRegionLost: boolean;
  /** Nobody has stored the recovery key yet. */
  readonly recoveryKeyDue: boolean;
  /** `public-key`: the config has one, so no passphrase is asked for. */
  readonly rescueSealedFor: 'public-key' | 'passphrase';
  /** The config file has changes that apply at the next start. */
  readonly restartDue: boolean;
  /**
   * The path of the first mistake in a changed config that is not valid; the previous config stays in use. Null: valid.
   */
  readonly unusableConfig: string | null;
  /** The folder with unusable data that was set aside; null: none. */
  readonly setAside: string | null;
};

export type RescueExportResult =
  | {
      readonly kind: 'exported';
      readonly file: string;
      readonly updates: number;
      /** Being sent at that moment, so they stay with the till. */
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
  | { readonly kind: 'refused'; readonly why: RefusedFile }
  | { readonly kind: 'not-saved'; readonly why: NotSavedReason };

export type RescueConfirmResult =
  | { readonly kind: 'confirmed'; readonly updates: number }
  | { readonly kind: 'not-saved'; readonly why: NotSavedReason };

export type BundleResult =
  | { readonly kind: 'made'; readonly file: string }
  | { readonly kind: 'not-saved'; readonly why: NotSavedReason };

export type BackUpResult = { readonly kind: 'made'; readonly atMs: number } | { readonly kind: 'failed' };

export const shortestPassphrase = 12;
