/** The second half of a split module. The first half has the types of both (see `split-texts.ts`). */
declare module '*?later';
