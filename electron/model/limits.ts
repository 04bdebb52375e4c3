/** Limits that the screen and the wrapper of its calls share: what one takes, the other takes too. */

/** Characters of a search. Nobody's name or identifier is longer. */
export const maxQueryLength = 200;
/** How many customers a search lists. */
export const maxHits = 200;
