import '../helpers/svelte-hooks.ts';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CustomerView } from '../../electron/model/customer-view.ts';
import type { SaveResult, UpdateView } from '../../electron/model/update-view.ts';
import { CallFailed } from '../../renderer/bridge.ts';
import { customer, deferred, machine, services, settled, update } from './rig.ts';

const { CustomerForm } = await import('../../renderer/state/customer-form.svelte.ts');

function open(
  save: () => SaveResult | Promise<SaveResult> = () => ({ kind: 'saved', updateId: 'u-1', customerId: 7 }),
  view: CustomerView = customer(),
  replaces: UpdateView | null = null,
) {
  const asked = services({ 'updates.check': () => ({ problems: [], hints: [] }), 'updates.save': save });
  const clock = machine();
  return { form: new CustomerForm(asked.services, clock.machine, view, replaces), ...asked, ...clock };
}

test('only fields with a different value are saved', async () => {
  const { form, argumentsOf } = open();
  form.type('firstName', 'Rita ');
  form.type('lastName', 'Jones');
  await form.save();
  assert.deepEqual(argumentsOf('updates.save'), [
    { token: 'token-1', target: { customerId: 7 }, changes: { lastName: 'Jones' }, replaces: null, confirmedFills: [] },
  ]);
});

test("a refresh never overwrites typed text, and says that head office's value changed (F32)", () => {
  const { form } = open();
  form.type('lastName', 'Jones');
  form.refresh(customer({ fields: { firstName: 'Rita', lastName: 'Jameson' } }));
  assert.equal(form.value('lastName'), 'Jones');
  assert.deepEqual(form.serverChange('lastName'), { from: 'James', to: 'Jameson' });
  assert.equal(form.current('lastName'), 'Jameson');
});

test('a refresh shows in every field where nobody typed', () => {
  const { form } = open();
  form.type('lastName', 'Jones');
  form.refresh(customer({ fields: { firstName: 'Margarita', lastName: 'James' } }));
  assert.equal(form.value('firstName'), 'Margarita');
  assert.equal(form.serverChange('firstName'), null);
  assert.equal(form.serverChange('lastName'), null);
});

test('text typed before a field was locked stays visible and can be undone', () => {
  const { form } = open();
  form.type('email', 'rita@example.com');
  form.refresh(customer({ locks: { email: 'existing-identifier' } }));
  assert.equal(form.lock('email'), null);
  assert.equal(form.value('email'), 'rita@example.com');
  form.undo('email');
  assert.equal(form.lock('email'), 'existing-identifier');
});

test('Save that lost its answer uses the same token when pressed again (F05)', async () => {
  let calls = 0;
  const { form, argumentsOf } = open(() => {
    calls += 1;
    if (calls === 1) throw new CallFailed('no-answer', 'lost');
    return { kind: 'saved', updateId: 'u-1', customerId: 7 };
  });
  form.type('lastName', 'Jones');
  assert.equal(await form.save(), null);
  assert.deepEqual(form.trouble, { kind: 'not-saved', why: 'no-answer' });
  assert.equal(form.value('lastName'), 'Jones');
  assert.deepEqual(await form.save(), { updateId: 'u-1', customerId: 7 });
  const tokens = argumentsOf('updates.save').map((argument) => JSON.stringify(argument).match(/token-\d/)?.[0]);
  assert.deepEqual(tokens, ['token-1', 'token-1']);
});

test('a request to change an identifier that lost its answer uses the same token when pressed again (F05)', async () => {
  const { services: lossy, argumentsOf } = services({
    'updates.requestIdentityChange': () => {
      if (argumentsOf('updates.requestIdentityChange').length === 1) throw new CallFailed('no-answer', 'lost');
      return { kind: 'saved', updateId: 'u-1', customerId: 7 };
    },
  });
  const form = new CustomerForm(lossy, machine().machine, customer(), null);
  const token = form.newToken();
  const press = () => form.requestChange('mobile', '919845012345', null, token);
  await assert.rejects(press(), CallFailed);
  assert.equal((await press()).kind, 'saved');
  const request = { token, customerId: 7, type: 'mobile', newValue: '919845012345', replaces: null };
  assert.deepEqual(argumentsOf('updates.requestIdentityChange'), [request, request]);
});

