/** A refusal of the till (401, 403) may be the till's fault or one update's. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { crash, ofSame, one, openBlame, three, trouble, two } from './blame-rig.ts';

describe('an update for which the server refuses the till', () => {
  it('waits until another customer’s shows whose fault it is, which goes alone', (t) => {
    const { blame, connection } = openBlame(t);
    assert.deepEqual([blame.refusalInDoubt, blame.isDoubtful], [null, false]);
    connection.failed('timeout');
    assert.equal(blame.refused(one, 'send', 'permission'), null);
    assert.deepEqual([blame.refusalInDoubt, blame.isDoubtful], ['permission', true]);
    assert.equal(blame.waitMs('one'), Number.POSITIVE_INFINITY);
    assert.deepEqual([connection.connection.kind, connection.isProbing, connection.waitMs], ['online', true, 0]);
    assert.equal(blame.whyHopeless('one'), null);
  });

  it('is not to blame if it is refused for another customer’s next, but is for the same customer’s', (t) => {
    const { blame } = openBlame(t);
    blame.refused(one, 'send', 'credentials');
    assert.equal(blame.refused(ofSame, 'send', 'credentials'), null);
    assert.equal(blame.refused(two, 'send', 'credentials'), 'till');
    assert.equal(blame.refused(one, 'send', 'credentials'), 'till', 'as long as nothing passes');
  });

  it('is tried again at once when another customer’s is accepted, then twice more, and then a person decides', (t) => {
    const { blame } = openBlame(t);
    blame.refused(one, 'send', 'permission');
    blame.passed(two, 'send');
    assert.deepEqual([blame.waitMs('one'), blame.refusalInDoubt, blame.isDoubtful], [0, null, false]);
    for (const waitMs of [30_000, 120_000]) {
      assert.equal(blame.refused(one, 'send', 'permission'), null);
      assert.deepEqual([blame.waitMs('one'), blame.refusalInDoubt, blame.isDoubtful], [waitMs, null, false]);
    }
    assert.equal(blame.refused(one, 'send', 'permission'), 'update');
    assert.equal(blame.isSuspect('one'), false);
  });

  it('does not keep others from going while it waits after a charge', (t) => {
    const { blame } = openBlame(t);
    blame.refused(one, 'send', 'permission');
    blame.passed(two, 'send');
    blame.refused(one, 'send', 'permission');
    assert.equal(blame.refused(two, 'send', 'permission'), null, 'the first is known to be its own fault');
  });

  it('is not shown to be to blame by another’s look, or a login: reading and saving need different permissions', (t) => {
    const { blame } = openBlame(t);
    blame.refused(one, 'send', 'permission');
    blame.passed(two, 'look');
    blame.lookUpPassed(3);
    assert.equal(blame.waitMs('one'), Number.POSITIVE_INFINITY);
    blame.loginPassed();
    assert.equal(blame.refused(one, 'send', 'permission'), null);
    assert.equal(blame.refusalInDoubt, 'permission');
  });

  it('at its look is shown to be to blame by another’s look', (t) => {
    const { blame } = openBlame(t);
    blame.refused(one, 'look', 'credentials');
    blame.passed(two, 'look');
    assert.equal(blame.waitMs('one'), 0);
  });

  it('lets another go first when the till may be accepted again: after a login, or if somebody asks', (t) => {
    for (const again of ['loginPassed', 'tryNow'] as const) {
      const { blame } = openBlame(t);
      blame.refused(one, 'send', 'permission');
      blame.failed(three, 'send', crash);
      blame[again]();
      assert.deepEqual([blame.waitMs('one'), blame.refusalInDoubt, blame.isDoubtful], [1000, null, true], again);
      assert.equal(blame.waitMs('three'), again === 'tryNow' ? 0 : 1000);
    }
  });

  it('keeps its wait after a charge, whatever a login says', (t) => {
    const { blame } = openBlame(t);
    blame.refused(one, 'send', 'permission');
    blame.passed(two, 'send');
    blame.refused(one, 'send', 'permission');
    blame.loginPassed();
    assert.equal(blame.waitMs('one'), 30_000);
  });

  it('is not charged for failures of other kinds before it', (t) => {
    const { blame, charge } = openBlame(t);
    charge(5);
    assert.equal(blame.refused(one, 'send', 'permission'), null);
    assert.equal(blame.refusalInDoubt, 'permission');
    assert.equal(blame.whyHopeless('one'), null);
  });

  it('is forgotten once it passes, or fails in another way', (t) => {
    const { blame } = openBlame(t);
    blame.refused(one, 'send', 'permission');
    blame.passed(one, 'send');
    assert.deepEqual([blame.isSuspect('one'), blame.isDoubtful], [false, false]);
    blame.refused(one, 'send', 'permission');
    blame.failed(one, 'send', trouble('unreadable-answer'));
    assert.deepEqual([blame.refusalInDoubt, blame.waitMs('one')], [null, 30_000]);
  });
});

describe('"no permission" for one customer', () => {
  it('means the till from the third different customer in a row on', (t) => {
    const { blame, connection } = openBlame(t);
    connection.failed('timeout');
    assert.deepEqual(
      [1, 2, 2, 1].map((customerId) => blame.notPermitted(customerId)),
      [false, false, false, false],
    );
    assert.equal(connection.connection.kind, 'online');
    assert.equal(blame.notPermitted(3), true);
    assert.equal(blame.notPermitted(1), true);
    blame.passed(two, 'look');
    assert.equal(blame.notPermitted(4), true, 'reading proves nothing');
    blame.passed(two, 'send');
    assert.equal(blame.notPermitted(4), false);
  });

  it('starts anew once the server is busy with one: it would have been refused before', (t) => {
    const { blame } = openBlame(t);
    for (const customerId of [1, 2, 3]) blame.notPermitted(customerId);
    blame.customerBusy(two);
    assert.equal(blame.notPermitted(1), false);
  });
});
