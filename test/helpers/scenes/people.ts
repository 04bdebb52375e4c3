/** Customers, organisation and updates for the scenes. */
import type { FieldValues } from '../../../electron/model/customer.ts';
import type { CustomerView } from '../../../electron/model/customer-view.ts';
import type { FieldDefinition } from '../../../electron/model/definitions.ts';
import type { Loyalty, Program } from '../../../electron/model/loyalty.ts';
import type { OrgView } from '../../../electron/model/org-view.ts';
import type { UpdateView } from '../../../electron/model/update-view.ts';
import { unknownLoyalty, unknownProgram } from '../loyalty.ts';

/** Every scene happens at this moment. */
export const nowMs = Date.UTC(2026, 2, 14, 9, 30);
const minuteMs = 60_000;

export const staff = { code: 'A101', name: 'Asha Rao' };

const field = (over: Partial<FieldDefinition> & Pick<FieldDefinition, 'name' | 'label'>): FieldDefinition => ({
  kind: 'custom',
  widget: 'text',
  dataType: 'string',
  options: [],
  default: null,
  position: 0,
  pattern: null,
  mandatory: false,
  disabled: false,
  ...over,
});

export const org: OrgView = {
  policy: { primaryIdentifier: 'mobile', allowFill: { mobile: true, email: true, externalId: false } },
  policyAsOfMs: nowMs - 60 * minuteMs,
  fields: [
    field({ name: 'age', label: 'Age', widget: 'number', dataType: 'integer' }),
    field({ name: 'anniversary', label: 'Anniversary', widget: 'date', dataType: 'datetime' }),
    field({ name: 'city', label: 'City', widget: 'select', options: ['Bengaluru', 'Chennai', 'Delhi', 'Mumbai'] }),
    field({ name: 'newsletter', label: 'Store newsletter', widget: 'checkbox', dataType: 'boolean' }),
    field({
      name: 'hobby',
      label: 'Hobbies',
      widget: 'checkbox',
      options: ['Playing', 'Singing', 'Cooking', 'Reading'],
    }),
    field({ name: 'size', label: 'Shirt size', widget: 'radio', options: ['S', 'M', 'L', 'XL'], mandatory: true }),
    field({
      kind: 'extended',
      name: 'gender',
      label: 'Gender',
      widget: 'select',
      dataType: 'enum',
      options: ['Female', 'Male', 'Other'],
    }),
    field({ kind: 'extended', name: 'segment', label: 'Segment', disabled: true }),
  ],
  fieldsAsOfMs: { custom: nowMs - 60 * minuteMs, extended: nowMs - 60 * minuteMs },
  reserved: [],
  mayChange: null,
};

export const manyFields: readonly FieldDefinition[] = Array.from({ length: 60 }, (_, index) =>
  field({
    name: `question_${index}`,
    label: `Question ${index + 1} of the long form that a store may ask for`,
    widget: index % 5 === 0 ? 'textarea' : 'text',
  }),
);

const program = (over: Partial<Program> = {}): Program => ({
  ...unknownProgram('1016'),
  points: 2280,
  lifetimePoints: 2400,
  redeemed: 100,
  expired: 20,
  returned: 0,
  adjusted: -40,
  totalPoints: null,
  cumulativePurchases: 23_400,
  tier: { name: 'gold', serial: 3 },
  nextTier: { name: 'platinum', serial: 4, description: 'Free alterations and early sale' },
  tierExpiresOn: '2031-09-11 23:59:59',
  delayedPoints: 120,
  moneyPerPoint: 0.01,
  ...over,
});

const gold: Loyalty = {
  ...unknownLoyalty,
  points: 2280,
  lifetimePoints: 24_000,
  lifetimePurchases: 234_000.5,
  tier: 'gold',
  tierExpiresOn: '2031-09-11 23:59:59',
  expiring: [
    { points: 400, on: '2026-07-18 23:59:59', programId: '1016' },
    { points: 120, on: '2026-09-30 23:59:59', programId: '1016' },
  ],
  coupons: [
    {
      code: 'X2Y7AP',
      description: '15 % off shoes',
      validTill: '2026-03-19 23:59:59',
      redeemed: false,
    },
    {
      code: 'WELCOME5',
      description: 'Five off from thirty',
      validTill: '2026-06-30 23:59:59',
      redeemed: false,
    },
    { code: 'OLD1', description: 'Used', validTill: '2026-06-30 23:59:59', redeemed: true },
  ],
  purchases: [
    { number: 'B-1239', kind: 'purchase', on: '2026-03-11 17:20:00', store: 'store12.till1', amount: 1499 },
    { number: 'B-1187', kind: 'return', on: '2026-02-27 11:02:00', store: 'store04.till2', amount: -350 },
    { number: 'B-1102', kind: 'purchase', on: '2026-02-14 19:45:00', store: 'store12.till3', amount: 820.5 },
    { number: 'B-0981', kind: 'purchase', on: '2026-01-20 10:05:00', store: 'store12.till3', amount: 2310 },
  ],
  cards: ['K-7713'],
  programs: [
    program({
      title: 'Meridian Rewards',
      gapToUpgrade: [
        { by: 'purchases', name: null, threshold: 25_000, current: 23_480, gap: 1520, until: '2026-05-06 23:59:59' },
      ],
      toKeep: { confirmed: true, gaps: [] },
    }),
    program({
      programId: '2044',
      points: 0,
      lifetimePoints: 310,
      redeemed: 310,
      expired: 0,
      adjusted: 0,
      cumulativePurchases: 4100,
      tier: { name: null, serial: null },
      nextTier: { name: null, serial: null, description: null },
      tierExpiresOn: null,
    }),
  ],
};

