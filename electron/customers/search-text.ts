/**
 * How names, numbers and queries become search keys: without regard to case, marks and script width. B-tree range
 * queries over these keys beat full-text search at every kind of query (performance.md, finding 1).
 */

/** One text in the form that is compared: compatibility-decomposed, without marks, lower case, single spaces. */
export function searchKey(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}

/** The words of a name after its first one, each once. */
export function laterWords(nameKey: string): string[] {
  return [...new Set(nameKey.split(' ').slice(1))].filter((word) => word !== '');
}

export function reversed(digits: string): string {
  return [...digits].reverse().join('');
}

/** Upper end of the range of strings that begin with `prefix`. */
export function afterPrefix(prefix: string): string {
  return `${prefix}\u{10ffff}`;
}

/** Where `wordKey` begins a word of `text`: UTF-16 positions in the text as it is shown, or null. */
export function matchAtWordStart(text: string, wordKey: string): { from: number; to: number } | null {
  if (wordKey === '') return null;
  // Keys and shown text differ in length (marks, width, ligatures), so each key character remembers where it came from.
  let key = '';
  const origins: { from: number; to: number }[] = [];
  let position = 0;
  for (const character of text) {
    const from = position;
    position += character.length;
    const folded = character
      .normalize('NFKD')
      .replace(/\p{M}+/gu, '')
      .toLowerCase();
    const visible = /^[\p{L}\p{N}]+$/u.test(folded) ? folded : folded === '' ? '' : ' ';
    if (visible === '') {
      const last = origins.at(-1);
      if (last !== undefined) last.to = position;
      continue;
    }
    for (const unit of visible.split('')) {
      key += unit;
      origins.push({ from, to: position });
    }
  }
  let at = key.indexOf(wordKey);
  while (at > 0 && key[at - 1] !== ' ') at = key.indexOf(wordKey, at + 1);
  if (at < 0) return null;
  const first = origins[at];
  const last = origins[at + wordKey.length - 1];
  return first === undefined || last === undefined ? null : { from: first.from, to: last.to };
}
