/** The states the screen must be designed for, by name. */

import type { TillFacts } from '../../../electron/care/till-facts.ts';
import type { TroubleView } from '../../../electron/care/trouble-view.ts';
import { maskView } from '../../../electron/desk/mask-views.ts';
import type { AppInfo } from '../../../electron/model/app-info.ts';
import type { AppUpdate } from '../../../electron/model/app-update.ts';
import type { CustomerView, OnlineResult } from '../../../electron/model/customer-view.ts';
import { maskableFields } from '../../../electron/model/masked.ts';
import type { OrgView } from '../../../electron/model/org-view.ts';
import type { Connection, PauseReason } from '../../../electron/model/sync-status.ts';
import type { SaveResult, UpdateView } from '../../../electron/model/update-view.ts';
import type { ImportState } from '../../../electron/region/import-state.ts';
import type { Draft } from '../../../electron/updates/drafts.ts';
import { answer, change, manyFields, nowMs, org, people, person, refusedAnswer } from './people.ts';

export type Scene = {
  readonly people: readonly CustomerView[];
  readonly updates: readonly UpdateView[];
  readonly connection: Connection;
  readonly paused: PauseReason | null;
  /** Changes that left in a rescue file, and no till is known to have. */
  readonly inFiles: number;
  readonly info: Partial<AppInfo>;
  readonly org: OrgView;
  readonly practice: boolean;
  readonly drafts: readonly Draft[];
  readonly direction: 'ltr' | 'rtl';
  readonly facts: Partial<TillFacts>;
  readonly importing: ImportState;
  readonly trouble: TroubleView | null;
  readonly appUpdate: AppUpdate;
  /** The result of every save; null: it is saved. */
  readonly save: SaveResult | null;
  /** The answer of every online lookup; null: nobody is found. */
  readonly online: OnlineResult | null;
  /** IT's work needs a PIN. */
  readonly admin: boolean;
  /** Another program asks for a customer before anybody has signed in. */
  readonly isAsked: boolean;
};

const plain: Scene = {
  people,
  updates: [],
  connection: { kind: 'online' },
  paused: null,
  inFiles: 0,
  info: {},
  org,
  practice: false,
  drafts: [],
  direction: 'ltr',
  facts: {},
  importing: { kind: 'none' },
  trouble: null,
  appUpdate: { kind: 'current' },
  save: null,
  online: null,
  admin: false,
  isAsked: false,
};
const store = {
  locale: 'en',
  countryCode: 'IN',
  timeZone: 'Asia/Kolkata',
  dataDir: '/home/till/.local/share/tillside/live',
};
/** As seen by a role that masks both (staff.roles). */
function masked(one: CustomerView): CustomerView {
  const covered = maskView(one, maskableFields);
  const locks = Object.fromEntries(covered.masked.map((field) => [field, 'masked' as const]));
  return { ...covered, locks: { ...one.locks, ...locks } };
}
const offline: Connection = { kind: 'offline', why: 'no-connection' };

const brought50 = {
  effects: [
    { kind: 'points', awarded: 50, total: 2280 },
    { kind: 'coupon', code: 'IYVS2E6V', couponType: null, description: 'Welcome', validTill: '2026-06-27 23:59:59' },
  ],
  warnings: [],
  answer,
  confirmedBy: 'answer',
} as const;

const conflict = change(3, {
  state: 'attention',
  reason: {
    kind: 'conflict',
    fields: [
      { key: 'lastName', was: 'John', theirs: 'Johnson', ours: 'James' },
      { key: 'subscription.sms.BULK', was: '0', theirs: '1', ours: '0' },
    ],
  },
});
const nextVisit = { ...conflict, putOffAtMs: nowMs - 9 * 24 * 3_600_000, may: { ...conflict.may, putOff: false } };
const refused = change(4, {
  state: 'attention',
  customerId: 2,
  customerName: 'Rita Jones',
  changes: [{ key: 'email', was: null, to: 'rita.jones@example.com' }],
  reason: { kind: 'refused', rejection: { code: 1016, field: 'email', message: refusedAnswer.itemMessage } },
  lastAnswer: refusedAnswer,
});

/** Every part that needs it breaks. It is no data of the scene's own. */
const brokenOrg: OrgView = Object.defineProperty({ ...org }, 'fields', {
  enumerable: false,
  get: () => {
    throw new Error('a part of the scene is broken');
  },
});