test('typing after a failed save makes it a new save with its own token', async () => {
  const { form, argumentsOf } = open(() => {
    throw new CallFailed('no-answer', 'lost');
  });
  form.type('lastName', 'Jones');
  await form.save();
  form.type('lastName', 'Jonas');
  await form.save();
  const tokens = argumentsOf('updates.save').map((argument) => JSON.stringify(argument).match(/token-\d/)?.[0]);
  assert.deepEqual(tokens, ['token-1', 'token-2']);
});

test('two saves that both succeed have two tokens', async () => {
  const { form, argumentsOf } = open();
  form.type('lastName', 'Jones');
  await form.save();
  form.type('firstName', 'Margarita');
  await form.save();
  const tokens = argumentsOf('updates.save').map((argument) => JSON.stringify(argument).match(/token-\d/)?.[0]);
  assert.deepEqual(tokens, ['token-1', 'token-2']);
});

test('a second press of Save during a save makes no second save', async () => {
  const answer = deferred<SaveResult>();
  const { form, argumentsOf } = open(() => answer.promise);
  form.type('lastName', 'Jones');
  const first = form.save();
  assert.equal(await form.save(), null);
  answer.resolve({ kind: 'saved', updateId: 'u-1', customerId: 7 });
  await first;
  assert.equal(argumentsOf('updates.save').length, 1);
});

test('what is typed during a save stays in the form', async () => {
  const answer = deferred<SaveResult>();
  const { form } = open(() => answer.promise);
  form.type('lastName', 'Jones');
  const saving = form.save();
  form.type('lastName', 'Jones-Smith');
  form.type('firstName', 'Margarita');
  answer.resolve({ kind: 'saved', updateId: 'u-1', customerId: 7 });
  await saving;
  form.refresh(customer({ fields: { firstName: 'Rita', lastName: 'Jones' } }));
  assert.deepEqual(
    [...form.changes],
    [
      ['lastName', 'Jones-Smith'],
      ['firstName', 'Margarita'],
    ],
  );
});

test('a saved value stays in its field until a view has it, and typing the old value then counts as an edit', async () => {
  const before = customer();
  const { form } = open(undefined, before);
  form.type('lastName', 'Jones');
  await form.save();
  assert.equal(form.value('lastName'), 'Jones');
  assert.equal(form.changes.size, 0);
  form.refresh(before);
  assert.equal(form.value('lastName'), 'Jones', 'a view that was asked for before the save');
  form.type('lastName', 'James');
  form.leave('lastName');
  assert.deepEqual([...form.changes], [['lastName', 'James']]);
  form.undo('lastName');
  form.refresh(customer({ fields: { lastName: 'Jonson' }, updates: [update({ updateId: 'u-1' })] }));
  assert.equal(form.value('lastName'), 'Jonson', 'as the services have it');
});

test('a full disk keeps the text and says why (F25)', async () => {
  const { form } = open(() => ({ kind: 'not-saved', why: 'disk-full' }));
  form.type('lastName', 'Jones');
  await form.save();
  assert.deepEqual(form.trouble, { kind: 'not-saved', why: 'disk-full' });
  assert.deepEqual([...form.changes], [['lastName', 'Jones']]);
});

test('a field shows its problem only once it was left', async () => {
  const asked = services({
    'updates.check': () => ({ problems: [{ key: 'email', code: 'email', detail: null, limit: null }], hints: [] }),
  });
  const clock = machine();
  const form = new CustomerForm(asked.services, clock.machine, customer(), null);
  form.type('email', 'rita@');
  clock.pass(250);
  await settled();
  assert.equal(form.problem('email'), null);
  form.leave('email');
  await settled();
  assert.equal(form.problem('email')?.code, 'email');
});

