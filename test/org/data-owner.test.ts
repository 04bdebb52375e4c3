/** Which organisation a login belongs to, as far as it says so (F45). */
import assert from 'node:assert/strict';
import { it, type TestContext } from 'node:test';
import { DataOwner, letNextLoginOwn, mayTakeIn, readOwner } from '../../electron/org/data-owner.ts';
import { outboxOfOneCustomer } from '../updates/one-customer.ts';

type Named = readonly [name: string, id: string | null];

function openOwner(t: TestContext) {
  const { db, clock } = outboxOfOneCustomer(t);
  const owner = new DataOwner(db, 'till1 at the server', clock);
  const logsIn = ([organisation, organisationId]: Named) =>
    owner.confirm({ till: 'till1', organisation, organisationId, serverTimeMs: null });
  return { db, clock, owner, logsIn };
}

const logins: readonly (readonly [first: Named, then: Named, 'ours' | 'other'])[] = [
  [['Acme', '1'], ['Acme', '1'], 'ours'],
  [['Acme', '1'], ['Acme Ltd', '1'], 'ours'],
  [['Acme', '1'], ['', '1'], 'ours'],
  [['', '1'], ['Acme', '1'], 'ours'],
  [['Acme', '1'], ['Acme', null], 'ours'],
  [['Acme', null], ['Acme', '1'], 'ours'],
  [['Acme', null], ['Acme', null], 'ours'],
  [['Acme', '1'], ['Acme', '2'], 'other'],
  [['Acme', '1'], ['Other', null], 'other'],
  [['Acme', null], ['Other', '1'], 'other'],
  [['', '1'], ['Acme', null], 'other'],
];

for (const [first, then, expected] of logins) {
  it(`a login of ${JSON.stringify(first)}, then ${JSON.stringify(then)}: ${expected}`, (t) => {
    const { logsIn, owner } = openOwner(t);
    assert.equal(logsIn(first), 'ours');
    assert.deepEqual([logsIn(then), owner.ownership], [expected, expected]);
    assert.equal(logsIn(first), 'ours', 'the first stays the owner');
  });
}

it('the id counts once it is known, and a login without one takes it away no more', (t) => {
  const { logsIn, db } = openOwner(t);
  logsIn(['Acme', null]);
  logsIn(['Acme', '1']);
  logsIn(['Acme', null]);
  assert.deepEqual(readOwner(db), { organisation: '1', name: 'Acme', account: 'till1 at the server' });
  assert.equal(logsIn(['Acme', '2']), 'other');
});

it('once IT let another organisation own the data, the name of the first counts no more', (t) => {
  const { logsIn, db, clock } = openOwner(t);
  logsIn(['Acme', '1']);
  letNextLoginOwn(db, clock.wallMs());
  assert.equal(logsIn(['', '2']), 'ours');
  assert.equal(logsIn(['Acme', null]), 'other');
});

it('a rescue file of a till that knew only the name is of the same organisation', (t) => {
  const { logsIn, db, clock } = openOwner(t);
  const mayTake = (organisation: string | null) => mayTakeIn(db, organisation, clock.wallMs());
  logsIn(['Acme', '1']);
  assert.deepEqual(['1', 'Acme', null, 'Other', '2'].map(mayTake), [true, true, true, false, false]);
});

it('nothing is written while nothing is news', (t) => {
  const { logsIn, db, clock } = openOwner(t);
  logsIn(['Acme', '1']);
  clock.setWall(clock.wallMs() + 5000);
  const written = () => db.prepare("select as_of_ms from remembered where name = 'data-owner'").pluck().get();
  const before = written();
  logsIn(['', '1']);
  assert.deepEqual([written(), readOwner(db)?.name], [before, 'Acme']);
});
