import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { anchors } from '../../electron/practice/anchors.ts';
import { bringIn } from '../helpers/at-the-counter.ts';
import { startTillRig, type TillRig } from '../helpers/till-rig.ts';

describe('text that was typed and not saved', () => {
  let rig: TillRig;
  before(async () => {
    rig = await startTillRig();
  });
  after(() => rig.close());

  it('survives a restart, makes no update, and is forgotten when nothing of it is left', async () => {
    const folder = rig.newFolder();
    const first = await rig.openTill(folder);
    const { customerId } = await bringIn(first, { type: 'mobile', value: anchors.ritaJames.mobile });
    const target = { customerId };
    await first.call['drafts.keep']({ target, changes: { lastName: 'Ja' }, replaces: null });
    await first.call['drafts.keep']({ target, changes: { lastName: 'Jameson', firstName: 'R' }, replaces: null });
    await first.close();

    const second = await rig.openTill(folder);
    const kept = await second.call['drafts.list'](undefined);
    assert.deepEqual(
      kept.map(({ target: whose, name, changes }) => ({ whose, name, changes })),
      [
        {
          whose: target,
          name: 'Rita James',
          changes: [
            { key: 'lastName', to: 'Jameson' },
            { key: 'firstName', to: 'R' },
          ],
        },
      ],
    );
    assert.equal((await second.call['sync.status'](undefined)).unsent, 0);

    await second.call['drafts.keep']({ target, changes: {}, replaces: null });
    assert.deepEqual(await second.call['drafts.list'](undefined), []);
  });

  it('is gone once it is saved, even if the till is killed before the screen removes it', async () => {
    const folder = rig.newFolder();
    const first = await rig.openTill(folder);
    const { customerId } = await bringIn(first, { type: 'mobile', value: anchors.ritaJames.mobile });
    const target = { customerId };
    await first.call['drafts.keep']({ target, changes: { lastName: 'Jameson' }, replaces: null });
    const saved = await first.call['updates.save']({
      token: randomUUID(),
      target,
      changes: { lastName: 'Jameson' },
      replaces: null,
      confirmedFills: [],
    });
    assert.equal(saved.kind, 'saved');
    await first.close();
    const second = await rig.openTill(folder);
    assert.deepEqual(await second.call['drafts.list'](undefined), []);
  });
});
