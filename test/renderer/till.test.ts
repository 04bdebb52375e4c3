import '../helpers/svelte-hooks.ts';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AppInfo } from '../../electron/model/app-info.ts';
import type { OrgView } from '../../electron/model/org-view.ts';
import type { SyncStatus } from '../../electron/model/sync-status.ts';
import { customer, deferred, machine, services } from './rig.ts';

const { Screen } = await import('../../renderer/state/screen.svelte.ts');
const { TillState } = await import('../../renderer/state/till.svelte.ts');

const waiting: SyncStatus = {
  state: 'offline',
  unsent: 1,
  counts: { queued: 1, sending: 0, unknown: 0, attention: 0, nextVisit: 0 },
  doubleAwards: 0,
  inFiles: { updates: 0, firstAtMs: null, lastAtMs: null },
  oldestSavedAtMs: 1_700_000_000_000,
  paused: null,
  connection: { kind: 'offline', why: 'no-connection' },
  lastAnswerAtMs: null,
  nextTryAtMs: null,
  clockSkewMs: null,
};
const info: AppInfo = {
  version: '1.0.0',
  mode: 'live',
  host: 'preview',
  till: 'store1.till1',
  organisation: null,
  locale: 'en',
  timeZone: 'UTC',
  countryCode: 'IN',
  secretNeeded: false,
  staffRequired: false,
  scanner: { prefix: '', suffix: '' },
};
const org: OrgView = {
  policy: { allowFill: { mobile: true, email: true, externalId: true }, primaryIdentifier: 'mobile' },
  policyAsOfMs: null,
  fields: [],
  fieldsAsOfMs: { custom: null, extended: null },
  reserved: [],
  mayChange: null,
};
const allSent: SyncStatus = {
  ...waiting,
  state: 'all-sent',
  unsent: 0,
  counts: { ...waiting.counts, queued: 0 },
  oldestSavedAtMs: null,
  connection: { kind: 'online' },
};

const atStart = {
  'app.info': () => info,
  'org.view': () => org,
  'staff.current': () => null,
  'staff.list': () => ({ members: [], asOfMs: null }),
  'practice.state': () => null,
  'app.update': () => ({ kind: 'current' as const }),
};

test('a late answer to "Send now" does not bring the old status back after "all sent"', async () => {
  const answer = deferred<SyncStatus>();
  const rig = services({ ...atStart, 'sync.status': () => waiting, 'sync.sendNow': () => answer.promise });
  const till = new TillState(rig.services, machine().machine);
  await till.start();
  rig.tell('sync.changed', waiting);
  const asked = till.sendNow.run();
  rig.tell('sync.changed', allSent);
  answer.resolve(waiting);
  await asked;
  assert.equal(till.sync.state, 'all-sent');
});

test('a status that arrived during the start is newer than the one requested', async () => {
  const answer = deferred<SyncStatus>();
  const rig = services({ ...atStart, 'sync.status': () => answer.promise });
  const till = new TillState(rig.services, machine().machine);
  const started = till.start();
  rig.tell('sync.changed', allSent);
  answer.resolve(waiting);
  await started;
  assert.equal(till.sync.state, 'all-sent');
});

test('an answer to "Check connection" is shown only as long as it is true', async () => {
  const { services: made, tell } = services({
    ...atStart,
    'sync.status': () => allSent,
    'sync.checkConnection': () => ({
      kind: 'connected',
      organisation: 'Meridian',
      till: 't1',
      clockDifferenceMs: null,
    }),
  });
  const till = new TillState(made, machine().machine);
  await till.start();
  await till.checkConnection.run();
  assert.equal(till.check?.kind, 'connected');
  tell('sync.changed', allSent);
  assert.equal(till.check?.kind, 'connected');
  tell('sync.changed', waiting);
  assert.equal(till.check, null, 'the connection is gone, and so is the answer that said otherwise');
});

test('an answer of "not connected" disappears once the connection is back', async () => {
  const { services: made, tell } = services({
    ...atStart,
    'sync.status': () => waiting,
    'sync.checkConnection': () => ({ kind: 'failed', why: 'no-connection' }),
  });
  const till = new TillState(made, machine().machine);
  await till.start();
  await till.checkConnection.run();
  tell('sync.changed', waiting);
  assert.equal(till.check?.kind, 'failed');
  tell('sync.changed', allSent);
  assert.equal(till.check, null);
});

test('no status is shown before the services have sent one', async () => {
  const { services: made } = services({ ...atStart, 'sync.status': () => waiting });
  const till = new TillState(made, machine().machine);
  assert.equal(till.known, false);
  await till.start();
  assert.equal(till.known, true);
});

test('the set-up is in front until somebody puts it off, again when asked for, and never over "This till"', async () => {
  const rig = services({
    ...atStart,
    'app.info': () => ({ ...info, secretNeeded: true }),
    'sync.status': () => allSent,
    'customers.open': () => customer({ customerId: 7 }),
  });
  const screen = new Screen(rig.services, machine().machine, { locale: 'en' });
  const { desk } = screen;
  assert.equal(screen.place, 'starting');
  await screen.start();
  assert.equal(screen.place, 'set-up');
  desk.show('updates');
  assert.equal(screen.place, 'set-up', 'not put off yet');
  desk.show('till');
  assert.equal(screen.place, 'till', 'IT may look at it at any time');
  screen.leaveSetUp();
  assert.equal(screen.place, 'home');
  await desk.open(7);
  assert.equal(screen.place, 'customer');
  desk.show('set-up');
  assert.equal(screen.place, 'set-up');
  desk.show('updates');
  assert.equal(screen.place, 'updates', 'whoever goes on to something else leaves it');
  desk.show('set-up');
  screen.leaveSetUp();
  assert.equal(screen.place, 'customer', 'back to where it was asked for');
  desk.close();
  assert.equal(screen.place, 'home');
});
