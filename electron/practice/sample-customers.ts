/**
 * Generates the customers of the practice organisation, always the same for the same seed. They are invented, and their
 * emails use domains reserved for examples.
 */
import { allSubscribed, anchors, firstUserId } from './anchors.ts';
import { type Region, regions } from './names.ts';
import {
  newMembership,
  type PracticeCustomer,
  type PracticeMembership,
  type PracticeSubscription,
  type Program,
  programs,
  tierForPoints,
} from './practice-customer.ts';
import { customFields, extendedFields, tillCodes } from './practice-org.ts';
import { everyPart, wireCustomer } from './wire-answers.ts';

export const sampleSize = 2_400;

/** A small seeded generator (mulberry32): from 0 up to but not including 1. */
function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

type Dice = {
  readonly below: (limit: number) => number;
  readonly chance: (part: number) => boolean;
  readonly pick: <Item>(items: readonly Item[]) => Item;
};

function dice(seed: number): Dice {
  const fraction = seeded(seed);
  const below = (limit: number) => Math.floor(fraction() * limit);
  return {
    below,
    chance: (part) => fraction() < part,
    pick: (items) => {
      const item = items[below(items.length)];
      if (item === undefined) throw new Error('nothing to pick from');
      return item;
    },
  };
}

const two = (value: number) => String(value).padStart(2, '0');

function dateBetween(roll: Dice, firstYear: number, lastYear: number): string {
  return `${firstYear + roll.below(lastYear - firstYear + 1)}-${two(1 + roll.below(12))}-${two(1 + roll.below(28))}`;
}

function momentBetween(roll: Dice, firstYear: number, lastYear: number): string {
  return `${dateBetween(roll, firstYear, lastYear)} ${two(9 + roll.below(12))}:${two(roll.below(60))}:${two(roll.below(60))}`;
}

/** Splits `أحمد|ahmed` into a name and its Latin spelling; without a bar, both are the same. */
function spelled(name: string): { readonly native: string; readonly latin: string } {
  const [native = name, latin = name] = name.split('|');
  return { native, latin };
}

function emailPart(latin: string): string {
  return latin
    .normalize('NFD')
    .toLowerCase()
    .replaceAll('ß', 'ss')
    .replace(/[^a-z0-9-]/g, '');
}

const totalShare = regions.reduce((sum, { share }) => sum + share, 0);

function regionFor(roll: Dice): Region {
  let ticket = roll.below(totalShare);
  for (const region of regions) {
    if (ticket < region.share) return region;
    ticket -= region.share;
  }
  throw new Error('shares do not add up');
}

/** Unique numbers: multiples of a prime visit all residues of a power of ten once. */
function mobileFor(region: Region, index: number): string {
  const space = 10 ** region.digitsAfterPrefix;
  const prefix = region.mobilePrefixes[index % region.mobilePrefixes.length] ?? '';
  const rest = String((index * 7_919 + 123_457) % space).padStart(region.digitsAfterPrefix, '0');
  return `${region.callingCode}${prefix}${rest}`;
}

function nameFor(roll: Dice, region: Region) {
  const given = spelled(roll.pick(region.given));
  const family = spelled(roll.pick(region.family));
  const latin = { first: emailPart(given.latin), last: emailPart(family.latin) };
  // Many people in Indonesia and some in southern India have a single name.
  const oneWord = (region.country === 'ID' && roll.chance(0.25)) || (region.country === 'IN' && roll.chance(0.02));
  if (oneWord) return { first: given.native, last: '', latin };
  const second = region.doubleSurname && roll.chance(0.8) ? ` ${spelled(roll.pick(region.family)).native}` : '';
  const middle = region.country !== 'CN' && roll.chance(0.06) ? ` ${spelled(roll.pick(region.given)).native}` : '';
  return { first: `${given.native}${middle}`, last: `${family.native}${second}`, latin };
}

function membershipFor(roll: Dice, program: Program): PracticeMembership {
  const purchases = roll.chance(0.01) ? 50_000_000 + roll.below(900_000_000) : roll.below(300_000);
  const lifetimePoints = roll.chance(0.08) ? roll.below(90) : Math.floor(purchases / 10);
  const redeemed = Math.floor(lifetimePoints * 0.1 * roll.below(7));
  const expired = Math.floor(lifetimePoints * 0.05 * roll.below(4));
  const returned = roll.chance(0.1) ? Math.min(roll.below(400), lifetimePoints) : 0;
  const adjusted = roll.chance(0.06) ? 250 - roll.below(1_000) : 0;
  const tier = tierForPoints(program, lifetimePoints);
  const expires = roll.chance(0.15)
    ? dateBetween(roll, 2020, 2024)
    : roll.chance(0.05)
      ? '2119-09-11'
      : dateBetween(roll, 2027, 2030);
  return {
    ...newMembership(program.id),
    lifetimePoints,
    loyaltyPoints: Math.max(0, lifetimePoints - redeemed - expired - returned + adjusted),
    redeemed,
    expired,
    returned,
    adjusted,
    cumulativePurchases: purchases,
    tier,
    tierExpiresOn: tier === null ? null : `${expires} 23:59:59`,
  };
}

