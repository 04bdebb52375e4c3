import assert from 'node:assert/strict';
import { it } from 'node:test';
import { keepDraft, listDrafts, moveDrafts } from '../../electron/updates/drafts.ts';
import { openTestCache } from '../customers/cache.ts';

for (const { when, laterMs } of [
  { when: 'in the same millisecond', laterMs: 0 },
  { when: 'under a clock that was set back', laterMs: -60_000 },
]) {
  it(`if two customers turn out to be one, the draft typed last wins, even ${when}`, (t) => {
    const { db, add, close } = openTestCache();
    t.after(close);
    const [one, other] = [add({}), add({})];
    const nowMs = 1_000_000;
    const keep = (customerId: number, changes: { firstName: string; lastName?: string }, typedAtMs: number) =>
      keepDraft(db, { target: { customerId }, replaces: null, changes, typedAtMs });
    keep(other, { firstName: 'First', lastName: 'Alone' }, nowMs);
    keep(one, { firstName: 'Last' }, nowMs + laterMs);
    moveDrafts(db, one, other);
    const drafts = listDrafts(db);
    assert.deepEqual(
      drafts.map(({ target, changes }) => [target, changes]),
      [
        [
          { customerId: other },
          [
            { key: 'firstName', to: 'Last' },
            { key: 'lastName', to: 'Alone' },
          ],
        ],
      ],
    );
  });
}
