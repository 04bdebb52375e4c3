import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { it } from 'node:test';
import { anchors } from '../../electron/practice/anchors.ts';
import { bringIn, byServerId, savedId, untilState } from '../helpers/at-the-counter.ts';
import { startTillRig } from '../helpers/till-rig.ts';

it('if a customer turns out to be another one on this till, the screen learns who, and the draft moves along', async (t) => {
  const rig = await startTillRig(40);
  t.after(() => rig.close());
  const { control } = rig.server;
  const till = await rig.openTill(rig.newFolder());
  const { customerId: rita } = await bringIn(till, byServerId(anchors.ritaJames.userId));
  await control.setConnection(false);
  control.changeCustomer(anchors.ritaJames.userId, { email: 'new.address@example.com' });
  const saved = await till.call['updates.save']({
    token: randomUUID(),
    target: { identifier: { type: 'email', value: 'new.address@example.com' } },
    changes: { lastName: 'Jansen' },
    replaces: null,
    confirmedFills: [],
  });
  const updateId = savedId(saved);
  const stranger = saved.kind === 'saved' ? saved.customerId : 0;
  assert.notEqual(stranger, rita);
  const keep = (customerId: number, changes: object) =>
    till.call['drafts.keep']({ target: { customerId }, changes, replaces: null });
  await keep(rita, { firstName: 'Older', 'custom.occupation': 'Pilot' });
  await keep(stranger, { firstName: 'Newer' });

  await control.setConnection(true);
  await till.call['sync.sendNow'](undefined);
  await till.until('they are one', () => till.events.some(({ name }) => name === 'customers.merged'));
  await untilState(till, rita, updateId, 'applied');
  const merged = till.events.filter(({ name }) => name === 'customers.merged');
  assert.deepEqual(merged, [{ name: 'customers.merged', payload: { customerId: stranger, into: rita } }]);
  assert.equal(await till.call['customers.open']({ customerId: stranger }), null);
  const drafts = await till.call['drafts.list'](undefined);
  assert.deepEqual(
    drafts.map(({ target, changes }) => [target, changes]),
    [
      [
        { customerId: rita },
        [
          { key: 'firstName', to: 'Newer' },
          { key: 'custom.occupation', to: 'Pilot' },
        ],
      ],
    ],
  );
});
