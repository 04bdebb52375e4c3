/** Limits that the screen and the check of its calls must share. */

/** Longest query. No name or identifier is longer. */
export const maxQueryLength = 200;
export const maxHits = 200;
