import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readCustomer } from '../../electron/loyalty-api/wire/customer.ts';
import { readSideEffects } from '../../electron/loyalty-api/wire/loyalty.ts';
import {
  readCustomFields,
  readExtendedFields,
  readOrgPolicy,
  readStaff,
  readStoreLogin,
} from '../../electron/loyalty-api/wire/organisation.ts';
import { readBody, readCustomers, readItemStatus } from '../../electron/loyalty-api/wire/reply.ts';
import { isDeeperThan } from '../../electron/loyalty-api/wire/scalars.ts';
import { unknownLoyalty, unknownProgram } from '../helpers/loyalty.ts';
import { updateAnswerText } from './samples.ts';

function customerOf(text: string) {
  const body = readBody(text);
  assert.equal(body.kind, 'object');
  const [item] = body.kind === 'object' ? readCustomers(body.object) : [];
  assert.ok(item);
  return item;
}

test("the vendor's sample of an update reads as a whole customer", () => {
  assert.deepEqual(readCustomer(customerOf(updateAnswerText)), {
    userId: '343445382',
    fields: {
      firstName: 'Rita',
      lastName: 'James',
      mobile: '917713643123',
      email: 'rita.john@example.com',
      externalId: 'XYPZ006',
      registeredOn: '2012-09-11 11:11:15',
      type: 'LOYALTY',
      fraudStatus: 'NONE',
      'extended.gender': 'Male',
      'subscription.sms.BULK': '1',
    },
    loyalty: {
      ...unknownLoyalty,
      points: 0,
      lifetimePoints: 0,
      lifetimePurchases: 0,
      tier: 'bronze',
      noTier: false,
      tierExpiresOn: '2112-09-11 23:59:59',
      programs: [
        {
          ...unknownProgram('1016'),
          points: 2280,
          lifetimePoints: 2400,
          redeemed: 100,
          expired: 20,
          returned: 0,
          adjusted: 0,
          totalPoints: null,
          cumulativePurchases: 23400,
          tier: { name: 'bronze', serial: 1 },
          noTier: false,
          nextTier: { name: 'silver', serial: 2, description: 'silver' },
          noNextTier: false,
          tierExpiresOn: '2119-09-11 23:59:59',
        },
      ],
    },
    updatedOn: '2019-12-09 14:59:49',
    source: 'instore',
    otherSubscriptions: [],
    listedGroups: ['custom', 'extended', 'subscription'],
    unknown: {},
  });
});

test('a field missing from the answer is not known; one that is empty there is empty', () => {
  assert.deepEqual(readCustomer({ firstname: '', email: null, lastname: ' Rao ' }).fields, {
    firstName: null,
    email: null,
    lastName: 'Rao',
  });
});

test('an answer without loyalty numbers says nothing about points (F31)', () => {
  assert.equal(readCustomer({ user_id: 1, loyalty_points: '', current_slab: '' }).loyalty, null);
  assert.equal(readCustomer({ user_id: 1, loyalty_points: '0' }).loyalty?.points, 0);
  assert.equal(readCustomer({ user_id: 1, current_slab: 'gold' }).loyalty?.points, null);
});

test("an id that is empty, zero or negative, as in a failed item, is nobody's", () => {
  assert.deepEqual(
    [-1, '-1', 0, '0', '', 17, '17'].map((user_id) => readCustomer({ user_id }).userId),
    [null, null, null, null, null, '17', '17'],
  );
});

test('numbers too large for a double keep every digit', () => {
  const item = customerOf(
    '{"customers":{"customer":{"user_id":90071992547409931,"external_id":12345678901234567890}}}',
  );
  const record = readCustomer(item);
  assert.equal(record.userId, '90071992547409931');
  assert.equal(record.fields.externalId, '12345678901234567890');
});

test('several values of a custom field read the same as a list and as JSON in a string', () => {
  for (const value of [['Playing', 'Singing'], '["Playing","Singing"]', '["Playing", "Singing"]']) {
    const { fields } = readCustomer({ custom_fields: { field: { name: 'hobbies', value } } });
    assert.equal(fields['custom.hobbies'], '["Playing","Singing"]');
  }
  const { fields } = readCustomer({ custom_fields: { field: { name: 'note', value: '[sic]' } } });
  assert.equal(fields['custom.note'], '[sic]');
});

test('subscriptions that an update cannot change are kept separately; those of a narrower scope are left out', () => {
  const record = readCustomer({
    subscriptions: {
      subscription: [
        { channel: 'WHATSAPP', priority: 'BULK', scope: 'ALL', status: '1' },
        { channel: 'SMS', priority: 'TRANS', scope: 'store', status: '1' },
        { channel: 'SMS', priority: 'BULK', scope: 'ALL', status: 'UNSUBSCRIBED' },
        { channel: 'EMAIL', priority: 'BULK', is_subscribed: 'perhaps' },
      ],
    },
  });
  assert.deepEqual(record.fields, { 'subscription.sms.BULK': '0' });
  assert.deepEqual(record.otherSubscriptions, [{ channel: 'whatsapp', priority: 'BULK', subscribed: true }]);
});

test('tills read as codes and as objects with a code', () => {
  const { fields } = readCustomer({ registered_till: { code: 'till.1', name: 'One' }, associated_with: 'till.2' });
  assert.deepEqual(fields, { registeredTill: 'till.1', associatedWith: 'till.2' });
});

test('side effects of an unknown kind are kept', () => {
  const effect = { type: 'badge', id: 4 };
  assert.deepEqual(readSideEffects({ side_effects: { effect } }, null), [
    { kind: 'other', type: 'badge', details: effect },
  ]);
  assert.deepEqual(readSideEffects({ side_effects: [] }, null), []);
});

