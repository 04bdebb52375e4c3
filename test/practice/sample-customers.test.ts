import assert from 'node:assert/strict';
import { test } from 'node:test';
import parsePhoneNumber from 'libphonenumber-js/max';
import { readCustomer } from '../../electron/loyalty-api/wire/customer.ts';
import { isObject } from '../../electron/loyalty-api/wire/scalars.ts';
import { anchors } from '../../electron/practice/anchors.ts';
import { acceptsCustomValue, acceptsExtendedValue } from '../../electron/practice/field-checks.ts';
import { customFields, extendedFields, tillCodes } from '../../electron/practice/practice-org.ts';
import { sampleCustomers, sampleSize, sampleWireCustomers } from '../../electron/practice/sample-customers.ts';
import { isStoreMoment } from '../../electron/practice/store-time.ts';

const customers = sampleCustomers();
const share = (fits: (customer: (typeof customers)[number]) => boolean) => customers.filter(fits).length;

test('the sample is the same every time, and different with another seed', () => {
  assert.equal(customers.length, sampleSize);
  assert.deepEqual(sampleCustomers(), customers);
  assert.notDeepEqual(sampleCustomers(sampleSize, 7), customers);
  assert.deepEqual(sampleCustomers(100), customers.slice(0, 100));
});

test('no two customers share an id, a mobile, an email or an external id', () => {
  for (const key of ['userId', 'mobile', 'email', 'externalId'] as const) {
    const values = customers.map((customer) => customer[key]).filter((value) => value !== null);
    assert.equal(new Set(values.map((value) => String(value).toLowerCase())).size, values.length, key);
  }
});

test('every mobile is valid in its country, except those in the range reserved for films', () => {
  const wrong = customers.filter(({ mobile }) => mobile !== null && parsePhoneNumber(`+${mobile}`)?.isValid() !== true);
  assert.deepEqual(
    wrong.map(({ userId }) => userId),
    [anchors.ritaJames.userId],
  );
  const types = new Set(
    customers
      .filter(({ mobile, userId }) => mobile !== null && userId !== anchors.ritaJames.userId)
      .map(({ mobile }) => parsePhoneNumber(`+${mobile}`)?.getType()),
  );
  assert.deepEqual([...types], ['MOBILE']);
});

test('every email is in a domain reserved for examples', () => {
  for (const { email } of customers) {
    if (email !== null) assert.match(email, /^[a-z0-9][a-z0-9.-]*@example\.(com|org|net)$/);
  }
});

test('the sample has every kind of customer that a till meets', () => {
  assert.ok(share(({ memberships }) => memberships.length >= 2) > 100, 'several programs');
  assert.ok(share(({ memberships }) => memberships.length === 1) > 500, 'one program');
  assert.ok(share(({ memberships }) => memberships.some(({ tier }) => tier === null)) > 50, 'no tier yet');
  assert.ok(
    share(({ memberships }) => memberships.some(({ tierExpiresOn }) => (tierExpiresOn ?? '9') < '2025')) > 50,
    'expired tier',
  );
  assert.ok(share(({ memberships }) => memberships.some(({ adjusted }) => adjusted < 0)) > 20, 'negative adjustment');
  assert.ok(share(({ memberships }) => memberships.some(({ loyaltyPoints }) => loyaltyPoints > 1e6)) > 5, 'huge');
  assert.ok(share(({ type }) => type === 'NON_LOYALTY') > 50, 'not in the programme');
  assert.ok(share(({ fraudStatus }) => fraudStatus === 'CONFIRMED') > 10, 'fraud');
  assert.ok(share(({ email }) => email === null) > 100, 'no email');
  assert.ok(share(({ mobile }) => mobile === null) > 50, 'no mobile');
  assert.ok(share(({ externalId }) => externalId === null) > 100, 'no external id');
  assert.ok(share(({ lastName }) => lastName === '') > 20, 'one-word name');
  assert.ok(share(({ firstName, lastName }) => `${firstName} ${lastName}`.length > 60) > 0, 'very long name');
  assert.ok(share(({ lastName }) => lastName.includes(' ')) > 50, 'two family names');
  assert.ok(share(({ firstName }) => /\p{Script=Arabic}/u.test(firstName)) > 50, 'Arabic');
  assert.ok(share(({ lastName }) => /\p{Script=Han}/u.test(lastName)) > 50, 'Chinese characters');
  assert.ok(share(({ firstName }) => /\p{Script=Hangul}/u.test(firstName)) > 10, 'Hangul');
  assert.ok(share(({ firstName, lastName }) => /[éñöüßç]/.test(firstName + lastName)) > 50, 'marks');
  assert.ok(share(({ customFields: { hobbies } }) => (hobbies ?? '').split(',').length > 1) > 50, 'several values');
});

