/** The list of open changes: first what needs somebody, then by customer, longest wait first. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { anchors } from '../../electron/practice/anchors.ts';
import { bringIn, openUpdates, save } from '../helpers/at-the-counter.ts';
import { startTillRig, type TillRig } from '../helpers/till-rig.ts';

describe('the open changes', () => {
  let rig: TillRig;
  before(async () => {
    rig = await startTillRig();
  });
  after(() => rig.close());

  it('stay together for each customer, behind the one that needs somebody', async () => {
    const till = await rig.openTill(rig.newFolder());
    const people = [];
    for (const { mobile } of [anchors.ritaJames, anchors.ashaRaman, anchors.kabirBose]) {
      people.push((await bringIn(till, { type: 'mobile', value: mobile })).customerId);
    }
    const [rita = 0, asha = 0, kabir = 0] = people;
    rig.server.control.setFault('refuse', { times: 1 });
    const refused = await save(till, kabir, { lastName: 'Refused' });
    await till.until('it is refused', async () => (await openUpdates(till))[0]?.state === 'attention');
    await rig.server.control.setConnection(false);
    const saved = [];
    // Consent never joins an earlier change, so it gets its own row.
    for (const [customerId, on] of [
      [asha, '1'],
      [rita, '0'],
      [asha, '0'],
      [kabir, '0'],
      [rita, '1'],
    ] as const) {
      saved.push(await save(till, customerId, { 'subscription.sms.BULK': on }));
    }
    const [asha1, rita1, asha2, kabir1, rita2] = saved;
    const listed = (await openUpdates(till)).map(({ updateId }) => updateId);
    assert.deepEqual(listed, [refused, kabir1, asha1, asha2, rita1, rita2]);
    // A page of the list is a part of it.
    const page = await till.call['updates.list']({ which: 'open', offset: 2, limit: 3 });
    assert.deepEqual([page.updates.map(({ updateId }) => updateId), page.total], [listed.slice(2, 5), 6]);
  });
});