test('an item status reads from a list of one, and nothing reads as nothing', () => {
  assert.equal(readItemStatus({ item_status: [{ success: 'true', code: '1000' }] })?.code, 1000);
  assert.equal(readItemStatus({ item_status: '' }), null);
});

test('bodies that are not answers are recognised by their kind', () => {
  const kinds = ['', '  ', '<html>', 'hello', '{"a":', '[1]', 'null', '7', '\uFEFF{}'].map(
    (text) => readBody(text).kind,
  );
  assert.deepEqual(kinds, [
    'empty',
    'empty',
    'foreign',
    'foreign',
    'garbled',
    'garbled',
    'garbled',
    'garbled',
    'object',
  ]);
  assert.equal(readBody(`${'['.repeat(200_000)}1234567890123456${']'.repeat(200_000)}`).kind, 'garbled');
});

test('depth is measured without recursing', () => {
  assert.equal(isDeeperThan({ a: { b: 1 } }, 2), false);
  assert.equal(isDeeperThan({ a: { b: {} } }, 2), true);
});

test('the till, its organisation and the server clock read from store/login', () => {
  const user = { username: 'till1', org_name: 'Shop', server_time: '2026-03-01T15:30:00+0530' };
  const expected = {
    till: 'till1',
    organisation: 'Shop',
    organisationId: null,
    serverTimeMs: Date.parse('2026-03-01T10:00:00Z'),
  };
  assert.deepEqual(readStoreLogin({ store: { user } }), expected);
  assert.deepEqual(readStoreLogin({ store: [{ user: [user] }] }), expected);
  assert.equal(
    readStoreLogin({ store: { user: { ...user, server_time: '2026-03-01 15:30:00' } } })?.serverTimeMs,
    null,
  );
  assert.equal(readStoreLogin({ store: [] }), null);
});

test('only the configs in the answer are in the policy', () => {
  const policy = (config: unknown) => readOrgPolicy({ organization: { configs: { config } } });
  assert.deepEqual(
    policy([
      { key: 'CONF_REGISTRATION_PRIMARY_KEY', value: 'external_id' },
      { key: 'CONF_ALLOW_MOBILE_UPDATE', value: '1' },
      { key: 'CONF_ALLOW_EMAIL_UPDATE', value: 'false' },
      { key: 'CONF_LOYALTY_ALLOW_EXTERNAL_ID_UPDATE', value: true },
    ]),
    { primaryIdentifier: 'externalId', allowFill: { mobile: true, email: false, externalId: true } },
  );
  assert.deepEqual(policy({ key: 'CONF_ALLOW_EMAIL_UPDATE', value: 1 }), { allowFill: { email: true } });
  assert.deepEqual(policy([{ key: 'OTHER', value: '1' }]), {});
  assert.equal(readOrgPolicy({ organization: [] }), null);
});

test('custom fields read with their kind, options and pattern, in order of position', () => {
  const field = [
    {
      name: 'size',
      label: '',
      type: 'select',
      datatype: 'String',
      position: '2',
      options: '["S","M"]',
      is_mandatory: '1',
    },
    { name: 'age', label: 'Age', type: 'text', datatype: 'Integer', position: 1, regex: '/^[0-9]+$/', error: 'Digits' },
    { name: 'news', type: 'checkbox', datatype: 'Boolean', position: 3, options: { option: ['Daily'] }, regex: '(' },
    { label: 'no name' },
  ];
  const read = readCustomFields({ organization: { custom_fields: { field } } });
  assert.deepEqual(
    read?.map(({ name, label, widget, dataType, options, mandatory }) => [
      name,
      label,
      widget,
      dataType,
      options,
      mandatory,
    ]),
    [
      ['age', 'Age', 'number', 'integer', [], false],
      ['size', 'size', 'select', 'string', ['S', 'M'], true],
      ['news', 'news', 'checkbox', 'boolean', ['Daily'], false],
    ],
  );
  assert.deepEqual(
    read?.map(({ pattern }) => pattern),
    [{ regex: '^[0-9]+$', error: 'Digits' }, null, { regex: '(', error: null }],
  );
  assert.deepEqual(readCustomFields({ organization: { custom_fields: [] } }), []);
  assert.equal(readCustomFields({ organization: {} }), null);
});

test('extended fields read with their data type', () => {
  const CUSTOMER = [
    { name: 'gender', label: 'Gender', dataType: 'STANDARD_ENUM', enumValues: ['Male', 'Female'] },
    { name: 'dob', dataType: 'DATETIME' },
    { name: 'area', dataType: 'CUSTOM_ENUM' },
  ];
  assert.deepEqual(
    readExtendedFields({ entity: { CUSTOMER } })?.map(({ kind, name, widget, dataType }) => [
      kind,
      name,
      widget,
      dataType,
    ]),
    [
      ['extended', 'gender', 'select', 'enum'],
      ['extended', 'dob', 'date', 'datetime'],
      ['extended', 'area', 'text', 'enum'],
    ],
  );
  assert.equal(readExtendedFields({}), null);
});

test('staff without a code are left out; those without a name are shown by code', () => {
  const user = [
    { id: 1, type: 'ASSOCIATE', code: 'a1', firstname: 'Asha', lastname: 'Rao' },
    { type: 'manager', code: 7 },
    { type: 'CASHIER', code: 'c' },
    { firstname: 'Nobody' },
  ];
  assert.deepEqual(readStaff({ store: { staff: { user } } }), [
    { code: 'a1', name: 'Asha Rao', role: 'ASSOCIATE' },
    { code: '7', name: '7', role: 'MANAGER' },
    { code: 'c', name: 'c', role: 'OTHER' },
  ]);
});
