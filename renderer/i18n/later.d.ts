/** The other half of a module whose types the first half has (see `split-texts.ts`). */
declare module '*?later';
