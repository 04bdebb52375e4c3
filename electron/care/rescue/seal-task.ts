/** Seals everything unsent for the second copy, in a thread of its own: 10,000 updates would delay a key press. */
import { readPublicKey } from '../../config/public-key.ts';
import { openToRead } from '../../db/open-to-read.ts';
import { sealStanding } from './export-unsent.ts';
import type { RescueHead } from './sealed-file.ts';

export type SealTask = {
  readonly file: string;
  readonly keyHex: string;
  readonly nativeBinding?: string | undefined;
  readonly fromTill: string;
  /** `rescue.publicKey` of the config. */
  readonly publicKey: string | null;
  readonly exportId: string;
  readonly standing: string;
  readonly upToSeq: number;
  readonly nowMs: number;
};

export type Sealed =
  | { readonly kind: 'sealed'; readonly head: RescueHead; readonly text: string }
  | { readonly kind: 'nothing-unsent' }
  | { readonly kind: 'failed'; readonly code: string };

export async function runSealTask(task: SealTask): Promise<Sealed> {
  const { keyHex, publicKey, nowMs } = task;
  try {
    const db = openToRead(task);
    try {
      const sealFor = { passphrase: null, publicKey: readPublicKey(publicKey ?? ''), tillKeyHex: keyHex };
      const copy = await sealStanding(db, { ...task, sealFor, clock: { wallMs: () => nowMs } });
      return copy === null ? { kind: 'nothing-unsent' } : { kind: 'sealed', head: copy.head, text: copy.text };
    } finally {
      db.close();
    }
  } catch (error) {
    const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : null;
    if (typeof code !== 'string') throw error;
    return { kind: 'failed', code };
  }
}