function membershipsFor(roll: Dice): readonly PracticeMembership[] {
  const [main, kids, home] = programs;
  const held: PracticeMembership[] = [membershipFor(roll, main)];
  if (roll.chance(0.22)) held.push(membershipFor(roll, kids));
  if (roll.chance(0.12)) held.push(membershipFor(roll, home));
  return held;
}

/** Covers all 16 combinations of the four switches; a few customers have no subscriptions, a few also WhatsApp. */
function subscriptionsFor(roll: Dice, index: number): readonly PracticeSubscription[] {
  if (roll.chance(0.03)) return [];
  const known = allSubscribed.map((subscription, bit) => ({ ...subscription, subscribed: ((index >> bit) & 1) === 1 }));
  return roll.chance(0.05)
    ? [...known, { channel: 'WHATSAPP', priority: 'BULK', subscribed: roll.chance(0.5) }]
    : known;
}

const optionsOf = (name: string) => customFields.find((field) => field.name === name)?.options ?? [];
const enumFields = extendedFields.filter(({ values }) => values.length > 0);

function customFieldsFor(roll: Dice, region: Region): { readonly [name: string]: string } {
  const values: { [name: string]: string } = {};
  if (roll.chance(0.85)) values.preferred_language = region.language;
  if (roll.chance(0.4)) {
    values.hobbies = JSON.stringify(optionsOf('hobbies').filter(() => roll.chance(0.4)));
  }
  if (roll.chance(0.3)) values.birthday = dateBetween(roll, 1940, 2007);
  if (roll.chance(0.3)) values.occupation = roll.pick(['Teacher', 'Engineer', 'Nurse', 'Farmer', 'Retired', 'Lawyer']);
  if (roll.chance(0.2)) values.age = String(18 + roll.below(70));
  if (roll.chance(0.2)) values.contact_time = roll.pick(optionsOf('contact_time'));
  if (roll.chance(0.05)) values.delivery_note = 'Second gate, ring twice.\nPlease do not leave it with the neighbours.';
  if (roll.chance(0.1)) values.shoe_size = roll.pick(optionsOf('shoe_size'));
  if (roll.chance(0.03)) values.legacy_card = `OLD-${roll.below(100_000)}`;
  return values;
}

function extendedFieldsFor(roll: Dice, region: Region): { readonly [name: string]: string } {
  const values: { [name: string]: string } = {};
  for (const field of enumFields) {
    if (roll.chance(0.35)) values[field.name] = roll.pick(field.values);
  }
  if (roll.chance(0.6)) values.city = roll.pick(region.cities);
  if (roll.chance(0.15)) values.children = String(roll.below(5));
  if (roll.chance(0.05)) values.height_m = (1.5 + roll.below(50) / 100).toFixed(2);
  if (roll.chance(0.1)) values.owns_car = roll.chance(0.5) ? 'true' : 'false';
  if (roll.chance(0.05)) values.wedding_date = `${dateBetween(roll, 1970, 2024)} 00:00:00`;
  return values;
}

function sampleCustomer(roll: Dice, index: number): PracticeCustomer {
  const region = regionFor(roll);
  const name = nameFor(roll, region);
  const loyalty = !roll.chance(0.08);
  // Everybody needs a mobile or an email to be registered.
  const hasMobile = !roll.chance(0.06);
  const hasEmail = !hasMobile || !roll.chance(0.3);
  const memberships = loyalty ? membershipsFor(roll) : [];
  const domain = roll.pick(['example.com', 'example.org', 'example.net']);
  return {
    userId: firstUserId + index,
    firstName: name.first,
    lastName: name.last,
    mobile: hasMobile ? mobileFor(region, index) : null,
    email: hasEmail ? `${name.latin.first}.${name.latin.last}.${index}@${domain}` : null,
    externalId: roll.chance(0.45) ? `TS${String(100_000 + index)}` : null,
    type: loyalty ? 'LOYALTY' : 'NON_LOYALTY',
    source: roll.pick(['instore', 'instore', 'instore', 'WEB_ENGAGE', 'e-comm']),
    registeredOn: momentBetween(roll, 2012, 2024),
    registeredTill: roll.pick(tillCodes),
    associatedWith: roll.chance(0.5) ? roll.pick(tillCodes) : null,
    updatedOn: momentBetween(roll, 2025, 2025),
    fraudStatus: roll.chance(0.02) ? 'CONFIRMED' : 'NONE',
    subscriptions: subscriptionsFor(roll, index),
    customFields: customFieldsFor(roll, region),
    extendedFields: extendedFieldsFor(roll, region),
    lifetimePurchases: memberships.reduce((sum, { cumulativePurchases }) => sum + cumulativePurchases, 0),
    memberships,
    updateCount: 0,
  };
}

/**
 * @param size how many, including the named ones (`anchors`)
 * @param seed the same seed always gives the same customers
 */
export function sampleCustomers(size: number = sampleSize, seed = 20_190_911): readonly PracticeCustomer[] {
  const customers: PracticeCustomer[] = Object.values(anchors).slice(0, size);
  const roll = dice(seed);
  for (let index = customers.length; index < size; index += 1) customers.push(sampleCustomer(roll, index));
  return customers;
}

/**
 * The same customers in the format of `customer/get`, to fill an empty cache.
 * @param now the store's local time
 */
export function sampleWireCustomers(now: string, size: number = sampleSize): unknown[] {
  return sampleCustomers(size).map((customer) => wireCustomer(customer, everyPart, now));
}
