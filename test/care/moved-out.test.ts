import assert from 'node:assert/strict';
import { it } from 'node:test';
import { anchors } from '../../electron/practice/anchors.ts';
import { bringIn, byServerId, openUpdates, save, untilState } from '../helpers/at-the-counter.ts';
import { startTillRig } from '../helpers/till-rig.ts';

it('F22 a later save is a conflict if an update that was exported while uncertain turns out to have arrived', async (t) => {
  const rig = await startTillRig(40);
  t.after(() => rig.close());
  const folder = rig.newFolder();
  const till = await rig.openTill(folder, { sync: { settleSeconds: 60 } });
  const { customerId } = await bringIn(till, byServerId(anchors.ritaJames.userId));
  rig.server.control.setFault('drop-reply', { times: 1 });
  const first = await save(till, customerId, { lastName: 'First' });
  await untilState(till, customerId, first, 'unknown');
  const exported = await till.call['rescue.export']({ passphrase: 'a passphrase for the test' });
  assert.equal(exported.kind, 'exported');

  await rig.server.control.setConnection(false);
  const second = await save(till, customerId, { lastName: 'Second' });
  await till.close();
  await rig.server.control.setConnection(true);
  const again = await rig.openTill(folder);
  await untilState(again, customerId, second, 'attention');
  // Staff who typed the second value were shown the one from before the first.
  assert.deepEqual(
    (await openUpdates(again)).map(({ reason }) => reason),
    [{ kind: 'conflict', fields: [{ key: 'lastName', was: 'James', theirs: 'First', ours: 'Second' }] }],
  );
});
