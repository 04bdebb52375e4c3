import assert from 'node:assert/strict';
import { it } from 'node:test';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { calls, openAt } from './org-rig.ts';

const hourMs = 60 * 60_000;

it('an allow-fill key that the server does not tell follows the config, one by one', async (t) => {
  const { till } = await openAt(t);
  const { policy } = await till.handlers['org.view'](undefined);
  assert.deepEqual(policy.allowFill, { mobile: true, email: false, externalId: false });
});

for (const [missing, kind] of [
  ['v2/extendedFields', 'extended'],
  ['organization/customfields', 'custom'],
] as const) {
  it(`a form whose ${missing} never came is half known: that half alone is asked for again within the hour`, async (t) => {
    const { till, clock, asked, broken } = await openAt(t, { broken: [missing] });
    const openedAtMs = clock.wallMs();
    const half = await till.handlers['org.view'](undefined);
    assert.equal(half.fields.length, 1);
    assert.deepEqual(half.fieldsAsOfMs, { custom: openedAtMs, extended: openedAtMs, [kind]: null });

    broken.clear();
    asked.length = 0;
    await clock.pass(hourMs);
    const whole = await till.handlers['org.view'](undefined);
    assert.deepEqual(
      whole.fields.map(({ name }) => name),
      ['age', 'gender'],
    );
    assert.deepEqual(whole.fieldsAsOfMs, { custom: openedAtMs, extended: openedAtMs, [kind]: clock.wallMs() });
    assert.deepEqual(asked, [missing]);
  });
}

it('while a half of the form was never told, its fields are plain text where they have a value; unknown names of the told half are not sent', async (t) => {
  const { till } = await openAt(t, { broken: ['v2/extendedFields'] });
  const view = await till.handlers['customers.lookUpOnline']({ query: '+919845012345' });
  assert.ok(view.kind === 'found' && view.customer.customerId !== null);
  const { customerId, locks } = view.customer;
  assert.deepEqual(
    [locks['extended.city'], locks['custom.shirt'], locks['custom.age']],
    [undefined, 'unknown-field', undefined],
  );
  const check = async (changes: { [key in `extended.${string}` | `custom.${string}`]: string }) =>
    (await till.handlers['updates.check']({ target: { customerId }, changes })).problems;
  assert.deepEqual(await check({ 'extended.city': 'Madurai' }), []);
  for (const key of ['extended.never_told', 'custom.shirt', 'custom.nobody'] as const) {
    assert.deepEqual(
      (await check({ [key]: 'x' })).map(({ code }) => code),
      ['unknown-field'],
    );
  }
});

it('asked for by hand, everything is asked for; what did not come is named and what was known stays in use', async (t) => {
  const { till, clock, asked, broken } = await openAt(t);
  const events: string[] = [];
  till.subscribe(({ name }) => events.push(name));
  const before = await till.handlers['org.view'](undefined);
  asked.length = 0;
  await clock.pass(5 * 60_000);
  assert.deepEqual(await till.handlers['org.refresh'](undefined), { missed: [] });
  assert.deepEqual([...asked].sort(), [...calls].sort());
  assert.deepEqual(events.filter((name) => name === 'org.changed' || name === 'staff.listed').sort(), [
    'org.changed',
    'staff.listed',
  ]);

  for (const call of ['organization/configs', 'store/staff'] as const) broken.add(call);
  await clock.pass(5 * 60_000);
  assert.deepEqual(await till.handlers['org.refresh'](undefined), { missed: ['policy', 'staff'] });
  const after = await till.handlers['org.view'](undefined);
  assert.deepEqual([after.policy, after.fields], [before.policy, before.fields]);
  assert.equal(after.fieldsAsOfMs.custom, clock.wallMs());
  const staff = await till.handlers['staff.list'](undefined);
  assert.deepEqual([staff.members.length, staff.asOfMs], [1, clock.wallMs() - 5 * 60_000]);
});

it('what the organisation told is known again after a restart, with its age', async (t) => {
  const dataDir = temporaryFolder();
  const first = await openAt(t, { dataDir });
  const told = await first.till.handlers['org.view'](undefined);
  await first.till.close();
  const second = await openAt(t, { dataDir, broken: calls });
  assert.deepEqual(await second.till.handlers['org.view'](undefined), told);
});

it('a staff list that did not come is asked for again within the hour, without the rest', async (t) => {
  const { till, clock, asked, broken } = await openAt(t, { broken: ['store/staff'] });
  assert.deepEqual(await till.handlers['staff.list'](undefined), { members: [], asOfMs: null });

  broken.clear();
  asked.length = 0;
  await clock.pass(hourMs);
  assert.deepEqual(
    (await till.handlers['staff.list'](undefined)).members.map(({ code }) => code),
    ['S1'],
  );
  assert.deepEqual(asked, ['store/staff']);
});

it('what came is asked for again after a day, and not before', async (t) => {
  const { clock, asked } = await openAt(t);
  assert.deepEqual([...asked].sort(), [...calls].sort());
  asked.length = 0;
  await clock.pass(23 * hourMs);
  assert.deepEqual(asked, []);
  await clock.pass(2 * hourMs);
  assert.deepEqual([...asked].sort(), [...calls].sort());
});
