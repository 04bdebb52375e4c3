/** What "busy", look-ups, logins and lost answers say about the connection and the updates in doubt. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { crash, heardBusyMs, line, one, openBlame, three, trouble, two } from './blame-rig.ts';

const minuteMs = 60_000;

describe('"busy"', () => {
  it('is about the whole till if the server says for how long', (t) => {
    const { blame, fail, paced, isLineBlamed } = openBlame(t);
    fail(one, trouble('busy', 3000));
    assert.deepEqual([blame.isSuspect('one'), blame.wasBusy('one'), isLineBlamed()], [false, true, true]);
    assert.deepEqual(paced, ['busy 3000']);
  });

  it('is about one update as long as no other gets it, and delays the next request once', (t) => {
    const { blame, fail, paced, connection } = openBlame(t);
    fail(one, trouble('busy'));
    assert.deepEqual([blame.isSuspect('one'), connection.waitMs], [true, heardBusyMs]);
    connection.tryNow();
    fail(one, trouble('busy'));
    assert.deepEqual([connection.waitMs, paced], [0, ['heard busy']]);
    blame.passed(two, 'look');
    fail(one, trouble('busy'));
    assert.deepEqual(paced, ['heard busy', 'succeeded', 'no limit']);
  });

  it('is about the whole till if two updates get it within ten minutes', async (t) => {
    for (const [laterMs, isLimit] of [
      [10 * minuteMs, true],
      [10 * minuteMs + 1, false],
    ] as const) {
      const { blame, fail, paced, clock } = openBlame(t);
      await clock.pass(minuteMs);
      fail(one, trouble('busy'));
      blame.passed(three, 'look');
      await clock.pass(laterMs);
      paced.length = 0;
      fail(two, trouble('busy'));
      assert.deepEqual([paced, blame.wasBusy('one')], [[isLimit ? 'busy null' : 'heard busy'], isLimit]);
      paced.length = 0;
      fail(two, trouble('busy'));
      assert.deepEqual(paced, isLimit ? ['busy null'] : []);
    }
  });

  it('counts the same whether a look-up or an update gets it', (t) => {
    const { blame, fail, paced } = openBlame(t);
    blame.lookUpFailed(trouble('busy'));
    assert.deepEqual(paced, []);
    fail(one, trouble('busy'));
    assert.deepEqual(paced, ['busy null']);
  });

  it('with one customer delays only that customer, up to five minutes, and the connection is fine', (t) => {
    const { blame, connection, paced } = openBlame(t);
    connection.failed('timeout');
    for (const waitMs of [5000, 10_000, 20_000, 40_000, 80_000, 160_000, 300_000, 300_000]) {
      blame.customerBusy(one);
      assert.equal(blame.waitMs('one'), waitMs);
    }
    assert.deepEqual([connection.connection, paced[0]], [{ kind: 'online' }, 'succeeded']);
    assert.equal(blame.whyHopeless('one'), null);
  });

  it('with one customer is charged to the update while others pass, and lets others in doubt try again', async (t) => {
    const { blame, fail, clock } = openBlame(t);
    fail(two);
    blame.customerBusy(one);
    assert.equal(blame.waitMs('two'), 0);
    for (const waitMs of [5000, 20_000, 80_000]) {
      blame.passed(three, 'look');
      blame.customerBusy(one);
      assert.equal(blame.waitMs('one'), waitMs);
      await clock.pass(1000);
      blame.customerBusy(one);
      assert.equal(blame.waitMs('one'), waitMs, 'nothing was tried in between');
    }
  });
});

describe('a look-up by staff', () => {
  it('that passed lets updates in doubt try again, except those of the same customer', (t) => {
    const { blame, fail, connection, paced } = openBlame(t);
    fail(one);
    blame.lookUpPassed(1);
    assert.equal(blame.waitMs('one'), 1000);
    blame.lookUpPassed(null);
    assert.equal(blame.waitMs('one'), 0);
    assert.deepEqual([connection.connection, paced], [{ kind: 'online' }, ['succeeded', 'succeeded']]);
  });

  it('that failed may be about that customer alone, so the next request goes at once', (t) => {
    const { blame, connection, isLineBlamed, paced } = openBlame(t);
    blame.lookUpFailed(crash);
    assert.deepEqual(connection.connection, { kind: 'offline', why: 'server-error' });
    assert.deepEqual([isLineBlamed(), blame.isDoubtful, paced], [false, false, []]);
    blame.lookUpFailed(crash);
    assert.equal(isLineBlamed(), true, 'the second one with nothing passing in between');
  });

  it('that failed after an update failed is the connection’s fault', (t) => {
    const { blame, fail, connection, isLineBlamed } = openBlame(t);
    fail(one);
    connection.answered();
    blame.lookUpFailed(crash);
    assert.equal(isLineBlamed(), true);
  });

  it('that could not be read shows that the server is there', (t) => {
    const { blame, connection } = openBlame(t);
    connection.failed('timeout');
    blame.lookUpFailed(trouble('unreadable-answer'));
    assert.deepEqual(connection.connection, { kind: 'online' });
  });

  for (const why of line) {
    it(`that failed with ${why} is the connection’s fault`, (t) => {
      const { blame, isLineBlamed } = openBlame(t);
      blame.lookUpFailed(trouble(why));
      assert.equal(isLineBlamed(), true);
    });
  }

  it('makes the whole till wait if the server says how long it is busy', (t) => {
    const { blame, paced } = openBlame(t);
    blame.lookUpFailed(trouble('busy', 3000));
    assert.deepEqual(paced, ['busy 3000']);
  });
});

describe('a login that passed', () => {
  it('lets updates in doubt try again only if the connection was bad', (t) => {
    const { blame, fail, connection } = openBlame(t);
    fail(one);
    blame.loginPassed();
    assert.equal(blame.waitMs('one'), 1000);
    assert.deepEqual(connection.connection, { kind: 'online' });
    blame.connectionFailed(trouble('tls'));
    blame.loginPassed();
    assert.equal(blame.waitMs('one'), 0);
    fail(one);
    blame.loginPassed();
    assert.equal(blame.waitMs('one'), 2000, 'the connection is good since the last login');
  });

  it('does not let a charged update try again, even if the connection was bad', (t) => {
    const { blame, fail } = openBlame(t);
    fail(one);
    blame.passed(two, 'look');
    fail(one);
    blame.connectionFailed(trouble('tls'));
    blame.loginPassed();
    assert.equal(blame.waitMs('one'), 30_000);
  });

  it('proves nothing about an update in doubt, since only a part of the server may be down', (t) => {
    const { blame, fail } = openBlame(t);
    fail(one);
    blame.loginPassed();
    fail(one);
    assert.equal(blame.waitMs('one'), 2000);
  });

  it('is enough to charge an update that got a web page or was charged twice before', (t) => {
    for (const why of ['sign-in-page', 'gateway-refused'] as const) {
      const { blame, fail } = openBlame(t);
      fail(one, trouble(why));
      blame.loginPassed();
      fail(one, trouble(why));
      assert.equal(blame.waitMs('one'), 30_000);
    }
    for (const [charges, waitMs] of [
      [1, 30_000],
      [2, 480_000],
    ] as const) {
      const { blame, fail, charge } = openBlame(t);
      charge(charges);
      blame.loginPassed();
      fail(one);
      assert.equal(blame.waitMs('one'), waitMs);
    }
  });
});

describe('a sent update whose answer was lost', () => {
  it('is in doubt; if another customer’s answer is lost next, it was the connection’s fault', (t) => {
    const { blame, connection, isLineBlamed } = openBlame(t);
    blame.answerLost(one, 'timeout');
    assert.deepEqual(connection.connection, { kind: 'offline', why: 'timeout' });
    assert.deepEqual([blame.isDoubtful, blame.isSuspect('one'), isLineBlamed()], [true, false, false]);
    blame.answerLost(two, 'timeout');
    assert.equal(isLineBlamed(), true);
  });

  it('shows that the server is there, if an answer came but could not be read', (t) => {
    const { blame, connection } = openBlame(t);
    connection.failed('timeout');
    blame.answerLost(one, 'unreadable-answer');
    assert.deepEqual([connection.connection, blame.isDoubtful], [{ kind: 'online' }, false]);
  });
});

it('a till that the server refuses is not offline', (t) => {
  const { blame, connection } = openBlame(t);
  connection.failed('timeout');
  blame.tillRefused();
  assert.deepEqual(connection.connection, { kind: 'online' });
});

it('a failed connection makes the till wait, and tells the pace whether the server was busy', (t) => {
  const { blame, paced, isLineBlamed } = openBlame(t);
  blame.connectionFailed(trouble('timeout'));
  assert.ok(isLineBlamed());
  blame.connectionFailed(trouble('busy', 500));
  assert.deepEqual(paced, ['lost', 'busy 500']);
});
