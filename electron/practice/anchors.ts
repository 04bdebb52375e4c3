/** The named sample customers, used in demonstrations, the training guide and tests. */
import { newMembership, type PracticeCustomer, type PracticeSubscription } from './practice-customer.ts';

export const firstUserId = 343_445_001;

export const allSubscribed: readonly PracticeSubscription[] = [
  { channel: 'SMS', priority: 'TRANS', subscribed: true },
  { channel: 'SMS', priority: 'BULK', subscribed: true },
  { channel: 'EMAIL', priority: 'TRANS', subscribed: true },
  { channel: 'EMAIL', priority: 'BULK', subscribed: true },
];

const plain: PracticeCustomer = {
  userId: 0,
  firstName: '',
  lastName: '',
  mobile: null,
  email: null,
  externalId: null,
  type: 'LOYALTY',
  source: 'instore',
  registeredOn: '2019-09-11 10:12:00',
  registeredTill: 'practice.till1',
  associatedWith: 'practice.till1',
  updatedOn: '2026-01-09 14:59:49',
  fraudStatus: 'NONE',
  subscriptions: allSubscribed,
  customFields: { preferred_language: 'English' },
  extendedFields: {},
  lifetimePurchases: 2_400,
  memberships: [
    {
      ...newMembership('1016'),
      lifetimePoints: 240,
      loyaltyPoints: 240,
      cumulativePurchases: 2_400,
      tier: 1,
      tierExpiresOn: '2028-03-31 23:59:59',
    },
  ],
  updateCount: 0,
};