test('a mistyped address gets a suggestion when the field is left, accepted with one tap and never forced', async () => {
  const slip = { key: 'email', suggestion: 'rita@gmail.com' } as const;
  // For what was typed, and again when the field is left.
  const slips = [slip, slip, slip, slip];
  const asked = services({
    'updates.check': () => ({ problems: [], hints: slips.splice(0, 2).slice(0, 1) }),
    'updates.save': () => ({ kind: 'saved', updateId: 'u1', customerId: 1 }),
  });
  const form = new CustomerForm(asked.services, machine().machine, customer(), null);
  form.type('email', 'rita@gmial.com');
  await form.check();
  assert.equal(form.suggestion('email'), null, 'not while staff type');
  form.leave('email');
  await settled();
  assert.equal(form.suggestion('email'), 'rita@gmail.com');
  assert.deepEqual(form.problems, [], 'it does not prevent saving');
  form.accept('email', 'rita@gmail.com');
  await settled();
  assert.deepEqual([form.value('email'), form.suggestion('email')], ['rita@gmail.com', null]);
});

test('an answer about older text is dropped', async () => {
  const answers = [deferred<never[]>(), deferred<never[]>()];
  let number = 0;
  const asked = services({
    'updates.check': async () => {
      const answer = answers[number];
      number += 1;
      await answer?.promise;
      const problem = { key: 'email', code: 'email', detail: null, limit: null } as const;
      return { problems: number === 2 && answer === answers[0] ? [problem] : [], hints: [] };
    },
  });
  const form = new CustomerForm(asked.services, machine().machine, customer(), null);
  form.type('email', 'rita@');
  form.leave('email');
  form.type('email', 'rita@example.com');
  form.leave('email');
  answers[1]?.resolve([]);
  await settled();
  answers[0]?.resolve([]);
  await settled();
  assert.equal(form.problem('email'), null);
});

test('a correction starts with the refused text, compares with the value before it, and names what it replaces', async () => {
  const refused = update({ state: 'attention', reason: { kind: 'no-such-customer' } });
  const view = customer({ fields: { firstName: 'Rita', lastName: 'Jones' }, server: { lastName: 'James' } });
  const { form, argumentsOf } = open(undefined, view, refused);
  assert.equal(form.value('lastName'), 'Jones');
  assert.equal(form.current('lastName'), 'James');
  assert.equal(form.changed('lastName'), true);
  form.type('lastName', 'Jonas');
  await form.save();
  assert.deepEqual(argumentsOf('updates.save'), [
    {
      token: 'token-1',
      target: { customerId: 7 },
      changes: { lastName: 'Jonas' },
      replaces: refused.updateId,
      confirmedFills: [],
    },
  ]);
});

test("somebody else's email is saved only after staff say they are one person (F23)", async () => {
  const taken = update({
    state: 'attention',
    changes: [{ key: 'email', was: null, to: 'rita@example.com' }],
    reason: { kind: 'belongs-to-other', key: 'email', otherUserId: '9' },
  });
  const { form, argumentsOf } = open(undefined, customer(), taken);
  assert.equal(await form.save(), null);
  assert.deepEqual(form.trouble, { kind: 'invalid' });
  assert.equal(form.problem('email')?.code, 'belongs-to-other');
  form.confirm('email');
  assert.equal(form.problem('email'), null);
  await form.save();
  assert.match(JSON.stringify(argumentsOf('updates.save')), /"confirmedFills":\["email"\]/);
});

test('for a customer not on this till, only the identifier they were looked up by is known', () => {
  const view = customer({ customerId: null, identifier: { type: 'mobile', value: '447700900123' }, fields: {} });
  const { form } = open(undefined, view);
  assert.equal(form.value('mobile'), '447700900123');
  assert.equal(form.value('email'), '');
  assert.equal(form.changes.size, 0);
});

test('a customer not on this till is saved by identifier', async () => {
  const { form, argumentsOf } = open(undefined, customer({ customerId: null }));
  form.type('lastName', 'Jones');
  await form.save();
  assert.match(
    JSON.stringify(argumentsOf('updates.save')),
    /"target":\{"identifier":\{"type":"mobile","value":"447009000111"\}\}/,
  );
});
