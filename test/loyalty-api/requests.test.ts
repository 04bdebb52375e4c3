import assert from 'node:assert/strict';
import { test } from 'node:test';
import { optionalParts } from '../../electron/loyalty-api/optional-parts.ts';
import {
  customersRequest,
  fixedRequest,
  headerText,
  identityChangeRequest,
  transactionsRequest,
  updateRequest,
} from '../../electron/loyalty-api/requests.ts';
import { documentedUpdate, updateRequestText } from './samples.ts';

const base = 'https://eu.api.example.com';
const author = { staffCode: 'asha', till: 'till.7' };

test('an update is spelled as documented, with one identifier and only what changed', () => {
  const request = updateRequest(base, {
    ...documentedUpdate,
    author,
  });
  assert.equal(request.method, 'POST');
  assert.equal(request.url, `${base}/v1.1/customer/update?format=json`);
  assert.deepEqual(JSON.parse(request.body ?? ''), JSON.parse(updateRequestText));
  assert.deepEqual(request.headers, {
    'Content-Type': 'application/json',
    'USER-CONTEXT-ENTITY-TYPE': 'STAFF',
    'USER-CONTEXT-ENTITY-ID': 'asha',
    'USER-CONTEXT-ENTITY-SOURCE': 'API',
    'USER-CONTEXT-ENTITY-SOURCE-ID': 'till.7',
  });
});

test('each identifier has its own name, and filling in another one goes along with it', () => {
  const customer = (type: 'mobile' | 'email' | 'externalId' | 'userId') => {
    const changes = { email: 'rita@example.com' };
    const { body } = updateRequest(base, { identifier: { type, value: 'who' }, changes, author });
    return JSON.parse(body ?? '').root.customer[0];
  };
  assert.deepEqual(customer('userId'), { email: 'rita@example.com', id: 'who' });
  assert.deepEqual(customer('mobile'), { email: 'rita@example.com', mobile: 'who' });
  assert.deepEqual(customer('externalId'), { email: 'rita@example.com', external_id: 'who' });
  assert.deepEqual(customer('email'), { email: 'who' });
});

test('names with dots, several values and odd characters are sent unchanged', () => {
  const changes = { 'custom.a.b': '["Playing","Singing"]', 'extended.Größe': '\ud83d\ude42 \ud800' } as const;
  const { body } = updateRequest(base, { identifier: { type: 'userId', value: '1' }, changes, author });
  const customer = JSON.parse(body ?? '').root.customer[0];
  assert.deepEqual(customer.custom_fields, { field: [{ name: 'a.b', value: '["Playing","Singing"]' }] });
  assert.deepEqual(customer.extended_fields, { field: [{ name: 'Größe', value: '\ud83d\ude42 \ud800' }] });
});

test('an update with nobody signed in names only the till', () => {
  const update = {
    identifier: { type: 'userId', value: '1' },
    changes: {},
    author: { staffCode: null, till: 't' },
  } as const;
  const names = Object.keys(updateRequest(base, update).headers);
  assert.deepEqual(names.sort(), ['Content-Type', 'USER-CONTEXT-ENTITY-SOURCE', 'USER-CONTEXT-ENTITY-SOURCE-ID']);
});

test('a change of an identifier is spelled as documented', () => {
  const request = identityChangeRequest(base, { type: 'externalId', oldValue: 'A', newValue: 'B', author });
  assert.equal(request.url, `${base}/v1.1/customer/update_identity?format=json`);
  assert.deepEqual(JSON.parse(request.body ?? ''), {
    root: { customer: [{ identifier: 'external_id', old_value: 'A', new_value: 'B' }] },
  });
});

test('lookup values are encoded one by one, but not the comma between them', () => {
  assert.equal(
    customersRequest(base, 'email', ['a+b@example.com', 'c,d&e=f#g \ud800'], []).url,
    `${base}/v1.1/customer/get?format=json&email=a%2Bb%40example.com,c%2Cd%26e%3Df%23g%20%EF%BF%BD&user_id=true&subscriptions=true`,
  );
  assert.match(customersRequest(base, 'userId', ['7'], []).url, /&id=7&/);
  assert.match(customersRequest(base, 'externalId', ['7'], []).url, /&external_id=7&/);
  assert.match(customersRequest(base, 'cardNumber', ['7'], []).url, /&card_number=7&/);
  assert.match(customersRequest(base, 'cardExternalId', ['7'], []).url, /&card_external_id=7&/);
});

test('the optional parts of a lookup are requested as documented', () => {
  assert.equal(
    customersRequest(base, 'userId', ['7'], optionalParts).url,
    `${base}/v1.1/customer/get?format=json&id=7&user_id=true&subscriptions=true&mlp=true&gap_to_upgrade_for=0` +
      '&gap_to_renew_for=0&expiry_schedule=true&coupon_status=active&coupon_order_by=valid_till&coupon_sort_order=asc&coupon_limit=20',
  );
});

test('purchases with their amounts are a separate call', () => {
  assert.equal(
    transactionsRequest(base, { type: 'userId', value: '7' }).url,
    `${base}/v1.1/customer/transactions?format=json&id=7`,
  );
});

test('custom fields are requested for customer registration', () => {
  assert.equal(
    fixedRequest(base, 'customFields').url,
    `${base}/v1.1/organization/customfields?format=json&scope=loyalty_registration`,
  );
});

test('a header holds any text: plain where possible, the rest percent-encoded so that it can be decoded', () => {
  assert.equal(headerText('till-7 50%'), 'till-7 50%');
  for (const text of ['Zoë', '店長', 'a\r\nX-Evil: 1', '50% ☕', '\u0000']) {
    const header = headerText(text);
    assert.match(header, /^[\x20-\x7e]*$/);
    assert.equal(decodeURIComponent(header), text);
  }
  assert.match(headerText('\ud800'), /^%EF%BF%BD$/);
});
