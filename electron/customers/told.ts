/**
 * The only way for data from the server into the cache, whether it comes in an answer, a region file or from another
 * till.
 *
 * - A customer is identified by the server's id, or by an identifier that came from the server; never by one that is
 *   only pending on them (F36). Another user id is another person, unless the server said that the two were merged
 *   (F38).
 * - An older `updated_on` never replaces a newer one, and data from a file never counts as fresh (F46).
 * - An erased customer stays erased until the server itself sends them again (F48).
 * - Missing values change nothing; loyalty values are merged one by one (F41).
 * - The follower updates everything else (open updates, conflicts, drafts, the search row) in the same transaction.
 */
import type { Db } from '../db/open.ts';
import { inTransaction } from '../db/statements.ts';
import { type CustomerRecord, type CustomerRef, mergeRecord } from '../model/customer.ts';
import { hasOffset, momentOf } from '../model/store-time.ts';
import { isErased, unmarkErased } from './erased.ts';
import { copyFromRegion, forgetCustomer } from './region.ts';
import {
  customerRow,
  findByConfirmedIdentifier,
  findByUserId,
  insertEmptyCustomer,
  insertUnknownCustomer,
  readRecord,
  writeRecord,
} from './store.ts';

export type Received = {
  readonly record: CustomerRecord;
  /**
   * `read`: `customer/get`, which is complete. `answer`: the answer to an update, which is partial. `till`: another
   * till's earlier data. `file`: a region file, made some time before.
   */
  readonly by: 'read' | 'answer' | 'till' | 'file';
  /** When the server sent it, in wall time; null: not known. */
  readonly asOfMs: number | null;
  /** The server said that the customer we asked about was merged into this one (91009). */
  readonly merged?: boolean;
};

export type Kept =
  | { readonly kind: 'kept'; readonly customerId: number }
  /** The data is about another person than we asked about, and was stored as theirs. */
  | { readonly kind: 'somebody-else'; readonly customerId: number }
  | { readonly kind: 'erased' };

/** Updates everything that depends on a customer's record, in the same transaction. */
export type Follower = {
  /** `customerId` is merged into `into`: move everything of theirs. Called before the old row is deleted. */
  readonly joined: (customerId: number, into: number) => void;
  /** The customer's record has been written. */
  readonly recordWritten: (customerId: number) => void;
};

export class RecordKeeper {
  readonly #db: Db;
  readonly #follower: Follower;

  constructor(db: Db, follower: Follower) {
    this.#db = db;
    this.#follower = follower;
  }

  /** One transaction. @param asked the customer that the server was asked about; null: about nobody */
  keep(received: Received, asked: CustomerRef | null = null): Kept {
    return inTransaction(this.#db, () => {
      const isFromServer = received.by === 'read' || received.by === 'answer';
      if (isFromServer) unmarkErased(this.#db, received.record);
      else if (isErased(this.#db, received.record)) return { kind: 'erased' };
      const { customerId, isAsked } = this.#personOf(received, asked);
      this.#write(customerId, received);
      this.#follower.recordWritten(customerId);
      return isAsked ? { kind: 'kept', customerId } : { kind: 'somebody-else', customerId };
    });
  }

  /** The customer that the record is about. `isAsked`: it is the one we asked about, or we asked about nobody. */
  #personOf({ record, merged = false }: Received, asked: CustomerRef | null) {
    const known = record.userId === null ? null : findByUserId(this.#db, record.userId);
    const askedId = this.#askedId(asked, record);
    if (askedId === null) return { customerId: known ?? this.#newCustomer(asked), isAsked: true };
    const userId = customerRow(this.#db, askedId)?.user_id ?? null;
    const isSame = userId === null || record.userId === null || userId === record.userId || merged;
    if (!isSame) return { customerId: known ?? insertEmptyCustomer(this.#db), isAsked: false };
    if (known !== null && known !== askedId) this.#join(askedId, known);
    return { customerId: known ?? askedId, isAsked: true };
  }

  #askedId(asked: CustomerRef | null, record: CustomerRecord): number | null {
    if (asked === null) return null;
    if ('customerId' in asked) return customerRow(this.#db, asked.customerId) === null ? null : asked.customerId;
    const byIdentifier = findByConfirmedIdentifier(this.#db, asked.identifier);
    if (byIdentifier === null) return null;
    // A customer with another server id is somebody else who once had this identifier.
    const userId = customerRow(this.#db, byIdentifier)?.user_id ?? null;
    return userId === null || userId === record.userId ? byIdentifier : null;
  }

  #newCustomer(asked: CustomerRef | null): number {
    return asked !== null && 'identifier' in asked
      ? insertUnknownCustomer(this.#db, asked.identifier)
      : insertEmptyCustomer(this.#db);
  }

  #join(customerId: number, into: number): void {
    copyFromRegion(this.#db, into);
    this.#follower.joined(customerId, into);
    forgetCustomer(this.#db, customerId);
  }

  #write(customerId: number, received: Received): void {
    const known = readRecord(this.#db, customerId);
    const row = customerRow(this.#db, customerId);
    // If the two were merged and the record is another person's, the old values no longer count.
    const isAnother = received.record.userId !== null && known?.userId !== received.record.userId;
    const base = received.merged === true && isAnother ? null : known;
    const { record, asOfMs } = mergeReceived(base, row?.as_of_ms ?? null, received);
    // If the record here can't be read (F29), the row still says who they are.
    writeRecord(this.#db, customerId, { ...record, userId: record.userId ?? row?.user_id ?? null }, asOfMs);
  }
}

/** The merged record, and when the server sent it. */
function mergeReceived(
  known: CustomerRecord | null,
  knownAsOfMs: number | null,
  { record, by, asOfMs }: Received,
): { readonly record: CustomerRecord; readonly asOfMs: number | null } {
  const hasServerTime = known !== null && knownAsOfMs !== null;
  switch (by) {
    case 'answer':
      return { record: mergeRecord(known, record), asOfMs };
    case 'read':
      // A lagging server replica: what we already have is newer.
      if (hasServerTime && isOlder(record.updatedOn, known.updatedOn)) return { record: known, asOfMs: knownAsOfMs };
      return { record: mergeRecord(known, record, 'whole'), asOfMs };
    case 'till': {
      const isNewer = asOfMs !== null && (knownAsOfMs === null || knownAsOfMs < asOfMs);
      if (isNewer && !isOlder(record.updatedOn, known?.updatedOn ?? null)) {
        return { record: mergeRecord(known, record), asOfMs };
      }
      return { record: known === null ? record : mergeRecord(record, known), asOfMs: knownAsOfMs };
    }
    case 'file':
      // Data from the server counts more than a file, unless the file is certainly newer; then its age is not known.
      if (hasServerTime && !isOlder(known.updatedOn, record.updatedOn)) {
        return { record: mergeRecord(record, known), asOfMs: knownAsOfMs };
      }
      if (isOlder(record.updatedOn, known?.updatedOn ?? null)) {
        return { record: known === null ? record : mergeRecord(record, known), asOfMs: null };
      }
      return { record: mergeRecord(known, record), asOfMs: null };
  }
}

/**
 * Whether the first `updated_on` is certainly before the second. Times in different forms, and what is not a time, cannot
 * be compared.
 */
function isOlder(one: string | null, other: string | null): boolean {
  if (one === null || other === null || hasOffset(one) !== hasOffset(other)) return false;
  const [oneMs, otherMs] = [momentOf(one, 'UTC'), momentOf(other, 'UTC')];
  return oneMs !== null && otherMs !== null && oneMs < otherMs;
}
