/** What a till and the process that touches a share for it say to each other. */
import { codeOf, type ShareJob } from './share-files.ts';

export type AskShare = { readonly id: number; readonly job: ShareJob; readonly words: readonly unknown[] };

export type ShareAnswer =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly code: string };

/** A fault of ours has no code of the file system's. */
export function codeOfAnswer(error: unknown): string {
  const code = codeOf(error);
  return code === 'unknown' && error instanceof Error ? error.name : code;
}
