/**
 * The one table of what the loyalty API's codes mean (api-facts, "Outcomes that matter" and the traps). A code may stand
 * in `response.status`, in `item_status`, or among the warnings; the table says what it means in each place.
 */
import type { FillableIdentifier } from '../model/customer.ts';

/** What an exchange comes to by a code. `item` says that the item's own code decides. */
export type Verdict = 'item' | 'done' | 'not-found' | 'refused' | 'credentials' | 'permission' | 'busy';

/** What a code is about, where it tells. `named-field` is a custom or extended field, `identifier` any of the three. */
export type About =
  | FillableIdentifier
  | 'identifier'
  | 'named-field'
  | 'till'
  | 'subscription'
  | 'type'
  | 'fraudStatus';

export type CodeMeaning = {
  /** In `response.status.code`. */
  readonly request?: Verdict;
  /** In `item_status.code`. */
  readonly item?: Exclude<Verdict, 'item'>;
  /** Whether it comes with a success, telling that a part was not saved (trap 9). */
  readonly warning?: true;
  readonly about?: About;
};

export const documentedCodes = [
  200, 201, 400, 401, 403, 404, 405, 408, 425, 429, 461, 500, 503, 521, 618, 816, 1000, 1001, 1002, 1003, 1011, 1012,
  1016, 1017, 1018, 1024, 1032, 1033, 1040, 1042, 1044, 1045, 1046, 1047, 1048, 1049, 1060, 1101, 1102, 1103, 1104,
  1105, 1106, 1110, 10002, 91003, 91005, 91006, 91007, 91015, 91017, 91020, 91021, 91022,
] as const;
export type DocumentedCode = (typeof documentedCodes)[number];

/** Every documented code; the compiler refuses a missing row. */
export const codeTable = {
  // The request as a whole.
  200: { request: 'item' },
  201: { request: 'item' }, // some failed; with one customer a request the item tells which
  400: { request: 'refused', item: 'refused' },
  401: { request: 'credentials', item: 'credentials' },
  403: { request: 'permission', item: 'permission' },
  404: { request: 'refused', item: 'refused' },
  405: { request: 'refused', item: 'refused' },
  408: { request: 'busy', item: 'busy' },
  425: { request: 'busy', item: 'busy' },
  429: { request: 'busy', item: 'busy' },
  461: { request: 'busy', item: 'busy' },
  500: { request: 'item' }, // "all items failed": no crash, the item's code tells why (trap 1)
  503: { request: 'busy', item: 'busy' },
  521: { request: 'busy', item: 'busy' }, // another action is running for this customer
  1060: { request: 'refused', item: 'refused' }, // batch limit
  // The one customer.
  1000: { item: 'done' },
  1040: { item: 'done' }, // update_identity: the request to change it was taken
  618: { item: 'refused', about: 'fraudStatus' },
  816: { item: 'not-found' },
  1011: { item: 'not-found' },
  1012: { item: 'not-found' },
  1001: { item: 'refused', about: 'mobile' },
  1002: { item: 'refused', about: 'email' },
  1003: { item: 'refused', about: 'externalId' },
  1016: { item: 'refused', about: 'identifier' },
  1017: { item: 'refused', warning: true, about: 'named-field' },
  1018: { item: 'refused', about: 'named-field' },
  1024: { item: 'refused' },
  1032: { item: 'refused', about: 'identifier' },
  1033: { item: 'refused', about: 'identifier' },
  1042: { item: 'refused', about: 'identifier' },
  1044: { item: 'permission' },
  1045: { item: 'refused', about: 'type' },
  1046: { item: 'refused', about: 'type' },
  1047: { item: 'refused', about: 'identifier' },
  1048: { item: 'refused', about: 'type' },
  1049: { item: 'refused', about: 'type' },
  1101: { item: 'refused', about: 'subscription' },
  1102: { item: 'refused', about: 'subscription' },
  1103: { item: 'refused', about: 'subscription' },
  1104: { item: 'refused', about: 'subscription' }, // also told of an invalid mobile or email: its words decide
  1105: { item: 'refused', about: 'subscription' },
  1106: { item: 'refused', about: 'subscription' },
  1110: { item: 'refused', about: 'subscription' },
  10002: { item: 'refused' },
  // Mostly among the warnings; as an item's own code without success they are refusals.
  91003: { item: 'refused', warning: true },
  91005: { item: 'refused', warning: true, about: 'identifier' },
  91006: { item: 'refused', warning: true, about: 'identifier' },
  91007: { item: 'refused', warning: true, about: 'identifier' },
  91015: { item: 'refused', warning: true, about: 'named-field' },
  91017: { item: 'refused', warning: true, about: 'named-field' }, // in the vendor's sample of an update's answer
  91020: { item: 'refused', warning: true, about: 'till' },
  91021: { item: 'refused', warning: true, about: 'till' },
  91022: { item: 'refused', warning: true, about: 'subscription' },
} as const satisfies { readonly [code in DocumentedCode]: CodeMeaning };

type CodesThat<Mean> = {
  [code in DocumentedCode]: (typeof codeTable)[code] extends Mean ? code : never;
}[DocumentedCode];
/** Codes that an update may be refused with, and codes of parts that were not saved: the screen has words for each. */
export type RefusalCode =
  | CodesThat<{ readonly item: 'refused' | 'not-found' }>
  | CodesThat<{ readonly request: 'refused' | 'not-found' }>;
export type WarningCode = CodesThat<{ readonly warning: true }>;

const meanings: ReadonlyMap<number, CodeMeaning> = new Map(
  documentedCodes.map((code): [number, CodeMeaning] => [code, codeTable[code]]),
);

/** What a code means; nothing for a code that the table does not know. */
export function meaningOf(code: number | null): CodeMeaning {
  return (code === null ? undefined : meanings.get(code)) ?? {};
}
