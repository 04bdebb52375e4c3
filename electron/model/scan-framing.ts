/** Removes what a card reader or a card adds around the number. */

/** What the store's card reader is set up to send before and after each code. */
export type ReaderFraming = { readonly prefix: string; readonly suffix: string };
export const noFraming: ReaderFraming = { prefix: '', suffix: '' };

/** STX, ETX, GS, Enter, Tab and the like, anywhere in the text. */
const controls = /\p{Cc}/gu;
/** The AIM identifier tells the kind of bar code: `]C1`, `]E0`, `]Q3`. */
const aimId = /^\][A-Za-z][0-9A-Za-z]/;
/** Code 39 begins and ends with an asterisk. */
const code39 = /^\*([^*]+)\*$/;
/**
 * Track 1 of a card: `%B6035…^NAME^…?`, track 2: `;6035…=…?`. Another track may follow, and a check character; some
 * readers leave out the question mark.
 */
const track = /^(?:%([^^?;]+)(?:\^[^?]*)?|;([^=?]+)(?:=[^?]*)?)(?:\?|$)/;

/** The scanned code without its framing. Typed text stays unchanged. */
export function withoutFraming(scanned: string, { prefix, suffix }: ReaderFraming): string {
  let text = scanned.replace(controls, '').trim();
  const [before, behind] = [prefix, suffix].map((sent) => sent.replace(controls, '').trim());
  if (before && text.startsWith(before)) text = text.slice(before.length);
  if (behind && text.endsWith(behind)) text = text.slice(0, -behind.length);
  text = text.replace(aimId, '').trim();
  const [, first, second] = track.exec(text) ?? [];
  // Track 1 starts with a format code before the card number.
  if (first !== undefined) return first.replace(/^[A-Z](?=[\d ]+$)/, '').trim();
  return second?.trim() ?? code39.exec(text)?.[1]?.trim() ?? text;
}
