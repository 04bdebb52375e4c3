/** Masked mobiles and emails (staff.roles.*.masked) stay in the services until staff ask for one, which is recorded. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { readAudit } from '../../electron/care/audit-log.ts';
import { calls } from '../../electron/ipc/schema.ts';
import { systemRandom } from '../../electron/machine/system-clock.ts';
import type { FieldChanges } from '../../electron/model/customer.ts';
import { anchors } from '../../electron/practice/anchors.ts';
import { type RigTill, startTillRig } from '../helpers/till-rig.ts';

const { ritaJames } = anchors;
const email = ritaJames.email ?? '';
const secrets = [ritaJames.mobile, email];
const manager = 'M001';

async function openMasked(t: TestContext) {
  const rig = await startTillRig();
  t.after(() => rig.close());
  const folder = rig.newFolder();
  const till = await rig.openTill(folder, {
    staff: { roles: { associate: { masked: ['mobile', 'email'] } } },
    org: { allowEmailFill: true },
  });
  await till.call['customers.lookUpOnline']({ query: ritaJames.mobile });
  const [hit] = (await till.call['customers.search']({ query: 'rita james', limit: 9 })).hits;
  assert.ok(hit !== undefined);
  return { rig, till, folder, customerId: hit.customerId };
}

const search = async (till: RigTill, query: string) =>
  (await till.call['customers.search']({ query, limit: 9 })).hits.filter(({ externalId }) => externalId === 'RJ-1001');

async function save(till: RigTill, customerId: number, changes: FieldChanges, replaces: string | null = null) {
  const token = systemRandom.id();
  return await till.call['updates.save']({ token, target: { customerId }, changes, replaces, confirmedFills: [] });
}

/** Calls whose answers the first test checks. */
const told = new Set([
  'customers.search',
  'customers.open',
  'customers.view',
  'customers.openByIdentifier',
  'customers.lookUpOnline',
  'customers.refresh',
  'customers.whoElseHas',
  'customers.reveal',
  'updates.list',
  'updates.history',
  'drafts.list',
]);
/** They answer with codes, counts, names or purchases, or with what was just typed. */
const tellsNoMobile =
  /^(app|sync|org|staff|till|rescue|admin|trouble|practice)\.|^customers\.(import|region|feed|forget|purchases)|^updates\.(check|save|requestIdentityChange|cancel|discard|settleConflict|putOff|awardSeen)$|^drafts\.keep$/;

const problems = (result: Awaited<ReturnType<typeof save>>) =>
  result.kind === 'invalid' ? result.problems.map(({ key, code }) => `${key} ${code}`) : result.kind;

test('no call returns a masked value, and the whole value still finds the customer', async (t) => {
  const { rig, till, customerId } = await openMasked(t);
  const identifier = { type: 'mobile', value: ritaJames.mobile } as const;
  await rig.server.control.setConnection(false);
  // Somebody known only by mobile, with a filled-in email.
  const stranger = { mobile: '919845000777', email: 'stranger@example.com' };
  const known = await till.call['updates.save']({
    token: systemRandom.id(),
    target: { identifier: { type: 'mobile', value: stranger.mobile } },
    changes: { email: stranger.email, firstName: 'Stranger' },
    replaces: null,
    confirmedFills: [],
  });
  assert.ok(known.kind === 'saved');
  assert.equal((await save(till, customerId, { lastName: 'Shown' })).kind, 'saved');
  await till.call['drafts.keep']({ target: { customerId }, changes: { email: 'x', firstName: 'Ri' }, replaces: null });
  await rig.server.control.setConnection(true);
  const { updates } = await till.call['updates.list']({ which: 'open', offset: 0, limit: 9 });
  const answers: { readonly [what: string]: unknown } = {
    byName: await search(till, 'rita'),
    byMobile: await search(till, ritaJames.mobile),
    byEmail: await search(till, email),
    byLastDigits: await search(till, ritaJames.mobile.slice(-4)),
    open: await till.call['customers.open']({ customerId }),
    view: await till.call['customers.view']({ customerId }),
    stranger: await till.call['customers.view']({ customerId: known.customerId }),
    byIdentifier: await till.call['customers.openByIdentifier']({ identifier }),
    online: await till.call['customers.lookUpOnline']({ query: email }),
    refresh: await till.call['customers.refresh']({ customerId }),
    whoElse: await till.call['customers.whoElseHas']({ identifier, exceptId: null }),
    updates,
    history: await till.call['updates.history']({ updateId: updates[0]?.updateId ?? '' }),
    drafts: await till.call['drafts.list'](undefined),
    events: till.events,
  };
  for (const [what, answer] of Object.entries(answers)) {
    const text = JSON.stringify(answer);
    assert.ok(text.length > 20, `${what} answered nothing`);
    for (const secret of [...secrets, ...Object.values(stranger)]) {
      assert.ok(!text.includes(secret), `${what} tells ${secret.length} signs of it`);
    }
  }
  assert.ok(updates.length > 1);
  const others = Object.keys(calls).filter((name) => !told.has(name) && !tellsNoMobile.test(name));
  assert.deepEqual(others, [], 'a call that is not looked at here');
  for (const what of ['byName', 'byMobile', 'byEmail', 'byLastDigits'] as const) {
    const [found] = Array.isArray(answers[what]) ? answers[what] : [];
    assert.deepEqual([found?.mobile, found?.email], ['••••• ••123', 'r•••••@•••••'], what);
  }
  // A search must not reveal a number digit by digit.
  for (const part of [ritaJames.mobile.slice(0, 6), ritaJames.mobile.slice(-5), email.slice(0, 6)]) {
    assert.deepEqual(await search(till, part), [], 'a part of a masked value finds the customer');
  }
});

