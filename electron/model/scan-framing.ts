/** What a reader or a card puts around the number that is meant. */

/** What IT's reader is set to send before and behind what it reads. */
export type ReaderFraming = { readonly prefix: string; readonly suffix: string };
export const noFraming: ReaderFraming = { prefix: '', suffix: '' };

/** STX, ETX, GS, Enter, Tab and their like, wherever the reader puts them. */
const controls = /\p{Cc}/gu;
/** The AIM identifier tells the kind of bar code: `]C1`, `]E0`, `]Q3`. */
const aimId = /^\][A-Za-z][0-9A-Za-z]/;
/** Code 39 begins and ends with an asterisk. */
const code39 = /^\*([^*]+)\*$/;
/** Track 1 of a card: `%B6035…^NAME^…?`, track 2: `;6035…=…?`. Another track may follow, and a check character. */
const track = /^(?:%([^^?;]+)(?:\^[^?]*)?|;([^=?]+)(?:=[^?]*)?)\?/;

/** What was scanned, without the framing. Text that was typed has none and stays as it is. */
export function unframed(scanned: string, { prefix, suffix }: ReaderFraming): string {
  let text = scanned.replace(controls, '').trim();
  const [before, behind] = [prefix, suffix].map((sent) => sent.replace(controls, '').trim());
  if (before && text.startsWith(before)) text = text.slice(before.length);
  if (behind && text.endsWith(behind)) text = text.slice(0, -behind.length);
  text = text.replace(aimId, '').trim();
  const [, first, second] = track.exec(text) ?? [];
  // The format code of track 1 goes before the number of the card.
  if (first !== undefined) return first.replace(/^[A-Z](?=\d+$)/, '').trim();
  return second?.trim() ?? code39.exec(text)?.[1]?.trim() ?? text;
}
