/**
 * The table of the loyalty API's codes as its pages document them (traps 1, 9 and 10). A code may occur in
 * `response.status`, in `item_status` or among the warnings, and the table gives its meaning for each place.
 */
import type { FillableIdentifier } from '../model/customer.ts';
import type { WarningMeaning } from '../model/outcome.ts';

/** The outcome that a code leads to. `item`: the item's code decides. */
export type Verdict = 'item' | 'done' | 'not-found' | 'refused' | 'credentials' | 'permission' | 'busy' | 'uncertain';

/**
 * The field that a code is about, if any. `named-field` is a custom or extended field, `identifier` any of the three.
 */
export type About =
  | FillableIdentifier
  | 'identifier'
  | 'named-field'
  | 'registeredOn'
  | 'till'
  | 'subscription'
  | 'type'
  | 'fraudStatus';

export type CodeMeaning = {
  /** In `response.status.code`. */
  readonly request?: Verdict;
  /** In `item_status.code`. */
  readonly item?: Exclude<Verdict, 'item'>;
  /** Its meaning as a warning beside a success (trap 9). */
  readonly warning?: WarningMeaning;
  /** The organisation has none of what was asked for. That is a valid answer, not a failure. */
  readonly none?: true;
  readonly about?: About;
};

/** Every documented code. */
const codeTable = {
  // The request as a whole.
  200: { request: 'item' },
  201: { request: 'item' }, // some failed; we send one customer per request, so the item's code decides
  400: { request: 'refused', item: 'refused' },
  401: { request: 'credentials', item: 'credentials' },
  402: { request: 'refused', item: 'refused' },
  403: { request: 'permission', item: 'permission' },
  404: { request: 'refused', item: 'refused' },
  405: { request: 'refused', item: 'refused' },
  406: { request: 'refused', item: 'refused' },
  407: { request: 'uncertain', item: 'uncertain' }, // "unknown error while processing"; HTTP 407 is the proxy's
  408: { request: 'permission', item: 'permission' }, // another machine is registered for this till; IT has to fix it
  415: { request: 'refused', item: 'refused' },
  425: { request: 'busy', item: 'busy' },
  429: { request: 'busy', item: 'busy' },
  461: { request: 'busy', item: 'busy' },
  500: { request: 'item' }, // "all items failed": not a crash, the item's code says why (trap 1)
  503: { request: 'busy', item: 'busy' },
  521: { request: 'busy', item: 'busy' }, // another action is running for this customer
  1060: { request: 'refused', item: 'refused' }, // batch limit
  1061: { request: 'refused', item: 'refused' },
  1062: { request: 'refused', item: 'refused' },
  1064: { request: 'refused', item: 'refused' },
  3203: { none: true }, // no custom fields
  3204: { none: true },
  3209: { none: true }, // no configs
  // The one customer.
  1000: { item: 'done' },
  1040: { item: 'done' }, // update_identity: the request was accepted
  618: { item: 'refused', about: 'fraudStatus' },
  816: { item: 'not-found' },
  1011: { item: 'not-found' },
  1012: { item: 'not-found' },
  1001: { item: 'refused', about: 'mobile' },
  1002: { item: 'refused', about: 'email' },
  1003: { item: 'refused', about: 'externalId' },
  1006: { item: 'refused', about: 'identifier' },
  1007: { item: 'refused', about: 'identifier' },
  1013: { item: 'refused', about: 'type' }, // not a member of the program
  1016: { item: 'refused', about: 'identifier' },
  1017: { item: 'refused', warning: 'notSaved', about: 'named-field' },
  1018: { item: 'refused', about: 'named-field' },
  1020: { item: 'refused', about: 'type' },
  1024: { item: 'refused' },
  1032: { item: 'refused', about: 'identifier' },
  1033: { item: 'refused', about: 'identifier' },
  1034: { item: 'refused', about: 'registeredOn' },
  1039: { item: 'refused', about: 'identifier' },
  1041: { item: 'refused', about: 'identifier' }, // update_identity: the request was not accepted
  1042: { item: 'refused', about: 'identifier' },
  1043: { item: 'refused', about: 'identifier' },
  1044: { item: 'refused' }, // no permission for this one customer; says nothing about others
  1045: { item: 'refused', about: 'type' },
  1046: { item: 'refused', about: 'type' },
  1047: { item: 'refused', about: 'identifier' },
  1048: { item: 'refused', about: 'type' },
  1049: { item: 'refused', about: 'type' },
  1101: { item: 'refused', about: 'subscription' },
  1102: { item: 'refused', about: 'subscription' },
  1103: { item: 'refused', about: 'subscription' },
  1104: { item: 'refused', about: 'subscription' }, // also used for an invalid mobile or email: the message decides
  1105: { item: 'refused', about: 'subscription' },
  1106: { item: 'refused', about: 'subscription' },
  1110: { item: 'refused', about: 'subscription' },
  10002: { item: 'refused' },
  // Mostly warnings. As an item's own code without success, "not saved" is a refusal, and "not read" does not say
  // whether it was saved.
  91003: { item: 'refused', warning: 'notSaved' },
  91005: { item: 'refused', warning: 'notSaved', about: 'identifier' },
  91006: { item: 'refused', warning: 'notSaved', about: 'identifier' },
  91007: { item: 'refused', warning: 'notSaved', about: 'identifier' },
  91015: { item: 'refused', warning: 'notSaved', about: 'named-field' },
  91020: { item: 'refused', warning: 'notSaved', about: 'till' },
  91021: { item: 'refused', warning: 'notSaved', about: 'till' },
  91022: { item: 'refused', warning: 'notSaved', about: 'subscription' },
  91001: { item: 'uncertain', warning: 'onlyNotRead' },
  91002: { item: 'uncertain', warning: 'onlyNotRead' },
  91004: { item: 'uncertain', warning: 'onlyNotRead' },
  91009: { item: 'uncertain', warning: 'onlyNotRead' }, // the customer was merged, see `mergedCode`
  91010: { item: 'uncertain', warning: 'onlyNotRead' },
  91011: { item: 'uncertain', warning: 'onlyNotRead' },
  91012: { item: 'uncertain', warning: 'onlyNotRead' },
  91013: { item: 'uncertain', warning: 'onlyNotRead' },
  91014: { item: 'uncertain', warning: 'onlyNotRead' },
  91016: { item: 'uncertain', warning: 'onlyNotRead' },
  91017: { item: 'uncertain', warning: 'onlyNotRead' }, // no profile for the web shop; in the vendor's sample of a successful update
  91018: { item: 'uncertain', warning: 'onlyNotRead' },
  91019: { item: 'uncertain', warning: 'onlyNotRead' },
} as const satisfies { readonly [code: number]: CodeMeaning };