export const anchors = {
  /** Everything filled, two programs, Gold on the way to Platinum. */
  ritaJames: {
    ...plain,
    userId: firstUserId,
    firstName: 'Rita',
    lastName: 'James',
    // From the range that the UK reserves for films and examples; no numbering plan accepts it as valid.
    mobile: '447700900123',
    email: 'rita.james@example.com',
    externalId: 'RJ-1001',
    associatedWith: 'london.till2',
    registeredTill: 'london.till2',
    customFields: {
      preferred_language: 'English',
      hobbies: '["Playing","Singing"]',
      age: '46',
      birthday: '1980-03-14',
    },
    extendedFields: { gender: 'Female', city: 'London', marital_status: 'Married', children: '2' },
    lifetimePurchases: 182_400.5,
    memberships: [
      {
        ...newMembership('1016'),
        lifetimePoints: 12_400,
        loyaltyPoints: 2_280,
        redeemed: 9_100,
        expired: 1_020,
        adjusted: 0,
        cumulativePurchases: 150_000,
        tier: 3,
        tierExpiresOn: '2028-09-11 23:59:59',
      },
      {
        ...newMembership('1024'),
        lifetimePoints: 2_600,
        loyaltyPoints: 1_900,
        redeemed: 700,
        cumulativePurchases: 32_400.5,
        tier: 2,
        tierExpiresOn: '2027-12-31 23:59:59',
      },
    ],
  },
  /** No email and no external id yet. */
  ashaRaman: {
    ...plain,
    userId: firstUserId + 1,
    firstName: 'Asha',
    lastName: 'Raman',
    mobile: '919845012345',
    customFields: { preferred_language: 'हिन्दी', hobbies: '["Reading"]' },
    extendedFields: { gender: 'Female', city: 'Chennai' },
    subscriptions: [
      { channel: 'SMS', priority: 'TRANS', subscribed: true },
      { channel: 'SMS', priority: 'BULK', subscribed: false },
    ],
    lifetimePurchases: 8_450,
    memberships: [
      {
        ...newMembership('1016'),
        lifetimePoints: 845,
        loyaltyPoints: 645,
        redeemed: 200,
        cumulativePurchases: 8_450,
        tier: 1,
        tierExpiresOn: '2027-06-30 23:59:59',
      },
    ],
  },
  /** Known to the organisation, not in the loyalty programme. */
  kabirBose: {
    ...plain,
    userId: firstUserId + 2,
    firstName: 'Kabir',
    lastName: 'Bose',
    mobile: '919830098300',
    email: 'kabir.bose@example.org',
    type: 'NON_LOYALTY',
    memberships: [],
    lifetimePurchases: 1_299,
  },
  devikaNair: {
    ...plain,
    userId: firstUserId + 3,
    firstName: 'Devika',
    lastName: 'Nair',
    mobile: '919846098460',
    email: 'devika.nair@example.net',
    externalId: 'DN-1004',
    fraudStatus: 'CONFIRMED',
  },
  /** An Arabic name, written right to left. */
  maryamAlMansoori: {
    ...plain,
    userId: firstUserId + 4,
    firstName: 'مريم',
    lastName: 'المنصوري',
    mobile: '971501234567',
    email: 'maryam.almansoori@example.com',
    customFields: { preferred_language: 'العربية' },
    extendedFields: { gender: 'Female', city: 'دبي' },
  },
  wangXiuying: {
    ...plain,
    userId: firstUserId + 5,
    firstName: '秀英',
    lastName: '王',
    mobile: '8613912345678',
    email: 'wang.xiuying@example.com',
    customFields: { preferred_language: '中文' },
    extendedFields: { gender: 'Female', city: '上海' },
  },
  /** Has the email that is filled in for `snehaIyer`. */
  vikramIyer: {
    ...plain,
    userId: firstUserId + 6,
    firstName: 'Vikram',
    lastName: 'Iyer',
    mobile: '919840011122',
    email: 'iyer.family@example.com',
  },
  /** Filling in the family's email collides with `vikramIyer`. */
  snehaIyer: {
    ...plain,
    userId: firstUserId + 7,
    firstName: 'Sneha',
    lastName: 'Iyer',
    mobile: '919840011133',
    externalId: 'SI-1008',
  },
  /** A single name. */
  suharto: {
    ...plain,
    userId: firstUserId + 8,
    firstName: 'Suharto',
    lastName: '',
    mobile: '6281298765432',
    externalId: 'SU-1009',
    customFields: { preferred_language: 'Bahasa Indonesia' },
  },
  /** A very long name. */
  mariaDelCarmen: {
    ...plain,
    userId: firstUserId + 9,
    firstName: 'María del Carmen Concepción Immaculada',
    lastName: 'Fernández-Villaverde y Álvarez de Toledo-Ossorio Gutiérrez de la Concha',
    mobile: '34612987654',
    email: 'maria.del.carmen.fernandez-villaverde.alvarez.de.toledo@example.com',
    customFields: { preferred_language: 'Español' },
  },
  /** Twenty points below Silver: the next applied update moves the tier. */
  meenaPillai: {
    ...plain,
    userId: firstUserId + 10,
    firstName: 'Meena',
    lastName: 'Pillai',
    mobile: '919847012121',
    email: 'meena.pillai@example.com',
    memberships: [
      {
        ...newMembership('1016'),
        lifetimePoints: 980,
        loyaltyPoints: 980,
        cumulativePurchases: 9_800,
        tier: 1,
        tierExpiresOn: '2027-03-31 23:59:59',
      },
    ],
  },
  /** The tier has expired. */
  joseNunez: {
    ...plain,
    userId: firstUserId + 11,
    firstName: 'José',
    lastName: 'Núñez Peña',
    mobile: '34622123123',
    email: 'jose.nunez@example.net',
    memberships: [
      {
        ...newMembership('1016'),
        lifetimePoints: 6_200,
        loyaltyPoints: 40,
        expired: 6_160,
        cumulativePurchases: 62_000,
        tier: 3,
        tierExpiresOn: '2021-12-31 23:59:59',
      },
    ],
  },
  /** Registered by email only; mobile is empty. */
  bjornWeiss: {
    ...plain,
    userId: firstUserId + 12,
    firstName: 'Björn',
    lastName: 'Weiß',
    email: 'bjoern.weiss@example.org',
    externalId: 'BW-1013',
    customFields: { preferred_language: 'Deutsch' },
  },
  /** A negative manual adjustment of points. */
  chloeDupre: {
    ...plain,
    userId: firstUserId + 13,
    firstName: 'Chloé',
    lastName: 'Dupré',
    mobile: '33612457801',
    email: 'chloe.dupre@example.com',
    memberships: [
      {
        ...newMembership('1016'),
        lifetimePoints: 1_480,
        loyaltyPoints: 830,
        returned: 150,
        adjusted: -500,
        cumulativePurchases: 14_800,
        tier: 2,
        tierExpiresOn: '2119-09-11 23:59:59',
      },
    ],
  },
  /** A new customer without points or tier. */
  rohanGupta: {
    ...plain,
    userId: firstUserId + 14,
    firstName: 'Rohan',
    lastName: 'Gupta',
    mobile: '919899012345',
    memberships: [newMembership('1016')],
    customFields: {},
  },
} as const satisfies { readonly [name: string]: PracticeCustomer };
