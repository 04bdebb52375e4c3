import assert from 'node:assert/strict';
import { it } from 'node:test';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { calls, openAt } from './org-rig.ts';

const hourMs = 60 * 60_000;

it("an allow-fill key missing from the server's answer follows the config, each on its own", async (t) => {
  const { till } = await openAt(t);
  const { policy } = await till.handlers['org.view'](undefined);
  assert.deepEqual(policy.allowFill, { mobile: true, email: false, externalId: false });
});

for (const [missing, kind] of [
  ['v2/extendedFields', 'extended'],
  ['organization/customfields', 'custom'],
] as const) {
  it(`if the form's ${missing} never came, only that half is requested again within the hour`, async (t) => {
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

it('while definitions of one kind are missing, its known fields are plain text; undefined fields of the other kind are refused', async (t) => {
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

it('a refresh by hand requests everything; what failed is named, and what was known stays in use', async (t) => {
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

it('after a restart the organisation is known again, with its age', async (t) => {
  const dataDir = temporaryFolder();
  const first = await openAt(t, { dataDir });
  const orgView = await first.till.handlers['org.view'](undefined);
  await first.till.close();
  const second = await openAt(t, { dataDir, broken: calls });
  assert.deepEqual(await second.till.handlers['org.view'](undefined), orgView);
});

it('a staff list that failed is requested again within the hour, without the rest', async (t) => {
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

it('what arrived is requested again after a day, not before', async (t) => {
  const { clock, asked } = await openAt(t);
  assert.deepEqual([...asked].sort(), [...calls].sort());
  asked.length = 0;
  await clock.pass(23 * hourMs);
  assert.deepEqual(asked, []);
  await clock.pass(2 * hourMs);
  assert.deepEqual([...asked].sort(), [...calls].sort());
});
