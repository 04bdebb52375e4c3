/** What an update that fails is to blame for, and how long it waits. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { crash, line, ofSame, one, openBlame, three, trouble, two } from './blame-rig.ts';

const hourMs = 3_600_000;

describe('an update that nobody has tried', () => {
  it('waits for nothing', (t) => {
    const { blame } = openBlame(t);
    assert.deepEqual(
      [blame.waitMs('one'), blame.isSuspect('one'), blame.wasBusy('one'), blame.whyHopeless('one'), blame.isDoubtful],
      [0, false, false, null, false],
    );
  });
});

describe('an update that failed', () => {
  it('is in doubt: it waits a little, and the next request goes at once and alone', async (t) => {
    const { blame, fail, connection, clock, isLineBlamed } = openBlame(t);
    fail(one);
    assert.deepEqual([blame.waitMs('one'), blame.isSuspect('one'), blame.isDoubtful], [1000, true, true]);
    assert.deepEqual(connection.connection, { kind: 'offline', why: 'server-error' });
    assert.deepEqual([connection.isProbing, isLineBlamed()], [true, false]);
    await clock.pass(400);
    assert.equal(blame.waitMs('one'), 600);
    await clock.pass(700);
    assert.equal(blame.waitMs('one'), 0);
  });

  it('waits longer each time while nothing else is tried, up to an hour, and is not charged', (t) => {
    const { blame, fail } = openBlame(t);
    for (const waitMs of [1000, 2000, 4000, 8000]) {
      fail(one);
      assert.equal(blame.waitMs('one'), waitMs);
    }
    for (let count = 0; count < 30; count += 1) fail(one);
    assert.equal(blame.waitMs('one'), hourMs);
    assert.equal(blame.whyHopeless('one'), null);
  });

  it('is not to blame if another customer’s fails next: the connection is, and both may try again (F40)', (t) => {
    const { blame, fail, paced, isLineBlamed } = openBlame(t);
    fail(one);
    fail(two);
    assert.ok(isLineBlamed());
    assert.deepEqual(paced, ['lost']);
    assert.deepEqual([blame.waitMs('one'), blame.waitMs('two')], [0, 0]);
  });

  it('stays in doubt if another of the same customer fails next', (t) => {
    const { blame, fail, isLineBlamed } = openBlame(t);
    fail(one);
    fail(ofSame);
    assert.equal(isLineBlamed(), false);
    assert.equal(blame.waitMs('one'), 1000);
  });

  it('is tried again at once when another customer’s passes, but not when one of the same customer does', (t) => {
    const { blame, fail } = openBlame(t);
    fail(one);
    blame.passed(ofSame, 'look');
    assert.deepEqual([blame.waitMs('one'), blame.isDoubtful], [1000, true]);
    blame.passed(two, 'look');
    assert.deepEqual([blame.waitMs('one'), blame.isDoubtful], [0, false]);
  });

  it('is tried at once only after the first of the others that pass', async (t) => {
    const { blame, fail, clock } = openBlame(t);
    fail(one);
    fail(one);
    blame.passed(two, 'look');
    await clock.pass(10);
    blame.passed(three, 'look');
    assert.equal(blame.waitMs('one'), 0);
    fail(one);
    blame.passed(two, 'look');
    assert.equal(blame.waitMs('one'), 30_000, 'charged: others do not shorten that');
  });

  it('is charged if it fails again while others pass, waits longer each time, and finally goes to a person (F39)', (t) => {
    const { blame, fail } = openBlame(t);
    fail(one);
    for (const waitMs of [30_000, 120_000, 480_000, 1_920_000, hourMs]) {
      blame.passed(two, 'look');
      fail(one);
      assert.equal(blame.waitMs('one'), waitMs);
      assert.equal(blame.whyHopeless('one'), null);
    }
    blame.passed(two, 'look');
    fail(one, trouble('timeout'));
    assert.equal(blame.whyHopeless('one'), 'timeout');
    assert.equal(blame.whyHopeless('two'), null);
    blame.forget('one');
    assert.deepEqual([blame.whyHopeless('one'), blame.waitMs('one'), blame.isSuspect('one')], [null, 0, false]);
  });

  it('waits as long as before if it fails again with nothing tried in between, and is not charged for that', async (t) => {
    const { blame, fail, clock } = openBlame(t);
    fail(one);
    blame.passed(two, 'look');
    fail(one);
    await clock.pass(30_000);
    fail(one);
    assert.equal(blame.waitMs('one'), 30_000);
    blame.passed(two, 'look');
    fail(one);
    assert.equal(blame.waitMs('one'), 120_000);
  });

  it('is not charged for what turns out to be the connection’s fault', (t) => {
    const { blame, fail } = openBlame(t);
    fail(one);
    blame.passed(two, 'look');
    fail(one);
    fail(three);
    assert.equal(blame.waitMs('one'), 0);
    blame.passed(two, 'look');
    fail(one);
    assert.equal(blame.waitMs('one'), 30_000, 'the first charge');
  });

  it('stays charged if another passed before the connection failed', (t) => {
    const { blame, fail } = openBlame(t);
    fail(one);
    blame.passed(two, 'look');
    fail(one);
    blame.passed(two, 'look');
    fail(two);
    fail(three);
    assert.equal(blame.waitMs('one'), 30_000);
  });

  it('has one charge taken back, not one for each later failure of the connection', (t) => {
    const { blame, fail, charge } = openBlame(t);
    charge(2);
    fail(two);
    fail(three);
    fail(two);
    blame.passed(three, 'look');
    fail(one);
    assert.equal(blame.waitMs('one'), 120_000);
  });

  it('is cleared by an answer to the same step, not to another', (t) => {
    const { blame, fail } = openBlame(t);
    fail(one);
    blame.passed(one, 'send');
    assert.equal(blame.isSuspect('one'), true);
    blame.failed(one, 'send', crash);
    blame.passed(one, 'look');
    assert.equal(blame.isSuspect('one'), true);
    blame.passed(one, 'send');
    assert.equal(blame.isSuspect('one'), false);
  });

  it('is tried at once if somebody asks, unless it was charged', (t) => {
    const { blame, fail } = openBlame(t);
    fail(one);
    blame.passed(two, 'look');
    fail(one);
    blame.passed(three, 'look');
    fail(two);
    blame.tryNow();
    assert.deepEqual([blame.waitMs('one'), blame.waitMs('two')], [30_000, 0]);
  });

  it('with an answer that cannot be read is charged at once, and the server counts as reached', (t) => {
    const { blame, fail, connection } = openBlame(t);
    connection.failed('timeout');
    fail(one, trouble('unreadable-answer'));
    assert.deepEqual([blame.waitMs('one'), blame.isDoubtful], [30_000, false]);
    assert.deepEqual(connection.connection, { kind: 'online' });
  });

  it('because the till stopped is not to blame, and nothing else is', (t) => {
    const { blame, fail, connection, paced } = openBlame(t);
    fail(one, trouble('till-stopped'));
    blame.lookUpFailed(trouble('till-stopped'));
    blame.connectionFailed(trouble('till-stopped'));
    blame.answerLost(one, 'till-stopped');
    assert.deepEqual([blame.isSuspect('one'), blame.isDoubtful], [false, false]);
    assert.deepEqual([connection.connection, paced], [{ kind: 'online' }, []]);
  });

  for (const why of line) {
    it(`by ${why} is not to blame: no update can cause that`, (t) => {
      const { blame, fail, paced, isLineBlamed } = openBlame(t);
      fail(one, trouble(why));
      assert.deepEqual([blame.isSuspect('one'), blame.isDoubtful, isLineBlamed()], [false, false, true]);
      assert.deepEqual(paced, ['lost']);
    });
  }
});
