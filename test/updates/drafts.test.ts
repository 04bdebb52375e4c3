import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { recall, remember } from '../../electron/db/remembered.ts';
import {
  forgetDrafts,
  forgetOldDrafts,
  forgetSavedDraft,
  type KeptDraft,
  keepDraft,
  listDrafts,
  moveDrafts,
} from '../../electron/updates/drafts.ts';
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

describe('drafts', () => {
  const dayMs = 24 * 3_600_000;
  const open = (t: TestContext) => {
    const { db, add, close } = openTestCache();
    t.after(close);
    const customerId = add({ firstName: 'Asha', lastName: 'Raman' }, '1');
    const draft: KeptDraft = { target: { customerId }, replaces: null, changes: { lastName: 'Typed' }, typedAtMs: 1 };
    const listed = () => listDrafts(db).map(({ target, replaces }) => [target, replaces]);
    return { db, add, customerId, draft, listed };
  };
  const byMobile = { identifier: { type: 'mobile', value: '911' } } as const;
  const byEmail = { identifier: { type: 'email', value: '911' } } as const;

  it('are listed newest first, with the name of a customer who is on this till', (t) => {
    const { db, add, draft } = open(t);
    const unnamed = { ...draft, target: { customerId: add({ lastName: 'Iyer' }, '2') } };
    for (const one of [draft, { ...draft, target: byMobile }, unnamed]) keepDraft(db, one);
    assert.deepEqual(
      listDrafts(db).map(({ name }) => name),
      ['Iyer', '', 'Asha Raman'],
    );
    assert.deepEqual(listDrafts(db)[2], { ...draft, name: 'Asha Raman', changes: [{ key: 'lastName', to: 'Typed' }] });
  });

  it('of a customer who is no longer on this till are left out, and so are those that cannot be read', (t) => {
    const { db, draft, customerId, listed } = open(t);
    keepDraft(db, draft);
    keepDraft(db, { ...draft, target: { customerId: customerId + 1 } });
    assert.deepEqual(listed(), [[{ customerId }, null]]);
    remember(db, 'drafts', [{ later: true }], 1);
    assert.deepEqual(listed(), []);
  });

  it('are one per identifier, or per customer and corrected update, and end when they are empty', (t) => {
    const { db, draft, customerId, listed } = open(t);
    const all = [
      draft,
      { ...draft, replaces: 'one' },
      { ...draft, target: byMobile },
      { ...draft, target: byEmail },
    ] as const;
    for (const one of [...all, ...all]) keepDraft(db, one);
    assert.deepEqual(listed(), [
      [byEmail, null],
      [byMobile, null],
      [{ customerId }, 'one'],
      [{ customerId }, null],
    ]);
    keepDraft(db, { ...draft, changes: {} });
    forgetSavedDraft(db, { customerId }, 'one');
    forgetSavedDraft(db, byMobile, 'another');
    assert.deepEqual(listed(), [
      [byEmail, null],
      [byMobile, null],
    ]);
    forgetSavedDraft(db, byMobile, null);
    assert.deepEqual(listed(), [[byEmail, null]]);
  });

  it('are no more than a hundred', (t) => {
    const { db, draft } = open(t);
    for (let count = 0; count < 101; count += 1) keepDraft(db, { ...draft, replaces: `${count}` });
    const replaced = listDrafts(db).map(({ replaces }) => replaces);
    assert.deepEqual([replaced.length, replaced[0], replaced.at(-1)], [100, '100', '1']);
  });

  it('are deleted after two weeks', (t) => {
    const { db, draft, customerId, listed } = open(t);
    keepDraft(db, { ...draft, replaces: 'old', typedAtMs: 1000 });
    keepDraft(db, { ...draft, typedAtMs: 1001 });
    forgetOldDrafts(db, 14 * dayMs + 999);
    assert.deepEqual([listed().length, recall(db, 'drafts')?.asOfMs], [2, 1001], 'nothing is written for nothing');
    forgetOldDrafts(db, 14 * dayMs + 1000);
    assert.deepEqual(listed(), [[{ customerId }, null]]);
  });

  it('of an erased customer are deleted, by their id and by any identifier', (t) => {
    const { db, add, draft, customerId, listed } = open(t);
    const other = { ...draft, target: { customerId: add({ lastName: 'Iyer' }, '2') } };
    const another = { ...draft, target: { identifier: { type: 'mobile', value: '922' } } } as const;
    for (const one of [draft, other, another, { ...draft, target: byMobile }]) keepDraft(db, one);
    forgetDrafts(db, customerId, ['911']);
    assert.deepEqual(listed(), [
      [another.target, null],
      [other.target, null],
    ]);
  });

  it('of a merged customer move, and no others do', (t) => {
    const { db, add, draft, customerId, listed } = open(t);
    const into = add({ lastName: 'Iyer' }, '2');
    const other = { customerId: add({ lastName: 'Rao' }, '3') };
    for (const one of [
      { ...draft, target: byMobile },
      { ...draft, target: other },
      { ...draft, replaces: 'one' },
      draft,
    ])
      keepDraft(db, one);
    moveDrafts(db, customerId, into);
    assert.deepEqual(listed(), [
      [{ customerId: into }, null],
      [{ customerId: into }, 'one'],
      [other, null],
      [byMobile, null],
    ]);
  });

  it('are not stored if nobody typed anything', (t) => {
    const { db, customerId } = open(t);
    moveDrafts(db, customerId, customerId);
    forgetDrafts(db, customerId, []);
    forgetSavedDraft(db, { customerId }, null);
    forgetOldDrafts(db, 99 * dayMs);
    assert.equal(recall(db, 'drafts'), null);
  });
});
