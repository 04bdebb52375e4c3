/**
 * Limits on the data stored per customer (F59), far above any real answer. A value is never cut, because it is compared
 * with what was sent: a longer one counts as not known.
 */
import { isDeeperThan, type JsonObject, maxDepth, readShortText } from './scalars.ts';

export const longestValue = 10_000;
export const mostNamedFields = 500;
export const mostListed = 100;
/** For parts that this version does not know, as JSON. */
export const longestUnknown = 50_000;
export const longestName = 180;
const longestShown = 500;

/** Text that is only shown and never compared. */
export function readShown(value: unknown): string | null {
  return readShortText(value, longestShown);
}

/** Too deep or too long to store. */
export function isUnreasonable(part: JsonObject): boolean {
  return isDeeperThan(part, maxDepth) || JSON.stringify(part).length > longestUnknown;
}
