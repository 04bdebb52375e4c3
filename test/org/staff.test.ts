/** Who is at the till: signed in by code, out when idle, and the author of what they saved, whoever comes next. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { LoyaltyApi } from '../../electron/loyalty-api/loyalty-api.ts';
import { StaffDesk } from '../../electron/org/staff.ts';
import { saveFor, someMobile } from '../db/offline-till.ts';
import { okAnswer } from '../helpers/engine-rig.ts';
import { outboxOfOneCustomer } from '../updates/one-customer.ts';
import { openAt } from './org-rig.ts';

const minuteMs = 60_000;

it('staff sign in by their code in any case; an unknown code signs nobody in', async (t) => {
  const { till } = await openAt(t);
  assert.equal(await till.handlers['staff.signIn']({ code: 'S9' }), null);
  assert.equal(await till.handlers['staff.current'](undefined), null);
  const meera = { code: 'S1', name: 'Meera', role: 'ASSOCIATE' };
  assert.deepEqual(await till.handlers['staff.signIn']({ code: ' s1 ' }), meera);
  assert.deepEqual(await till.handlers['staff.current'](undefined), meera);
  // F55: from another keyboard, or pasted.
  for (const code of ['S١', 's१', 'Ｓ１', '\u200bS1\u200e', 'S\u00ad1']) {
    await till.handlers['staff.signOut'](undefined);
    assert.deepEqual(await till.handlers['staff.signIn']({ code }), meera, JSON.stringify(code));
  }
});

it('while the staff list is unknown, a code is accepted as typed', async (t) => {
  const { till } = await openAt(t, { broken: ['store/staff'] });
  assert.deepEqual(await till.handlers['staff.signIn']({ code: 'S77' }), { code: 'S77', name: 'S77', role: 'OTHER' });
});

it('an organisation that lists nobody locks nobody out: a code is accepted as typed', async (t) => {
  const { db, clock } = outboxOfOneCustomer(t);
  const desk = new StaffDesk({ db, clock, signOutAfterMinutes: 10, changed: () => {}, listed: () => {} });
  const api: Pick<LoyaltyApi, 'staff'> = {
    staff: async () => ({ kind: 'found', value: [], merged: false, answer: okAnswer }),
  };
  assert.equal(await desk.refresh(api), true);
  assert.deepEqual(desk.signIn(' S77 '), { code: 'S77', name: 'S77', role: 'OTHER' });
  desk.signOut();
  for (const unseen of [' ', '\u200b', '\u2060\u0301']) assert.equal(desk.signIn(unseen), null, JSON.stringify(unseen));
  desk.close();
});

it('staff who are idle for the configured minutes are signed out, and a key press puts that off', async (t) => {
  const { till, clock } = await openAt(t, { staff: { signOutAfterMinutes: 10 } });
  const signedOut: number[] = [];
  till.subscribe(({ name, payload }) => {
    if (name === 'staff.changed' && payload === null) signedOut.push(clock.monotonicMs());
  });
  await till.handlers['staff.signIn']({ code: 'S1' });
  await clock.pass(9 * minuteMs);
  await till.handlers['staff.active'](undefined);
  const activeAtMs = clock.monotonicMs();
  await clock.pass(9 * minuteMs);
  assert.deepEqual(signedOut, []);
  await clock.pass(2 * minuteMs);
  assert.deepEqual(signedOut, [activeAtMs + 10 * minuteMs]);
  assert.equal(await till.handlers['staff.current'](undefined), null);
});

it('if staff are required, nobody saves without a name, and saves keep their author (F28)', async (t) => {
  const { till, clock } = await openAt(t, { staff: { required: true } });
  assert.deepEqual(await saveFor(till, someMobile, 'Unnamed'), { kind: 'staff-required' });
  await till.handlers['staff.signIn']({ code: 'S1' });
  assert.equal((await saveFor(till, someMobile, 'Named')).kind, 'saved');
  await clock.pass(60 * minuteMs);
  assert.deepEqual(await saveFor(till, someMobile, 'Later'), { kind: 'staff-required' });
  const { updates } = await till.handlers['updates.list']({ which: 'open', offset: 0, limit: 10 });
  assert.deepEqual(
    updates.map(({ staff, changes }) => [staff?.code, changes[0]?.to]),
    [['S1', 'Named']],
  );
});
