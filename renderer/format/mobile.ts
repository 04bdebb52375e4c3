import { createSubscriber } from 'svelte/reactivity';

type Tables = typeof import('./phone-tables.ts');

let tables: Tables | null = null;
let coming: Promise<unknown> | null = null;
/** The screen is drawn again once the tables are loaded, with the first number that is shown. */
const whenTablesCome = createSubscriber((draw) => void fetchPhoneTables().then(draw));

export function fetchPhoneTables(): Promise<unknown> {
  coming ??= import('./phone-tables.ts').then(
    (read) => {
      tables = read;
    },
    () => {
      coming = null;
    },
  );
  return coming;
}

/** A mobile in the API's form (digits with the country code), grouped as in its country, for reading aloud. */
export function mobileText(digits: string): string {
  const international = `+${digits.replace(/^\+/, '')}`;
  if (!/^\+\d{5,15}$/.test(international)) return digits;
  if (tables === null) whenTablesCome();
  return tables?.grouped(international) ?? international;
}

/** The same, with the places of some of its digits; `from` and `to` count in `digits`. */
export function markedMobile<Match extends { readonly from: number; readonly to: number }>(
  digits: string,
  matches: readonly Match[],
): { readonly text: string; readonly matches: readonly Match[] } {
  const text = mobileText(digits);
  const places = [...text].flatMap((sign, index) => (/\d/.test(sign) ? [index] : []));
  const moved = matches.map((match) => ({
    ...match,
    from: places[match.from] ?? text.length,
    to: (places[match.to - 1] ?? -1) + 1,
  }));
  return { text, matches: moved };
}
