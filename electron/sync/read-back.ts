/**
 * An update that may have arrived is read back, never blindly sent again: the API is not idempotent and can award points
 * twice (F01, F03).
 *
 * - every field is ours, or the field that is kept for it holds its id → applied, confirmed by reading
 * - every field is as it was, or the kept field is → it did not arrive: goes once more, and only once; what moved meanwhile is
 *   found by the look before that
 * - anything else, or nothing to compare with → a person
 */

import { inTransaction } from '../db/statements.ts';
import type { LoyaltyApi } from '../loyalty-api/loyalty-api.ts';
import { fieldKeys } from '../model/customer.ts';
import { lookForDoubleAwards } from '../updates/double-awards.ts';
import { identifierOf } from '../updates/effective.ts';
import type { Update } from '../updates/rows.ts';
import { arrivedByMark, cannotTell, compareWithServer } from './compare.ts';
import { type Line, noteAnswer, noteHeld, noteMerge, noteTrouble } from './line.ts';
import type { Lane } from './pace.ts';
import { customerOf, keepRecord, settleApplied, settleNotFound } from './settle.ts';

/**
 * @returns `later` where the server could not be asked: the update stays unknown; `goes-again` where it did not arrive: the
 * server is given another settle wait, and asked once more, before it is sent
 */
export async function readBack(
  line: Line,
  api: LoyaltyApi,
  update: Update,
  lane: Lane,
): Promise<'settled' | 'goes-again' | 'later'> {
  const { db, outbox, connection, clock } = line;
  if (!line.config.sync.readBack || update.kind !== 'fields') return withoutReading(line, update);
  const identifier = identifierOf(db, update.customerId, line.primaryIdentifier()) ?? update.identifier;
  line.pace.take(lane);
  const outcome = await api.getCustomer(identifier);
  switch (outcome.kind) {
    case 'found': {
      noteAnswer(line);
      const nowMs = clock.wallMs();
      const before = customerOf(db, update);
      const comparison = compareWithServer(update, outcome.value, 'maybe');
      const byMark = arrivedByMark(update, outcome.value, line.mark.current);
      if (comparison.kind === 'ours' || byMark === 'arrived') {
        const told = { effects: [], warnings: [], answer: null, confirmedBy: 'read' } as const;
        const customerId = settleApplied(db, outbox, update, outcome.value, told, nowMs);
        noteMerge(line, before, customerId);
        line.told.note(customerId);
        line.updateChanged(update.id, customerId);
        return 'settled';
      }
      const seen = fieldKeys(update.changes).every((key) => update.baseline[key] !== undefined);
      const isAsBefore = byMark === 'did-not-arrive' || (comparison.kind === 'baseline' && seen);
      const mayGoAgain = isAsBefore && !update.resent;
      const customerId = inTransaction(db, () => {
        const kept = keepRecord(db, before, outcome.value, nowMs);
        if (mayGoAgain) outbox.resend(update);
        else {
          const because = isAsBefore ? 'resent-once' : seen ? 'read-back-differs' : 'no-baseline';
          outbox.needsPerson(update, cannotTell(update, because), null);
        }
        lookForDoubleAwards(db, kept, nowMs);
        return kept;
      });
      noteMerge(line, before, customerId);
      line.updateChanged(update.id, customerId);
      return mayGoAgain ? 'goes-again' : 'settled';
    }
    case 'not-found':
      noteAnswer(line);
      settleNotFound(db, outbox, update, outcome.answer);
      line.updateChanged(update.id, customerOf(db, update));
      return 'settled';
    case 'held':
      connection.answered();
      if (outcome.why === 'permission') return withoutReading(line, update);
      noteHeld(line, api, 'credentials');
      return 'later';
    case 'refused':
      connection.answered();
      return withoutReading(line, update);
    case 'failed':
      noteTrouble(line, outcome.why, outcome.retryAfterMs);
      return 'later';
  }
}

/** Where the till may not read, IT decides: a person looks at it (default), or it goes once more and may count twice. */
function withoutReading(line: Line, update: Update): 'settled' | 'goes-again' {
  const { db, outbox, config } = line;
  const mayGoAgain = config.sync.resendUnconfirmed === 'always' && update.kind === 'fields' && !update.resent;
  if (mayGoAgain) outbox.resend(update);
  else outbox.needsPerson(update, cannotTell(update, update.resent ? 'resent-once' : 'read-back-not-allowed'), null);
  line.updateChanged(update.id, customerOf(db, update));
  return mayGoAgain ? 'goes-again' : 'settled';
}
