/**
 * As much of one customer as a till keeps (F59). A value is never cut, because it is compared with what was sent: a longer
 * one counts as not told. Real answers stay far below each of these.
 */
import { isDeeperThan, type JsonObject, maxDepth, readShortText } from './scalars.ts';

export const longestValue = 10_000;
export const mostNamedFields = 500;
export const mostListed = 100;
/** Of the parts that this version does not know, as JSON. */
export const longestUnknown = 50_000;
export const longestName = 180;
const longestShown = 500;

/** Text of the loyalty panel and the like, which nothing is compared with. */
export function readShown(value: unknown): string | null {
  return readShortText(value, longestShown);
}

/** Too deep or too long to be kept as it came. */
export function isUnreasonable(part: JsonObject): boolean {
  return isDeeperThan(part, maxDepth) || JSON.stringify(part).length > longestUnknown;
}
