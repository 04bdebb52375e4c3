import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { anchors } from '../../electron/practice/anchors.ts';
import { bringIn, byServerId, save, savedId, untilAllSent } from '../helpers/at-the-counter.ts';
import { type RigTill, startTillRig, type TillRig } from '../helpers/till-rig.ts';

describe('what an update is compared with before it is sent', () => {
  let rig: TillRig;
  let till: RigTill;
  beforeEach(async () => {
    rig = await startTillRig(40);
    till = await rig.openTill(rig.newFolder());
  });
  afterEach(() => rig.close());

  const baselineSteps = async (updateId: string) => {
    const history = await till.call['updates.history']({ updateId });
    return history
      .filter(({ event }) => event.startsWith('baseline'))
      .map(({ event, by, from, to, before, after }) => ({ event, by, moved: from !== to, before, after }));
  };

  it('follows an earlier update of the same field, and the history says so', async () => {
    const { customerId } = await bringIn(till, byServerId(anchors.ritaJames.userId));
    // Another person's edit stays its own update.
    await till.call['staff.signIn']({ code: 'A001' });
    await rig.server.control.setConnection(false);
    await save(till, customerId, { lastName: 'First' });
    await till.call['staff.signIn']({ code: 'A002' });
    const second = await save(till, customerId, { lastName: 'Second', firstName: 'Rita M' });
    await rig.server.control.setConnection(true);
    await till.call['sync.sendNow'](undefined);
    await untilAllSent(till);
    assert.deepEqual(await baselineSteps(second), [
      {
        event: 'baseline moved by an earlier update',
        by: 'till',
        moved: false,
        before: { lastName: 'James' },
        after: { lastName: 'First' },
      },
    ]);
  });

  it('comes from the server if this till never fetched the customer', async () => {
    const saved = await till.call['updates.save']({
      token: randomUUID(),
      target: { identifier: { type: 'mobile', value: anchors.ritaJames.mobile } },
      changes: { lastName: 'Unseen' },
      replaces: null,
      confirmedFills: [],
    });
    await untilAllSent(till);
    assert.deepEqual(await baselineSteps(savedId(saved)), [
      { event: 'baseline told by the server', by: 'till', moved: false, before: {}, after: { lastName: 'James' } },
    ]);
  });
});
