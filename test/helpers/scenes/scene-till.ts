/**
 * A till inside the page: the same calls and events as the real one, with a scene as its data. For looks and pictures
 * only; behaviour is tested against the real services.
 */

import type { TillFacts } from '../../../electron/care/till-facts.ts';
import type { EventMessage, Handlers } from '../../../electron/ipc/schema.ts';
import type { FieldChanges, FieldKey, Identifier } from '../../../electron/model/customer.ts';
import type { CustomerHit, CustomerView } from '../../../electron/model/customer-view.ts';
import { orgParts } from '../../../electron/model/org-view.ts';
import type { SyncState, SyncStatus } from '../../../electron/model/sync-status.ts';
import { type FieldProblem, fieldProblem, type UpdateView } from '../../../electron/model/update-view.ts';
import type { PracticeState } from '../../../electron/practice/practice-state.ts';
import { change, nowMs, person, staff } from './people.ts';
import type { Scene } from './scenes.ts';

const open = (update: UpdateView) => ['queued', 'sending', 'unknown', 'attention'].includes(update.state);

export function sceneTill(scene: Scene, tell: (message: EventMessage) => void): Handlers {
  const people = new Map(scene.people.map((one) => [one.customerId, one]));
  let updates = [...scene.updates];
  let connection = scene.connection;
  let practice: PracticeState | null = scene.practice ? { connection: true, fault: 'none' } : null;
  let signedIn: { code: string; name: string; role: 'ASSOCIATE' } | null =
    scene.save?.kind === 'staff-required' || scene.isAsked ? null : { ...staff, role: 'ASSOCIATE' };
  let inFiles = scene.inFiles;
  let secretNeeded = scene.info.secretNeeded ?? false;

  function status(): SyncStatus {
    const count = (state: UpdateView['state'], putOff = false) =>
      updates.filter((update) => update.state === state && (update.putOffAtMs !== null) === putOff).length;
    const counts = {
      queued: count('queued'),
      sending: count('sending'),
      unknown: count('unknown'),
      attention: count('attention'),
      nextVisit: count('attention', true),
    };
    const order: readonly [boolean, SyncState][] = [
      [scene.paused !== null && secretNeeded === (scene.paused === 'no-secret'), 'paused'],
      [counts.attention > 0, 'attention'],
      [counts.unknown > 0, 'checking'],
      [connection.kind === 'offline', 'offline'],
      [counts.sending > 0, 'sending'],
      [counts.queued + counts.nextVisit + inFiles > 0, 'waiting'],
    ];
    const waiting = updates.filter(open);
    const movedAtMs = inFiles === 0 ? null : nowMs - 3 * 3_600_000;
    const state = order.find(([holds]) => holds)?.[1] ?? 'all-sent';
    return {
      state,
      unsent: waiting.length,
      counts,
      inFiles: { updates: inFiles, firstAtMs: movedAtMs, lastAtMs: movedAtMs },
      doubleAwards: updates.filter(({ doubleAward }) => doubleAward !== null).length,
      oldestSavedAtMs: waiting.length === 0 ? null : Math.min(...waiting.map((update) => update.savedAtMs)),
      paused: state === 'paused' ? scene.paused : null,
      connection,
      lastAnswerAtMs: nowMs,
      nextTryAtMs: null,
      clockSkewMs: null,
    };
  }

  function view(customerId: number): CustomerView | null {
    const one = people.get(customerId);
    if (one === undefined) return null;
    const mine = updates.filter((update) => update.customerId === customerId);
    const pending = mine
      .filter(open)
      .flatMap((update) => update.changes.map(({ key }) => ({ key, updateId: update.updateId, state: update.state })));
    return { ...one, pending, updates: mine };
  }

  function hitOf(one: CustomerView, query: string): CustomerHit | null {
    const { firstName, lastName, mobile, email, externalId } = one.fields;
    const values = { firstName, lastName, mobile, email, externalId };
    const matches = Object.entries(values).flatMap(([name, value]) => {
      const from = (value ?? '').toLowerCase().indexOf(query.toLowerCase());
      return from < 0 || !isMatched(name) ? [] : [{ in: name, from, to: from + query.length } as const];
    });
    if (matches.length === 0 || one.customerId === null) return null;
    return {
      customerId: one.customerId,
      firstName: firstName ?? '',
      lastName: lastName ?? '',
      mobile: mobile ?? null,
      email: email ?? null,
      externalId: externalId ?? null,
      tier: one.loyalty?.tier ?? null,
      matches,
      answersTo: null,
      unsent: updates.filter((update) => update.customerId === one.customerId && open(update)).length,
    };
  }

  function tellOf(update: UpdateView): void {
    updates = updates.map((other) => (other.updateId === update.updateId ? update : other));
    tell({ name: 'updates.changed', payload: { updateId: update.updateId, customerId: update.customerId } });
    tell({ name: 'customers.changed', payload: { customerId: update.customerId } });
    tell({ name: 'sync.changed', payload: status() });
  }

  function problemsIn(changes: FieldChanges): FieldProblem[] {
    const found: FieldProblem[] = [];
    if (changes.email !== undefined && !changes.email.includes('@')) found.push(fieldProblem('email', 'email'));
    const owner = [...people.values()].find(({ fields }) => fields.email === changes.email);
    if (typeof changes.email === 'string' && owner !== undefined) found.push(fieldProblem('email', 'belongs-to-other'));
    if (changes.registeredOn !== undefined && !/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(changes.registeredOn)) {
      found.push(fieldProblem('registeredOn', 'date'));
    }
    return found;
  }

  function apply(customerId: number, changes: FieldChanges): UpdateView {
    const one = people.get(customerId);
    const before = one?.fields ?? {};
    if (one !== undefined) people.set(customerId, { ...one, fields: { ...one.fields, ...changes } });
    const keys = Object.keys(changes).filter((key): key is FieldKey => key.length > 0);
    const update = change(0, {
      updateId: crypto.randomUUID(),
      customerId,
      customerName: `${before.firstName ?? ''} ${changes.lastName ?? before.lastName ?? ''}`,
      changes: keys.map((key) => ({ key, was: before[key] ?? null, to: changes[key] ?? '' })),
    });
    updates = [update, ...updates];
    if (connection.kind === 'online') setTimeout(() => tellOf({ ...update, state: 'sending' }), 200);
    return update;
  }

  function identifiersIn(query: string): Identifier[] {
    const text = query.trim();
    if (text.includes('@')) return [{ type: 'email', value: text }];
    return /^\+?[\d ]{7,15}$/.test(text) ? [{ type: 'mobile', value: text.replace(/\D/g, '') }] : [];
  }

  const strangers = (identifier: Identifier) =>
    person(
      0,
      { mobile: identifier.type === 'mobile' ? identifier.value : null },
      {
        customerId: null,
        identifier,
        fields: {},
        server: {},
        locks: identifier.type === 'userId' ? {} : { [identifier.type]: 'existing-identifier' as const },
        loyalty: null,
        userId: null,
        updatedOn: null,
        source: null,
        otherSubscriptions: [],
        asOfMs: null,
      },
    );

  return {
    'app.info': () => ({
      version: '0.1.0',
      mode: scene.practice ? 'practice' : 'live',
      host: 'preview',
      till: 'store12.till3',
      organisation: 'Meridian Stores',
      locale: 'en',
      timeZone: 'Asia/Kolkata',
      countryCode: 'IN',
      staffRequired: false,
      scanner: { prefix: '', suffix: '' },
      ...scene.info,
      secretNeeded,
    }),
    'app.languageShown': () => null,
    'app.chooseFile': () => '/media/usb/region-2026-03.csv.gz',
    'app.update': () => scene.appUpdate,
    'app.takeFind': () => null,
    'admin.view': () => ({ byPin: true, byManager: false, waitSeconds: 0 }),
    'admin.unlock': () => (scene.admin ? { kind: 'wrong', waitSeconds: 30 } : { kind: 'unlocked' }),
    'app.provideSecret': () => {
      secretNeeded = false;
      return { kind: 'stored' };
    },
    'customers.search': ({ query }) => ({
      hits:
        query.trim() === ''
          ? [...people.values()].slice(0, 4).flatMap((one) => hitOf(one, '') ?? [])
          : [...people.values()].flatMap((one) => hitOf(one, query.trim()) ?? []),
      identifiers: identifiersIn(query),
      isSimilar: false,
      customersOnTill: people.size,
    }),
    'customers.open': ({ customerId }) => view(customerId),
    'customers.view': ({ customerId }) => view(customerId),
    'customers.reveal': ({ customerId }) => view(customerId),
    'app.fault': () => null,
    'customers.openByIdentifier': ({ identifier }) => strangers(identifier),
    'customers.purchases': () => ({ kind: 'failed', why: 'offline' }),
    'customers.whoElseHas': ({ exceptId }) => {
      const other = [...people.values()].find(({ customerId }) => customerId !== exceptId);
      return other === undefined ? { kind: 'not-found' } : { kind: 'found', customer: other };
    },
    'customers.lookUpOnline': () =>
      connection.kind === 'online' ? (scene.online ?? { kind: 'not-found' }) : { kind: 'failed', why: 'offline' },
    'customers.import': () => ({ kind: 'none' }),
    'customers.importCancel': () => ({ kind: 'none' }),
    'customers.importState': () => scene.importing,
    'customers.feed': () => null,
    'customers.feedLook': () => null,
    'customers.importAnswer': () => ({ kind: 'none' }),
    'customers.importUndo': () => ({ kind: 'none' }),
    'customers.region': () => ({ customers: people.size, asOfMs: null, beforeAsOfMs: null }),
    'customers.refresh': ({ customerId }) => {
      const customer = view(customerId);
      if (connection.kind !== 'online') return { kind: 'failed', why: 'offline' };
      return customer === null ? { kind: 'not-found' } : { kind: 'found', customer };
    },
    'updates.check': ({ changes }) => ({ problems: problemsIn(changes), hints: [] }),
    'updates.save': ({ target, changes }) => {
      if (scene.save !== null) return scene.save;
      const problems = problemsIn(changes);
      if (problems.length > 0) return { kind: 'invalid', problems };
      const customerId = 'customerId' in target ? target.customerId : 1;
      const update = apply(customerId, changes);
      tell({ name: 'sync.changed', payload: status() });
      return { kind: 'saved', updateId: update.updateId, customerId };
    },
    'updates.requestIdentityChange': ({ customerId, type, newValue }) => {
      const update = apply(customerId, { [type]: newValue });
      return { kind: 'saved', updateId: update.updateId, customerId };
    },
    'updates.cancel': () => ({ kind: 'done' }),
    'updates.discard': ({ updateId }) => {
      updates = updates.filter((update) => update.updateId !== updateId);
      tell({ name: 'updates.changed', payload: { updateId, customerId: 0 } });
      tell({ name: 'sync.changed', payload: status() });
      return { kind: 'done' };
    },
    'updates.putOff': ({ updateId }) => {
      const update = updates.find((one) => one.updateId === updateId);
      if (update !== undefined) tellOf({ ...update, putOffAtMs: nowMs, may: { ...update.may, putOff: false } });
      return { kind: 'done' };
    },
    'updates.awardSeen': ({ updateId }) => {
      const update = updates.find((one) => one.updateId === updateId);
      if (update !== undefined) tellOf({ ...update, doubleAward: null });
      return { kind: 'done' };
    },
    'updates.settleConflict': () => ({ kind: 'nothing-changed' }),
    'updates.list': ({ which, offset, limit }) => {
      const mine = updates.filter((update) =>
        which === 'doubled' ? update.doubleAward !== null : open(update) === (which === 'open'),
      );
      return { updates: mine.slice(offset, offset + limit), total: mine.length };
    },
    'updates.history': ({ updateId }) => {
      const none = { attemptId: null, requestId: null, before: null, after: null, detail: null };
      const update = updates.find((one) => one.updateId === updateId);
      const atMs = update?.savedAtMs ?? nowMs;
      return [
        { ...none, atMs, by: 'A101', event: 'saved', from: null, to: 'queued' },
        { ...none, atMs: atMs + 2000, by: 'till', event: 'sent', from: 'queued', to: 'sending' },
        { ...none, atMs: atMs + 3000, by: 'till', event: 'settled', from: 'sending', to: update?.state ?? 'queued' },
      ];
    },
    'drafts.keep': () => null,
    'drafts.list': () => scene.drafts,
    'sync.status': status,
    'sync.sendNow': status,
    'sync.checkConnection': () =>
      scene.paused === 'credentials'
        ? { kind: 'failed', why: 'credentials' }
        : { kind: 'connected', organisation: 'Meridian Stores', till: 'store12.till3', clockDifferenceMs: 2000 },
    'org.view': () => scene.org,
    'org.refresh': () => ({ missed: connection.kind === 'online' ? [] : [...orgParts] }),
    'staff.list': () => ({
      members: [
        { ...staff, role: 'ASSOCIATE' },
        { code: 'M7', name: 'Daniel Okafor', role: 'MANAGER' },
      ],
      asOfMs: nowMs - 3 * 3_600_000,
    }),
    'staff.current': () => signedIn,
    'staff.signIn': ({ code }) => {
      signedIn = { code, name: code === staff.code ? staff.name : 'Daniel Okafor', role: 'ASSOCIATE' };
      tell({ name: 'staff.changed', payload: signedIn });
      return signedIn;
    },
    'staff.signOut': () => {
      signedIn = null;
      tell({ name: 'staff.changed', payload: null });
      return null;
    },
    'staff.active': () => null,
    'till.facts': () => ({ ...facts, ...scene.facts }),
    'till.recoveryKey': () => '7KQ2-M9XA-0VZP-R4TC-W1HN-8BEJ-5GDS-Y6FK-3PMT-A2QV-9XRC-0HWN-4ZBE-J7GD',
    'till.recoveryKeyKept': () => {
      tell({ name: 'till.changed', payload: { ...facts, ...scene.facts, recoveryKeyDue: false } });
      return null;
    },
    'till.backUp': () => ({ kind: 'made', atMs: nowMs }),
    'till.supportBundle': () => ({ kind: 'made', file: '/data/support/tillside-support-20260115T090000000Z.zip' }),
    'rescue.export': () => ({
      kind: 'exported',
      file: '/data/rescue/20260115T090000000Z-1f2e3d4c.tillside-rescue',
      updates: updates.length,
      left: 0,
    }),
    'rescue.confirm': () => {
      inFiles = 0;
      tell({ name: 'sync.changed', payload: status() });
      return { kind: 'confirmed', updates: scene.inFiles };
    },
    'rescue.import': () => ({ kind: 'imported', fromTill: 'store12.till1', added: 12, already: 2, takenBack: 0 }),
    'customers.forget': ({ customerId }) => {
      const open = updates.filter((update) => update.customerId === customerId);
      return open.length > 0
        ? { kind: 'unsent', count: open.length, oldestSavedAtMs: nowMs - 5 * 60_000 }
        : { kind: 'forgotten' };
    },
    'trouble.view': () => scene.trouble,
    'trouble.tryAgain': () => (scene.trouble === null ? { kind: 'open' } : { kind: 'trouble', view: scene.trouble }),
    'trouble.useRecoveryKey': () => ({ kind: 'refused', why: 'mistyped' }),
    'trouble.restore': () => ({ kind: 'refused', why: 'backup-unreadable' }),
    'practice.state': () => practice,
    'practice.set': (set) => {
      if (practice === null) return null;
      practice = { ...practice, ...set };
      connection = practice.connection ? { kind: 'online' } : { kind: 'offline', why: 'no-connection' };
      tell({ name: 'practice.changed', payload: practice });
      tell({ name: 'sync.changed', payload: status() });
      return practice;
    },
  };
}

const facts: TillFacts = {
  disk: { freeBytes: 83_000_000_000, isLow: false },
  isDamaged: false,
  lastBackupAtMs: nowMs - 3 * 3_600_000,
  copy: { folder: null, rightAtMs: null, updates: 0, failure: null },
  isRegionLost: false,
  recoveryKeyDue: false,
  rescueSealedFor: 'passphrase',
  restartDue: false,
  unusableConfig: null,
  setAside: null,
};

function isMatched(name: string): name is 'firstName' | 'lastName' | 'mobile' | 'email' | 'externalId' {
  return ['firstName', 'lastName', 'mobile', 'email', 'externalId'].includes(name);
}
