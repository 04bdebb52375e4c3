import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { anchors } from '../../electron/practice/anchors.ts';
import {
  bringIn,
  byServerId,
  openUpdates,
  save,
  typedAs,
  untilAllSent,
  untilState,
} from '../helpers/at-the-counter.ts';
import { type RigTill, startTillRig, type TillRig } from '../helpers/till-rig.ts';

const rita = byServerId(anchors.ritaJames.userId);
const { userId } = anchors.ritaJames;

describe('a customer whom head office erased on request', () => {
  let rig: TillRig;
  let till: RigTill;
  let customerId: number;
  beforeEach(async () => {
    rig = await startTillRig(40);
  });
  afterEach(() => rig.close());

  const served = async (checkAfterMinutes: number) => {
    till = await rig.openTill(rig.newFolder(), { sync: { checkAfterMinutes } });
    ({ customerId } = await bringIn(till, rita));
    await save(till, customerId, { firstName: 'Rita-Maria' });
    await untilAllSent(till);
    rig.server.control.eraseCustomer(userId);
  };
  const found = async () => (await till.call['customers.search']({ query: 'Rita-Maria', limit: 10 })).hits.length;
  const closed = async () => (await till.call['updates.list']({ which: 'closed', offset: 0, limit: 10 })).total;

  it('leaves this till with all their data, and a look-up then says that they were erased', async () => {
    await served(60);
    assert.deepEqual(await till.call['customers.refresh']({ customerId }), { kind: 'erased' });
    assert.equal(await till.call['customers.open']({ customerId }), null);
    assert.deepEqual([await found(), await closed()], [0, 0]);
    assert.deepEqual(await till.call['customers.lookUpOnline']({ query: typedAs(rita) }), { kind: 'erased' });
  });

  for (const [when, checkAfterMinutes] of [
    ['the server refuses it', 60],
    ['the server is asked before it is sent', 0],
  ] as const) {
    it(`stays only for an update that somebody has to close, if ${when}, and then leaves too`, async () => {
      await served(checkAfterMinutes);
      await rig.server.control.setConnection(false);
      const updateId = await save(till, customerId, { lastName: 'Too late' });
      const typed = { firstName: 'Typed' };
      await till.call['drafts.keep']({ target: { customerId }, changes: typed, replaces: null });
      await rig.server.control.setConnection(true);
      await till.call['sync.sendNow'](undefined);
      const stuck = await untilState(till, customerId, updateId, 'attention');
      assert.match(String(stuck.reason?.kind === 'refused' && stuck.reason.rejection.message), /PII/);
      assert.deepEqual(await till.call['drafts.list'](undefined), []);
      const left = await till.call['customers.open']({ customerId });
      assert.deepEqual([left?.server, left?.loyalty, left?.fields], [{}, null, { lastName: 'Too late' }]);
      assert.equal(await found(), 0);
      await till.call['updates.discard']({ updateId, reason: 'erased' });
      await till.call['customers.refresh']({ customerId });
      assert.deepEqual([await openUpdates(till), await closed()], [[], 0]);
    });
  }
});
