/** What associates and managers may change (staff.roles), enforced in the services whatever the screen shows. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseMachineConfig } from '../../electron/config/machine-config.ts';
import { systemRandom } from '../../electron/machine/system-clock.ts';
import type { FieldChanges } from '../../electron/model/customer.ts';
import { anchors } from '../../electron/practice/anchors.ts';
import { startTillRig } from '../helpers/till-rig.ts';

const { ritaJames } = anchors;
const associate = 'A001';
const manager = 'M001';

test("an associate changes only the role's fields, a manager all, and without a sign-in the role is associate", async (t) => {
  const rig = await startTillRig();
  t.after(() => rig.close());
  const till = await rig.openTill(rig.newFolder(), {
    staff: { roles: { associate: { mayChange: ['firstName', 'subscription.*'] } } },
  });
  const found = await till.call['customers.lookUpOnline']({ query: ritaJames.mobile });
  assert.equal(found.kind, 'found');
  const [hit] = (await till.call['customers.search']({ query: ritaJames.mobile, limit: 1 })).hits;
  assert.ok(hit !== undefined);
  const { customerId } = hit;
  const save = async (changes: FieldChanges) => {
    const token = systemRandom.id();
    const target = { customerId };
    const result = await till.call['updates.save']({ token, target, changes, replaces: null, confirmedFills: [] });
    return result.kind === 'invalid' ? result.problems.map(({ key, code }) => `${key} ${code}`) : result.kind;
  };
  const lockOfLastName = async () => (await till.call['customers.open']({ customerId }))?.locks.lastName ?? null;

  for (const who of ['nobody', 'associate'] as const) {
    if (who === 'associate') await till.call['staff.signIn']({ code: associate });
    assert.deepEqual(await save({ firstName: `By ${who}`, lastName: 'No' }), ['lastName not-your-role'], who);
    assert.equal(
      await save({ firstName: `By ${who}`, 'subscription.sms.BULK': who === 'nobody' ? '0' : '1' }),
      'saved',
    );
    assert.equal(await lockOfLastName(), 'not-your-role');
    const token = systemRandom.id();
    const asked = { token, customerId, type: 'mobile', newValue: '9845099999', replaces: null } as const;
    const identity = await till.call['updates.requestIdentityChange'](asked);
    assert.deepEqual(identity.kind === 'invalid' && identity.problems.map(({ code }) => code), ['not-your-role']);
  }
  assert.equal((await till.call['org.view'](undefined)).mayChange?.length, 2);
  await till.call['staff.signIn']({ code: manager });
  assert.equal(await lockOfLastName(), null);
  assert.equal(await save({ lastName: 'Managed' }), 'saved');
  const last = till.events.filter((message) => message.name === 'org.changed').at(-1);
  assert.equal(last?.name === 'org.changed' && last.payload.mayChange, null, 'the screen learns of it');
});

test('a role names existing fields', () => {
  const withRole = (mayChange: readonly string[]) =>
    parseMachineConfig(
      {
        api: { cluster: 'eu' },
        auth: { method: 'basic', till: 'a' },
        staff: { roles: { associate: { mayChange } } },
      },
      'test',
    );
  assert.doesNotThrow(() => withRole(['email', 'custom.size', 'custom.*', 'extended.*', 'subscription.*']));
  for (const wrong of ['e-mail', 'name.*', '*', '']) assert.throws(() => withRole([wrong]), /mayChange/, wrong);
});
