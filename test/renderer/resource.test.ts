import '../helpers/svelte-hooks.ts';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CallFailed } from '../../renderer/bridge.ts';
import { deferred, machine, services, settled } from './rig.ts';

const { follow, Resource } = await import('../../renderer/state/resource.svelte.ts');

/** A resource whose answers the test gives, one after another. */
function read(againMs?: number) {
  const { machine: clock, pass } = machine();
  const answers: { readonly key: string; readonly resolve: (value: string) => void; readonly fail: () => void }[] = [];
  const seen: string[] = [];
  const resource = new Resource<string, string>({
    machine: clock,
    first: 'first',
    read: (key) => {
      const { promise, resolve, reject } = deferred<string>();
      answers.push({ key, resolve, fail: () => reject(new CallFailed('no-answer', 'nobody there')) });
      return promise;
    },
    soonMs: 100,
    onRead: (value) => seen.push(value),
    ...(againMs === undefined ? {} : { againMs }),
  });
  return { resource, answers, seen, pass, asked: () => answers.map(({ key }) => key) };
}

test('during a read only the newest key waits, and an answer to an older one is dropped', async () => {
  const { resource, answers, seen, asked } = read();
  void resource.ask('a');
  void resource.ask('b');
  const last = resource.ask('c');
  answers[0]?.resolve('of a');
  await settled();
  assert.deepEqual([asked(), resource.value], [['a', 'c'], null]);
  answers[1]?.resolve('of c');
  await last;
  assert.deepEqual([resource.key, resource.value, seen], ['c', 'of c', ['of c']]);
});

test('a key that is known is not read again until its value is stale', async () => {
  const { resource, answers, asked, pass } = read();
  const first = resource.ask('a');
  answers[0]?.resolve('old');
  await first;
  await resource.ask('a');
  assert.deepEqual(asked(), ['a']);
  for (let change = 0; change < 5; change += 1) resource.stale();
  pass(100);
  assert.deepEqual([asked(), resource.value], [['a', 'a'], 'old'], 'one read for all, and the last value until then');
  answers[1]?.resolve('new');
  await settled();
  assert.equal(resource.value, 'new');
});

test('a change during a read causes another read after it', async () => {
  const { resource, answers, asked, pass } = read();
  void resource.ask('a');
  resource.stale();
  pass(100);
  answers[0]?.resolve('before the change');
  await settled();
  assert.deepEqual(asked(), ['a', 'a']);
});

test('a key that is asked for while an answer is handled is read, too', async () => {
  const { machine: clock } = machine();
  const asked: string[] = [];
  const resource: InstanceType<typeof Resource<string, string>> = new Resource<string, string>({
    machine: clock,
    first: '',
    read: async (key) => {
      asked.push(key);
      return key;
    },
    soonMs: 100,
    onRead: (_, key) => {
      if (key === 'a') void Promise.resolve().then(() => resource.ask('b'));
    },
  });
  await resource.ask('a');
  await settled();
  assert.deepEqual([asked, resource.value], [['a', 'b'], 'b']);
});

test('a read without an answer has failed, and is repeated if the owner wants that', async () => {
  for (const againMs of [undefined, 2000]) {
    const { resource, answers, asked, pass } = read(againMs);
    const first = resource.ask('a');
    answers[0]?.fail();
    await first;
    assert.equal(resource.failed, true);
    pass(2000);
    assert.equal(asked().length, againMs === undefined ? 1 : 2);
    void resource.again();
    answers[1]?.resolve('there');
    await settled();
    assert.deepEqual([resource.failed, resource.value], [false, 'there']);
  }
});

test('a failed read of an older key says nothing about the newest one', async () => {
  const { resource, answers } = read();
  void resource.ask('a');
  void resource.ask('b');
  answers[0]?.fail();
  await settled();
  assert.equal(resource.failed, false);
  answers[1]?.resolve('of b');
  await settled();
  assert.equal(resource.value, 'of b');
});

test('a forgotten value does not come back with an answer that was on its way', async () => {
  const { resource, answers, asked } = read();
  void resource.ask('a');
  resource.forget();
  answers[0]?.resolve('for another role');
  await settled();
  assert.deepEqual([resource.value, asked()], [null, ['a', 'a']]);
});

test('at rest nothing is read again', async () => {
  const { resource, asked, pass } = read();
  resource.stale();
  resource.rest();
  pass(1000);
  await settled();
  assert.deepEqual(asked(), []);
});

test('a bug in a read goes to the error handler', async () => {
  const { machine: clock } = machine();
  const broken = new Resource({
    machine: clock,
    first: '',
    read: () => Promise.reject(new TypeError('a bug')),
    soonMs: 1,
  });
  await assert.rejects(broken.again(), TypeError);
});

test('an event that overtakes the first answer is newer', async () => {
  const answer = deferred<null>();
  const rig = services({ 'staff.current': () => answer.promise });
  const heard: (string | null)[] = [];
  const followed = follow(rig.services, 'staff.current', 'staff.changed', (staff) => heard.push(staff?.name ?? null));
  rig.tell('staff.changed', { code: '1', name: 'Rita', role: 'OTHER' });
  answer.resolve(null);
  await followed;
  assert.deepEqual(heard, ['Rita']);
});