test('a request shows one field of one customer until another is opened or somebody else signs in, and is recorded', async (t) => {
  const { till, folder, customerId } = await openMasked(t);
  const other = (await till.call['customers.lookUpOnline']({ query: 'RJ-1000' })).kind;
  assert.ok(other.length > 0);
  const told = async () => {
    const view = await till.call['customers.view']({ customerId });
    return [view?.fields.mobile, view?.fields.email, view?.masked];
  };
  const shown = await till.call['customers.reveal']({ customerId, field: 'mobile' });
  assert.deepEqual([shown?.fields.mobile, shown?.masked], [ritaJames.mobile, ['email']]);
  assert.deepEqual(await told(), [ritaJames.mobile, 'r•••••@•••••', ['email']]);
  assert.ok(till.events.some(({ name }) => name === 'customers.changed'));
  const next = await till.call['customers.lookUpOnline']({ query: String(anchors.ritaJames.userId + 1) });
  assert.ok(next.kind === 'found' && next.customer.customerId !== null);
  await till.call['customers.open']({ customerId: next.customer.customerId });
  assert.deepEqual(await told(), ['••••• ••123', 'r•••••@•••••', ['mobile', 'email']]);

  await till.call['staff.signIn']({ code: 'A001' });
  await till.call['customers.reveal']({ customerId, field: 'email' });
  assert.deepEqual((await told())[1], email);
  await till.call['staff.signIn']({ code: 'A002' });
  assert.deepEqual((await told())[1], 'r•••••@•••••');
  assert.deepEqual(
    readAudit(folder).map(({ action, author, from }) => [action, author, from]),
    [
      ['details-shown', null, 'screen'],
      ['details-shown', 'A001', 'screen'],
    ],
  );
  const audit = readFileSync(path.join(folder, 'audit.jsonl'), 'utf8');
  for (const secret of secrets) assert.ok(!audit.includes(secret));

  await till.call['staff.signIn']({ code: manager });
  assert.deepEqual(await told(), [ritaJames.mobile, email, []]);
  await till.call['customers.reveal']({ customerId, field: 'email' });
  assert.equal(readAudit(folder).length, 2, 'who sees it anyway asks for nothing');
});

test('a mask never comes back as an edit, and a masked value is not changed unseen', async (t) => {
  const { rig, till, customerId } = await openMasked(t);
  const view = await till.call['customers.open']({ customerId });
  assert.deepEqual([view?.locks.mobile, view?.locks.email], ['masked', 'masked']);
  for (const text of ['••••• ••123', '9845099999', ritaJames.mobile]) {
    assert.deepEqual(problems(await save(till, customerId, { mobile: text })), ['mobile masked']);
  }
  assert.deepEqual(problems(await save(till, customerId, { email: 'r•••••@•••••', lastName: 'No' })), ['email masked']);
  const request = { customerId, type: 'mobile', newValue: '9845099999', replaces: null } as const;
  const ask = () => till.call['updates.requestIdentityChange']({ ...request, token: systemRandom.id() });
  assert.deepEqual(problems(await ask()), ['mobile masked']);
  await till.call['customers.reveal']({ customerId, field: 'mobile' });
  assert.equal((await ask()).kind, 'saved');
  assert.deepEqual(problems(await save(till, customerId, { lastName: 'Fine' })), 'saved');
  assert.ok(!rig.server.control.ledger.some(({ changes }) => JSON.stringify(changes).includes('•')));
});

test('a filled-in email is masked once it is saved, and its update is not replaced unseen', async (t) => {
  const { rig, till } = await openMasked(t);
  const customer = rig.server.control.customers.find((one) => one.email === null && one.mobile !== null);
  const found = await till.call['customers.lookUpOnline']({ query: customer?.mobile ?? '' });
  assert.ok(found.kind === 'found' && found.customer.customerId !== null);
  const { customerId } = found.customer;
  assert.deepEqual(found.customer.masked, ['mobile']);
  await rig.server.control.setConnection(false);
  const saved = await save(till, customerId, { email: 'new@example.com' });
  assert.ok(saved.kind === 'saved');
  const [update] = (await till.call['customers.view']({ customerId }))?.updates ?? [];
  assert.equal(update?.changes[0]?.to, 'n•••••@•••••');
  assert.deepEqual(problems(await save(till, customerId, { lastName: 'Only' }, saved.updateId)), ['email masked']);
  await till.call['customers.reveal']({ customerId, field: 'email' });
  const after = await save(till, customerId, { email: 'newer@example.com' }, saved.updateId);
  assert.equal(after.kind, 'saved');
});

test('typed text that a role may not see is not lost when it keeps a draft', async (t) => {
  const { till, customerId } = await openMasked(t);
  const target = { customerId };
  const list = async () => (await till.call['drafts.list'](undefined)).map(({ changes }) => changes);
  await till.call['staff.signIn']({ code: manager });
  await till.call['drafts.keep']({ target, changes: { email: 'typed@example.com' }, replaces: null });
  await till.call['staff.signOut'](undefined);
  assert.deepEqual(await list(), [[]]);
  await till.call['drafts.keep']({ target, changes: { lastName: 'T', mobile: '••••• ••123' }, replaces: null });
  await till.call['staff.signIn']({ code: manager });
  assert.deepEqual(await list(), [
    [
      { key: 'email', to: 'typed@example.com' },
      { key: 'lastName', to: 'T' },
    ],
  ]);
});