test('subscriptions come in all sixteen combinations, and unknown', () => {
  const combinations = new Set(
    customers.map(({ subscriptions }) =>
      subscriptions
        .filter(({ channel }) => channel !== 'WHATSAPP')
        .map(({ subscribed }) => (subscribed ? 1 : 0))
        .join(''),
    ),
  );
  assert.equal([...combinations].filter((combination) => combination.length === 4).length, 16);
  assert.ok(combinations.has(''));
});

test('the server would accept every value in the sample', () => {
  for (const customer of customers) {
    assert.ok(isStoreMoment(customer.registeredOn) && isStoreMoment(customer.updatedOn));
    assert.ok(tillCodes.some((code) => code === customer.registeredTill));
    for (const [name, value] of Object.entries(customer.customFields)) {
      const field = customFields.find((known) => known.name === name);
      assert.ok(field !== undefined && (field.disabled || acceptsCustomValue(field, value)), `${name}: ${value}`);
    }
    for (const [name, value] of Object.entries(customer.extendedFields)) {
      const field = extendedFields.find((known) => known.name === name);
      assert.ok(field !== undefined && acceptsExtendedValue(field, value), `${name}: ${value}`);
    }
    for (const { tier, tierExpiresOn, loyaltyPoints } of customer.memberships) {
      assert.equal(tier === null, tierExpiresOn === null);
      assert.ok(loyaltyPoints >= 0);
    }
  }
});

test('the named customers are what their names promise', () => {
  assert.equal(anchors.ritaJames.mobile, '447700900123');
  assert.equal(anchors.ritaJames.memberships.length, 2);
  assert.equal(anchors.ashaRaman.email, null);
  assert.equal(anchors.kabirBose.type, 'NON_LOYALTY');
  assert.equal(anchors.devikaNair.fraudStatus, 'CONFIRMED');
  assert.match(anchors.maryamAlMansoori.lastName, /\p{Script=Arabic}/u);
  assert.match(anchors.wangXiuying.lastName, /\p{Script=Han}/u);
  assert.equal(anchors.snehaIyer.email, null);
  assert.equal(anchors.bjornWeiss.mobile, null);
  assert.deepEqual(customers.slice(0, Object.keys(anchors).length), Object.values(anchors));
});

test('the till reads every sample customer as customer/get would return it', () => {
  const wire = sampleWireCustomers('2026-11-24 09:30:00');
  assert.equal(wire.length, sampleSize);
  const records = wire.map((item) => readCustomer(isObject(item) ? item : {}));
  for (const [index, record] of records.entries()) {
    const customer = customers[index];
    assert.equal(record.userId, String(customer?.userId));
    assert.equal(record.fields.mobile, customer?.mobile);
    assert.equal(record.fields.email, customer?.email);
    assert.equal(record.fields.registeredTill, customer?.registeredTill);
    assert.equal(record.fields.fraudStatus, customer?.fraudStatus);
    assert.equal(record.loyalty?.programs.length, customer?.memberships.length);
  }
  const rita = records[0];
  assert.equal(rita?.loyalty?.tier, 'Gold');
  assert.equal(rita?.loyalty?.programs[0]?.nextTier.name, 'Platinum');
  assert.equal(rita?.fields['custom.hobbies'], '["Playing","Singing"]');
  assert.equal(rita?.fields['subscription.sms.BULK'], '1');
});
