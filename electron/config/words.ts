import { z } from 'zod';

/** Characters that an editor does not show and that make a name, code or address fail. */
const unseen = /^\s|\s$|[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;
export const isVisible = (value: string) => !unseen.test(value);
const visibleOnly = 'a text without spaces at its ends and without control or invisible characters';

/** A one-line name or code. */
export function word(longest = 200) {
  return z.string().min(1).max(longest).refine(isVisible, visibleOnly);
}