export const scenes = {
  plain,
  broken: { ...plain, org: brokenOrg },
  admin: { ...plain, admin: true, facts: { recoveryKeyDue: true } },
  asked: { ...plain, isAsked: true, info: { staffRequired: true } },
  choose: {
    ...plain,
    online: {
      kind: 'choose',
      people: (['mobile', 'externalId', 'cardNumber'] as const).map((answersTo, at) => ({
        customer: people[[4, 2, 5][at] ?? 0] ?? person(0, {}),
        answersTo,
      })),
    },
  },
  'first-start': { ...plain, people: [] },
  masked: { ...plain, people: people.map(masked) },
  drafts: {
    ...plain,
    updates: [refused],
    drafts: [
      {
        target: { customerId: 1 },
        name: 'Rita James',
        replaces: null,
        changes: [
          { key: 'lastName', to: 'Jameson' },
          { key: 'email', to: 'rita@example.com' },
        ],
        typedAtMs: nowMs - 4 * 60_000,
      },
    ],
  },
  'saved-offline': { ...plain, connection: offline, updates: [change(0)] },
  waiting: { ...plain, updates: [change(2)] },
  moved: { ...plain, inFiles: 12 },
  'moved-and-waiting': { ...plain, inFiles: 12, updates: [change(2)] },
  sending: { ...plain, updates: [change(0, { state: 'sending' })] },
  checking: { ...plain, updates: [change(1, { state: 'unknown' })] },
  sent: { ...plain, updates: [change(1, { state: 'applied', result: brought50, lastAnswer: answer })] },
  warning: {
    ...plain,
    updates: [
      change(1, {
        state: 'applied',
        changes: [
          { key: 'lastName', was: 'John', to: 'James' },
          { key: 'email', was: null, to: 'rita.james@example.com' },
        ],
        result: {
          ...brought50,
          effects: [],
          warnings: [{ meaning: 'notSaved', code: 91007, field: 'email', message: null }],
        },
      }),
    ],
  },
  refused: { ...plain, updates: [{ ...refused, customerId: 1, customerName: 'Rita James' }] },
  conflict: { ...plain, updates: [conflict] },
  doubled: {
    ...plain,
    updates: [
      change(1, {
        state: 'applied',
        attempts: 2,
        result: brought50,
        lastAnswer: answer,
        doubleAward: {
          pointsBefore: 2280,
          pointsAfter: 2380,
          explained: 50,
          purchasesMoved: false,
          beforeAsOfMs: nowMs - 120_000,
          foundAtMs: nowMs - 10_000,
          attemptIds: ['9b2d7f10-1c55-4a0e-9d5e-0a1f3c2b4d5e', '1f3c2b4d-5e9b-4d7f-901c-554a0e9d5e0a'],
          requestIds: ['c1f0e4b2-7a55'],
        },
      }),
    ],
  },
  'next-visit': { ...plain, updates: [nextVisit] },
  'all-updates': {
    ...plain,
    connection: offline,
    updates: [
      conflict,
      refused,
      change(5, { state: 'unknown', customerId: 3, customerName: 'Ritesh Rao' }),
      change(6, {
        customerId: 6,
        customerName: 'Maximiliana Theodora Konstantina von Hohenstein-Wolfenbüttel zu Braunschweig',
        changes: [
          { key: 'firstName', was: 'Max', to: 'Maximiliana Theodora Konstantina' },
          { key: 'custom.hobby', was: '["Playing"]', to: '["Playing","Singing"]' },
          { key: 'subscription.email.BULK', to: '1' },
        ],
      }),
      change(7, { behindAnother: true }),
    ],
  },
  paused: { ...plain, paused: 'credentials', updates: [change(12)] },
  'secret-needed': { ...plain, paused: 'no-secret', info: { secretNeeded: true } },
  practice: { ...plain, practice: true },
  thousands: {
    ...plain,
    connection: offline,
    updates: Array.from({ length: 10_000 }, (_, index) =>
      change(index, { customerName: `Customer ${index + 1}`, customerId: 100 + index }),
    ),
  },
  'many-fields': { ...plain, org: { ...org, fields: [...org.fields, ...manyFields] } },
  'damaged-data': {
    ...plain,
    trouble: {
      ...store,
      code: 'database-unreadable',
      nextSteps: ['restore', 'start-afresh'],
      unsent: { count: 7, oldestSavedAtMs: nowMs - 3 * 3_600_000 },
      backups: [
        { name: '20260115T030000000Z-daily.db', atMs: nowMs - 6 * 3_600_000, bytes: 4_200_000 },
        { name: '20260114T030000000Z-daily.db', atMs: nowMs - 30 * 3_600_000, bytes: 4_100_000 },
      ],
    },
  },
  'key-unreadable': {
    ...plain,
    trouble: { ...store, code: 'key-unreadable', nextSteps: ['recovery-key'], unsent: null, backups: [] },
  },
  'update-available': { ...plain, appUpdate: { kind: 'available', version: '1.4.0' } },
  'update-ready': { ...plain, appUpdate: { kind: 'ready', version: '1.4.0' } },
  importing: {
    ...plain,
    updates: [change(12)],
    connection: offline,
    importing: {
      kind: 'reading',
      file: '/srv/region.csv',
      columns: null,
      records: 412_000,
      refused: 3,
      part: 0.41,
      recordsPerSecond: 21_000,
      secondsLeft: 28,
    },
  },
  question: {
    ...plain,
    importing: {
      kind: 'question',
      file: '/srv/region.csv',
      columns: [
        { column: 'phone', takenAs: 'mobile', why: null },
        { column: 'shoe_size', takenAs: null, why: 'not-known' },
      ],
      customers: 288_000,
      records: 300_000,
      refused: 12_000,
      report: '/home/till/.local/share/tillside/live/region.csv.refused.csv',
      before: 412_000,
      doubts: ['shrinks', 'many-refused', 'columns', 'other-people'],
    },
  },
  'import-failed': {
    ...plain,
    importing: { kind: 'failed', file: '/srv/region.csv', why: 'day-or-month', line: 12_044 },
  },
  'disk-full': { ...plain, save: { kind: 'not-saved', why: 'disk-full' } },
  'staff-required': { ...plain, save: { kind: 'staff-required' } },
  'disk-low': { ...plain, facts: { disk: { freeBytes: 120_000_000, isLow: true } } },
  'new-till': {
    ...plain,
    info: { host: 'desktop' },
    facts: {
      recoveryKeyDue: true,
      isDamaged: true,
      restartDue: true,
      unusableConfig: 'log.level',
      setAside: '/var/lib/tillside/set-aside',
    },
  },
  rtl: { ...plain, direction: 'rtl', updates: [change(1, { state: 'applied', customerId: 4, result: brought50 })] },
} as const satisfies Record<string, Scene>;

export type SceneName = keyof typeof scenes;