export type DocumentedCode = keyof typeof codeTable;

function isDocumented(code: number): code is DocumentedCode {
  return Object.hasOwn(codeTable, code);
}

export const documentedCodes = Object.keys(codeTable).map(Number).filter(isDocumented);

type CodesThat<Mean> = {
  [code in DocumentedCode]: (typeof codeTable)[code] extends Mean ? code : never;
}[DocumentedCode];
/** Codes that an update may be rejected with; also those about the till, if it was refused for this update only. */
export type RefusalCode =
  | CodesThat<{ readonly item: 'refused' | 'not-found' | 'credentials' | 'permission' }>
  | CodesThat<{ readonly request: 'refused' | 'not-found' }>;
/** Warnings about parts that were not saved. The screen has a sentence for each. */
export type WarningCode = CodesThat<{ readonly warning: 'notSaved' }>;

/** "All items failed" for the request. Without a word about the customer, it is a refusal. */
export const allFailed = 500;

/** No permission, for one customer. */
export const notPermittedCode = 1044;

/** The answer is about the customer that ours was merged into (trap 10). */
export const mergedCode = 91009;

/** The meaning of a code; empty for an unknown code. */
export function meaningOf(code: number | null): CodeMeaning {
  return code !== null && isDocumented(code) ? codeTable[code] : {};
}
