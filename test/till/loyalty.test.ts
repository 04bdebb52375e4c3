/** What staff can tell a customer besides points: it comes with the lookup, and survives saves and restarts. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { anchors } from '../../electron/practice/anchors.ts';
import { cardExternalIdOf, cardNumberOf } from '../../electron/practice/practice-loyalty.ts';
import { bringIn, byServerId, save, untilAllSent } from '../helpers/at-the-counter.ts';
import { startTillRig, type TillRig } from '../helpers/till-rig.ts';

const { ritaJames, ashaRaman } = anchors;

describe('loyalty beyond points', () => {
  let rig: TillRig;
  beforeEach(async () => {
    rig = await startTillRig(40);
  });
  afterEach(() => rig.close());

  it('comes with the same lookup, survives a save whose answer omits it, and is there offline', async () => {
    const folder = rig.newFolder();
    const till = await rig.openTill(folder);
    const { customerId, loyalty } = await bringIn(till, byServerId(ritaJames.userId));
    assert.equal(rig.server.control.countOf('customer/get'), 1);
    assert.ok(loyalty !== null);
    const { expiring, coupons, purchases, programs } = loyalty;
    assert.ok((expiring?.length ?? 0) > 0 && (coupons?.length ?? 0) > 0 && (purchases?.length ?? 0) > 0);
    assert.deepEqual(
      programs.map(({ title, gapToUpgrade, toKeep }) => [title, gapToUpgrade?.length, toKeep?.gaps.length]),
      [
        ['Rewards', 1, 1],
        ['Kids Club', 1, 1],
      ],
    );

    await save(till, customerId, { lastName: 'Jameson' });
    await untilAllSent(till);
    const saved = (await till.call['customers.view']({ customerId }))?.loyalty;
    assert.ok(saved);
    assert.equal(saved.points, (loyalty.points ?? 0) + 50);
    assert.deepEqual([saved.expiring, saved.coupons, saved.purchases], [expiring, coupons, purchases]);
    assert.deepEqual(
      saved.programs.map(({ title, moneyPerPoint, toKeep }) => [title, moneyPerPoint, toKeep]),
      programs.map(({ title, moneyPerPoint, toKeep }) => [title, moneyPerPoint, toKeep]),
    );

    await till.close();
    await rig.server.control.setConnection(false);
    const offline = await rig.openTill(folder);
    assert.deepEqual((await offline.call['customers.open']({ customerId }))?.loyalty, saved);
  });

  it("an only program's expiry counts as the tier's if the server does not give one", async () => {
    const till = await rig.openTill(rig.newFolder());
    const ofOne = rig.server.control.customers.filter(
      ({ memberships: [only, ...others], userId }) => userId % 2 === 1 && only?.tierExpiresOn && others.length === 0,
    );
    assert.ok(ofOne.length > 3);
    for (const { userId, memberships } of ofOne) {
      const { loyalty } = await bringIn(till, byServerId(userId));
      assert.equal(loyalty?.tierExpiresOn, memberships[0]?.tierExpiresOn);
    }
  });

  it("a customer is found by the number or id of a card, and updated by the server's id", async () => {
    const till = await rig.openTill(rig.newFolder());
    for (const query of [cardNumberOf(ashaRaman.userId), cardExternalIdOf(ashaRaman.userId)]) {
      const found = await till.call['customers.lookUpOnline']({ query });
      assert.ok(found.kind === 'found', query);
      assert.equal(found.customer.userId, String(ashaRaman.userId));
      assert.ok(found.customer.customerId !== null);
      await save(till, found.customer.customerId, { lastName: `By ${query.slice(0, 4)}` });
      await untilAllSent(till);
    }
    assert.equal(rig.server.control.ledger.length, 2);
    assert.ok(rig.server.control.ledger.every(({ customerId }) => customerId === ashaRaman.userId));
  });

  it('purchases come with their amounts on request, and say so when they cannot', async () => {
    const till = await rig.openTill(rig.newFolder());
    const { customerId, loyalty } = await bringIn(till, byServerId(ritaJames.userId));
    const fetched = await till.call['customers.purchases']({ customerId });
    assert.ok(fetched.kind === 'found');
    assert.deepEqual(
      fetched.purchases.map(({ number, kind }) => [number, kind]),
      loyalty?.purchases?.map(({ number, kind }) => [number, kind]),
    );
    assert.ok(fetched.purchases.every(({ amount }) => amount !== null && amount > 0));
    rig.server.control.setFault('permission', { endpoint: 'customer/transactions' });
    assert.deepEqual(await till.call['customers.purchases']({ customerId }), { kind: 'failed', why: 'permission' });
    await rig.server.control.setConnection(false);
    assert.deepEqual(await till.call['customers.purchases']({ customerId }), { kind: 'failed', why: 'offline' });
  });

  it('is left out if the server refuses to return it', async () => {
    const till = await rig.openTill(rig.newFolder());
    rig.server.control.setFault('server-error', { endpoint: 'customer/get', times: 1 });
    const { loyalty } = await bringIn(till, byServerId(ritaJames.userId));
    assert.ok(loyalty !== null && loyalty.points !== null);
    assert.equal(rig.server.control.countOf('customer/get'), 2);
  });
});
