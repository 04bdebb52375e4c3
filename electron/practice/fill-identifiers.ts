/** Finds the customer of an update, and fills in empty identifiers. */
import { type CustomerBook, identifierValue, type PracticeIdentifier } from './customer-book.ts';
import { memberOf, textOf } from './json.ts';
import { awardPoints, newMembership, type PracticeCustomer } from './practice-customer.ts';
import type { IdentifierName, PracticeOrgConfig } from './practice-org.ts';
import { type Draft, Refusal } from './update-draft.ts';

const identifierNames = ['mobile', 'email', 'external_id'] as const;
const keyOf = { mobile: 'mobile', email: 'email', external_id: 'externalId' } as const;
const invalidCode = { mobile: 1001, email: 1002, external_id: 1003 } as const;
const occupiedCode = { mobile: 1032, email: 1016, external_id: 1033 } as const;
const invalidMessage = {
  mobile: 'Unable to register. Invalid mobile number',
  email: 'Unable to register. Invalid email id',
  external_id: 'Unable to register. Invalid external id',
} as const;

function isValidIdentifier(name: IdentifierName, value: string): boolean {
  if (name === 'mobile') return /^[1-9]\d{7,14}$/.test(value);
  if (name === 'email') return value.length <= 254 && /^[^\s@]+@[^\s@.]+(\.[^\s@.]+)+$/.test(value);
  return value.length <= 50 && /^[^\s]+$/.test(value);
}

/** The identifier in a request that identifies the customer; all others are to be filled in. */
export function identifierOf(item: unknown, config: PracticeOrgConfig): PracticeIdentifier | null {
  for (const name of ['id', config.primaryKey, ...identifierNames] as const) {
    const value = textOf(memberOf(item, name));
    if (value !== null && value !== '') return { name, value };
  }
  return null;
}

function withIdentifier(name: IdentifierName, value: string): Partial<PracticeCustomer> {
  if (name === 'mobile') return { mobile: value };
  return name === 'email' ? { email: value } : { externalId: value };
}

function mergeAccounts(draft: Draft, victim: PracticeCustomer): void {
  const { customer } = draft;
  const held = new Map(customer.memberships.map((membership) => [membership.programId, membership]));
  for (const theirs of victim.memberships) {
    const ours = held.get(theirs.programId) ?? newMembership(theirs.programId);
    held.set(theirs.programId, {
      ...awardPoints(ours, theirs.lifetimePoints),
      loyaltyPoints: ours.loyaltyPoints + theirs.loyaltyPoints,
      redeemed: ours.redeemed + theirs.redeemed,
      cumulativePurchases: ours.cumulativePurchases + theirs.cumulativePurchases,
    });
  }
  draft.mergedUserId = victim.userId;
  draft.customer = {
    ...customer,
    mobile: customer.mobile ?? victim.mobile,
    email: customer.email ?? victim.email,
    externalId: customer.externalId ?? victim.externalId,
    customFields: { ...victim.customFields, ...customer.customFields },
    extendedFields: { ...victim.extendedFields, ...customer.extendedFields },
    lifetimePurchases: customer.lifetimePurchases + victim.lifetimePurchases,
    memberships: [...held.values()],
  };
}

/** Existing identifiers never change, and empty ones are filled in only if the organisation allows it. */
export function fillIdentifiers(
  draft: Draft,
  item: unknown,
  named: PracticeIdentifier,
  book: CustomerBook,
  config: PracticeOrgConfig,
): Refusal | null {
  for (const name of identifierNames) {
    const value = textOf(memberOf(item, name));
    if (name === named.name || value === null || value === '') continue;
    const known = identifierValue(draft.customer, name);
    if (known !== null) {
      if (known.toLowerCase() === value.toLowerCase()) continue;
      if (name === config.primaryKey) draft.warn(91005, `${name} is Primary Key, ${name} cannot be updated`);
      else draft.warn(91006, `${name} update is not allowed`);
      continue;
    }
    if (!isValidIdentifier(name, value)) return new Refusal(invalidCode[name], invalidMessage[name]);
    if (!config.allowFill[name]) {
      draft.warn(91006, `${name} update is not allowed`);
      continue;
    }
    const owner = book.find({ name, value });
    if (owner === null) {
      draft.change(keyOf[name], value, withIdentifier(name, value));
    } else if (config.whenOccupied === 'merge') {
      mergeAccounts(draft, owner);
      draft.change(keyOf[name], value, withIdentifier(name, value));
    } else if (config.whenOccupied === 'refuse') {
      return new Refusal(occupiedCode[name], `A customer already exists with the same ${name.replace('_', ' ')}`);
    } else {
      draft.warn(91007, `${name} is already occupied by some other user, ignoring it`);
    }
  }
  return null;
}