export function person(customerId: number, fields: FieldValues, over: Partial<CustomerView> = {}): CustomerView {
  const full: FieldValues = {
    firstName: '',
    lastName: '',
    email: null,
    externalId: null,
    registeredOn: '2019-09-11 10:12:00',
    registeredTill: 'store12.till1',
    associatedWith: 'store12.till3',
    type: 'LOYALTY',
    fraudStatus: 'NONE',
    'subscription.sms.TRANS': '1',
    'subscription.sms.BULK': '0',
    'subscription.email.TRANS': '1',
    'custom.age': '46',
    'custom.city': 'Chennai',
    'custom.hobby': '["Playing","Singing"]',
    'custom.size': 'M',
    'custom.old_card': 'K-2210',
    'extended.gender': 'Female',
    'extended.segment': 'Regular',
    ...fields,
  };
  return {
    customerId,
    identifier: { type: 'mobile', value: fields.mobile ?? '910000000000' },
    fields: full,
    server: full,
    pending: [],
    masked: [],
    locks: {
      mobile: 'existing-identifier',
      ...(full.email === null ? {} : { email: 'existing-identifier' }),
      externalId: full.externalId === null ? 'fill-not-allowed' : 'existing-identifier',
      ...(full.type === 'LOYALTY' ? { type: 'already-loyalty' } : {}),
      'custom.old_card': 'unknown-field',
      'extended.segment': 'disabled-field',
    },
    loyalty: gold,
    updatedOn: '2026-03-02 14:59:49',
    source: 'instore',
    otherSubscriptions: [{ channel: 'WHATSAPP', priority: 'BULK', subscribed: true }],
    userId: String(343_445_382 + customerId),
    asOfMs: nowMs - 2 * minuteMs,
    listedAsOfMs: null,
    updates: [],
    ...over,
  };
}

const silver: Loyalty = {
  ...unknownLoyalty,
  tier: 'silver',
  points: 410,
  lifetimePoints: 6120,
  lifetimePurchases: 51_200,
};
const none: Loyalty = { ...unknownLoyalty, noTier: true, points: 0 };

export const people: readonly CustomerView[] = [
  person(1, { firstName: 'Rita', lastName: 'James', mobile: '917713643123', email: 'rita.james@example.com' }),
  person(2, { firstName: 'Rita', lastName: 'Jones', mobile: '919845012881', email: null }, { loyalty: silver }),
  person(
    3,
    { firstName: 'Ritesh', lastName: 'Rao', mobile: '919980044471', externalId: 'TS100471' },
    { loyalty: none },
  ),
  person(4, { firstName: 'ليلى', lastName: 'القحطاني', mobile: '966501234567', email: 'layla@example.com' }),
  person(5, { firstName: '陈', lastName: '美玲', mobile: '8613800138000' }),
  person(
    6,
    {
      firstName: 'Maximiliana Theodora Konstantina',
      lastName: 'von Hohenstein-Wolfenbüttel zu Braunschweig',
      mobile: '4915112345678',
      email: 'maximiliana.theodora.konstantina.von.hohenstein@very-long-domain.example.com',
    },
    { asOfMs: nowMs - 40 * 24 * 60 * minuteMs },
  ),
  person(7, { firstName: 'Noor', lastName: '', mobile: '971501112233', type: 'NON_LOYALTY' }, { loyalty: null }),
  person(8, { firstName: 'Tom', lastName: 'Field', mobile: '447009000111', fraudStatus: 'CONFIRMED' }),
];

const uuid = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;

export function change(number: number, over: Partial<UpdateView> = {}): UpdateView {
  const state = over.state ?? 'queued';
  return {
    updateId: uuid(number),
    customerId: 1,
    customerName: 'Rita James',
    kind: 'fields',
    state,
    identifier: { type: 'userId', value: '343445383' },
    changes: [{ key: 'lastName', was: 'John', to: 'James' }],
    staff,
    savedAtMs: nowMs - number * minuteMs,
    settledAtMs: state === 'applied' ? nowMs - 20_000 : null,
    attempts: state === 'queued' ? 0 : 1,
    reason: null,
    putOffAtMs: null,
    result: null,
    lastAnswer: null,
    doubleAward: null,
    discardReason: null,
    replacedBy: null,
    replaces: null,
    behindAnother: false,
    may: {
      edit: state === 'queued',
      cancel: state === 'queued',
      fix: state === 'attention',
      discard: state === 'attention',
      putOff: state === 'attention' && over.reason?.kind === 'conflict' && over.putOffAtMs === undefined,
    },
    ...over,
  };
}

export const answer = {
  httpStatus: 200,
  requestId: 'c1f0e4b2-7a55',
  code: 200,
  message: 'Success',
  total: 1,
  successCount: 1,
  itemCode: 1000,
  itemMessage: 'Customer successfully updated',
};

export const refusedAnswer = {
  ...answer,
  code: 500,
  message: 'All requests have failed due to errors',
  successCount: 0,
  itemCode: 1016,
  itemMessage: 'Email is registered to another customer',
};
