/** Messages between a till and the process that accesses a share for it. */
import { codeOf, type ShareJob } from './share-files.ts';

export type AskShare = { readonly id: number; readonly job: ShareJob; readonly args: readonly unknown[] };

export type ShareAnswer =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly code: string };

/** The file system's code, or the name of an error in our own code. */
export function codeOfAnswer(error: unknown): string {
  const code = codeOf(error);
  return code === 'unknown' && error instanceof Error ? error.name : code;
}
