import '../helpers/svelte-hooks.ts';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RescueExportResult, TillFacts } from '../../electron/care/till-facts.ts';
import type { CustomerView } from '../../electron/model/customer-view.ts';
import { CallFailed } from '../../renderer/bridge.ts';
import { customer, deferred, machine, noNews, services, settled } from './rig.ts';

const { ItPage } = await import('../../renderer/state/it-page.svelte.ts');
const { Desk } = await import('../../renderer/state/desk.svelte.ts');

const facts: TillFacts = {
  disk: { freeBytes: 1, isLow: false },
  isDamaged: false,
  isRegionLost: false,
  lastBackupAtMs: null,
  copy: { folder: null, rightAtMs: null, updates: 0, failure: null },
  recoveryKeyDue: true,
  rescueSealedFor: 'passphrase',
  restartDue: false,
  unusableConfig: null,
  setAside: null,
};

test('an event is newer than the answer to an earlier question', async () => {
  const asked = deferred<TillFacts>();
  const rig = services({
    'till.facts': () => asked.promise,
    'customers.importState': () => ({ kind: 'none' }),
    'customers.region': () => ({ customers: 0, asOfMs: null, beforeAsOfMs: null }),
    'customers.feed': () => null,
  });
  const itPage = new ItPage(rig.services);
  const started = itPage.start();
  rig.tell('till.changed', { ...facts, isDamaged: true });
  rig.tell('customers.importChanged', { kind: 'refreshing', file: 'f', customers: 3, refused: 0 });
  asked.resolve(facts);
  await started;
  assert.equal(itPage.facts?.isDamaged, true);
  assert.equal(itPage.importing.kind, 'refreshing');
});

test('a step is under way until its answer comes, even if it fails', async () => {
  const answer = deferred<{ readonly kind: 'failed' }>();
  const rig = services({
    'till.backUp': () => answer.promise,
    'till.supportBundle': () => Promise.reject(new CallFailed('no-answer', 'nobody there')),
  });
  const itPage = new ItPage(rig.services);
  const made = itPage.backUp.run();
  assert.equal(itPage.working, true);
  answer.resolve({ kind: 'failed' });
  await made;
  assert.equal(itPage.working, false);
  assert.equal(await itPage.bundle.run(), null);
  assert.equal(itPage.bundle.failed, true);
  assert.equal(itPage.working, false);
});

test('a draft for an erased customer is not kept again, however recently it was typed', async () => {
  const view: CustomerView = customer();
  const rig = services({
    'customers.open': () => view,
    'drafts.keep': () => null,
    'updates.check': () => ({ problems: [], hints: [] }),
  });
  const { machine: clock, pass } = machine();
  const desk = new Desk(rig.services, clock, noNews);
  await desk.open(7);
  desk.form?.type('lastName', 'Typed');
  assert.equal(desk.drafts.all.length, 1);
  desk.forgotten();
  pass(1000);
  await settled();
  assert.equal(desk.form, null);
  assert.deepEqual(desk.drafts.all, []);
  assert.deepEqual(rig.argumentsOf('drafts.keep'), []);
});

test('the place of a rescue file is shown even if the page was left before the answer came', async () => {
  const answer = deferred<RescueExportResult>();
  const rig = services({ 'rescue.export': () => answer.promise });
  const itPage = new ItPage(rig.services);
  void itPage.rescueOut.run('a long passphrase');
  answer.resolve({ kind: 'exported', file: '/rescue/of/today', updates: 3, left: 0 });
  await settled();
  assert.equal(itPage.rescueOut.result?.kind === 'exported' && itPage.rescueOut.result.file, '/rescue/of/today');
});

test('a rescue file too large for a call is refused by its size, without a call', async () => {
  const rig = services({});
  const itPage = new ItPage(rig.services);
  assert.deepEqual(await itPage.rescueIn.run(new File(['x'.repeat(3_500_001)], 'large'), ''), { kind: 'too-large' });
  assert.deepEqual(rig.asked, []);
});
