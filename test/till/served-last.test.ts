/** The customers served last are listed before anybody searches; IT may turn this off, and a sign-out clears it. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { anchors } from '../../electron/practice/anchors.ts';
import { bringIn } from '../helpers/at-the-counter.ts';
import { type RigTill, startTillRig, type TillRig } from '../helpers/till-rig.ts';

describe('the customers served last at this till', () => {
  let rig: TillRig;
  before(async () => {
    rig = await startTillRig();
  });
  after(() => rig.close());

  const listed = async (till: RigTill) => {
    const { hits } = await till.call['customers.search']({ query: '', limit: 50 });
    return hits.map(({ firstName }) => firstName);
  };
  const serve = async (till: RigTill, mobile: string) => {
    const { customerId } = await bringIn(till, { type: 'mobile', value: mobile });
    assert.ok(customerId !== null);
    await till.call['customers.open']({ customerId });
  };

  it('are listed newest first, even after a restart', async () => {
    const folder = rig.newFolder();
    const first = await rig.openTill(folder);
    await serve(first, anchors.ritaJames.mobile);
    await serve(first, anchors.ashaRaman.mobile);
    assert.deepEqual(await listed(first), ['Asha', 'Rita']);
    await first.close();
    const second = await rig.openTill(folder);
    assert.deepEqual(await listed(second), ['Asha', 'Rita']);
  });

  it('are cleared for good at a sign-out or when somebody else signs in; search still finds them', async () => {
    const folder = rig.newFolder();
    const till = await rig.openTill(folder);
    const [one = 'A1', other = 'A2'] = (await till.call['staff.list'](undefined)).members.map(({ code }) => code);
    await till.call['staff.signIn']({ code: one });
    await serve(till, anchors.ritaJames.mobile);
    assert.deepEqual(await listed(till), ['Rita']);
    await till.call['staff.signOut'](undefined);
    assert.deepEqual(await listed(till), []);
    const { hits } = await till.call['customers.search']({ query: 'rita', limit: 50 });
    assert.equal(hits[0]?.firstName, 'Rita');
    await till.close();

    const again = await rig.openTill(folder);
    assert.deepEqual(await listed(again), []);
    await again.call['staff.signIn']({ code: one });
    await serve(again, anchors.ashaRaman.mobile);
    assert.deepEqual(await listed(again), ['Asha']);
    await again.call['staff.signIn']({ code: other });
    assert.deepEqual(await listed(again), []);
  });

  it('are not listed if IT turned this off', async () => {
    const till = await rig.openTill(rig.newFolder(), { data: { showRecent: false } });
    await serve(till, anchors.ritaJames.mobile);
    assert.deepEqual(await listed(till), []);
  });
});
