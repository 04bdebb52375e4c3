/**
 * A region's customers for the benchmark: the same ones for the same number, with names as unevenly spread as in life
 * and as much detail as the API returns for a member of two programs (1.6 KB).
 */
import { closeSync, openSync, writeSync } from 'node:fs';

const syllables = `an ra vi ka mi to shi lo be ne sa da ju li ma ro pe gi ha ko el os en ur is al um eth or ia`.split(
  ' ',
);
const given = `Rita Asha Priya Maria John Amit Ana Chen Fatima Omar Lucas Emma Noah Sofia Yuki Zoë Siân José Renée Björn`;
const family = `James Sharma Garcia Smith Khan Nair Singh Patel Wong Tan Müller O'Brien Nguyen Rossi Silva Haddad`;
const frequent = { given: given.split(' '), family: family.split(' ') };

/** In [0, 1), the same for the same number and purpose. */
function fraction(at: number, purpose: number): number {
  let mixed = Math.imul(at ^ Math.imul(purpose, 0x9e3779b1), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return ((mixed ^ (mixed >>> 16)) >>> 0) / 4_294_967_296;
}

/** One in five has a frequent name; the others share some 40,000. */
function nameOf(at: number, purpose: number, few: readonly string[]): string {
  const roll = fraction(at, purpose);
  if (roll < 0.2) return few[Math.floor((roll / 0.2) ** 2 * few.length)] ?? 'Rita';
  const skewed = Math.floor(fraction(at, purpose + 1) ** 2 * 40_000);
  let name = '';
  for (let rest = skewed + 1_000; rest > 0; rest = Math.floor(rest / syllables.length)) {
    name += syllables[rest % syllables.length] ?? 'a';
  }
  return name.charAt(0).toUpperCase() + name.slice(1);
}

export type BenchCustomer = {
  readonly userId: number;
  readonly firstName: string;
  readonly lastName: string;
  readonly mobile: string;
  readonly email: string;
  readonly externalId: string;
};

export function benchCustomer(at: number): BenchCustomer {
  const first = nameOf(at, 1, frequent.given);
  const middle = fraction(at, 7) < 0.15 ? ` ${nameOf(at, 8, frequent.given)}` : '';
  const lastName = nameOf(at, 3, frequent.family);
  return {
    userId: 300_000_000 + at,
    firstName: `${first}${middle}`,
    lastName,
    mobile: `919${String(Math.floor(fraction(at, 5) * 100)).padStart(2, '0')}${String(Math.imul(at, 7919) >>> 0)
      .padStart(10, '0')
      .slice(-7)}`,
    email: `${first.toLowerCase()}.${at}@example.com`,
    externalId: `EX${String(at).padStart(8, '0')}`,
  };
}

const texts = Array.from(
  { length: 12 },
  (_, at) => `Value ${at} of a field that the organisation defined for its own purposes`,
);

/** As `customer/get` returns it, on one line. */
export function benchLine(at: number): string {
  const { userId, firstName, lastName, mobile, email, externalId } = benchCustomer(at);
  const points = Math.floor(fraction(at, 6) * 5_000);
  const program = (id: string) => ({
    programId: id,
    redeemed: String(points),
    expired: '20',
    returned: '0',
    adjusted: '0',
    lifetimePoints: String(points * 2),
    loyaltyPoints: String(points),
    cumulativePurchases: String(points * 10),
    currentSlab: 'gold',
    nextSlab: 'platinum',
    nextSlabSerialNumber: '3',
    nextSlabDescription: 'platinum',
    slabSNo: '2',
    slabExpiryDate: '2119-09-11 23:59:59',
    totalPoints: '',
  });
  return JSON.stringify({
    user_id: userId,
    firstname: firstName,
    lastname: lastName,
    mobile,
    email,
    external_id: externalId,
    lifetime_points: points * 2,
    lifetime_purchases: points * 10,
    loyalty_points: points,
    current_slab: 'gold',
    tier_expiry_date: '2112-09-11 23:59:59',
    points_summaries: { points_summary: [program('1016'), program('1017')] },
    registered_on: '2012-09-11 11:11:15',
    updated_on: '2019-12-09 14:59:49',
    type: 'LOYALTY',
    source: 'instore',
    fraud_status: 'NONE',
    custom_fields: { field: [{ name: 'city', value: texts[at % 12] }] },
    extended_fields: {
      field: [
        { name: 'gender', value: 'Male' },
        { name: 'note', value: texts[(at + 5) % 12] },
      ],
    },
    subscriptions: { subscription: [{ channel: 'SMS', priority: 'BULK', scope: 'ALL', status: '1' }] },
  });
}

export function writeBenchFile(file: string, customers: number): void {
  const descriptor = openSync(file, 'w');
  let text = '';
  for (let at = 0; at < customers; at += 1) {
    text += `${benchLine(at)}\n`;
    if (text.length > 4_000_000) {
      writeSync(descriptor, text);
      text = '';
    }
  }
  writeSync(descriptor, text);
  closeSync(descriptor);
}
