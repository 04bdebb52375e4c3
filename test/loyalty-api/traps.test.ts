/**
 * The facts of the loyalty API, each held by a test: its traps by number, and samples of every call but update.
 * requests.test.ts, wire.test.ts and outcomes.test.ts have the samples of an update.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { updateOutcome } from '../../electron/loyalty-api/outcomes.ts';
import { customerOutcome } from '../../electron/loyalty-api/read-outcomes.ts';
import type { HttpResult } from '../../electron/loyalty-api/transport.ts';
import { readCustomer } from '../../electron/loyalty-api/wire/customer.ts';
import {
  readCustomFields,
  readExtendedFields,
  readOrgPolicy,
  readStaff,
  readStoreLogin,
} from '../../electron/loyalty-api/wire/organisation.ts';
import { readBody } from '../../electron/loyalty-api/wire/reply.ts';
import { type JsonObject, readBoolean, readNumber } from '../../electron/loyalty-api/wire/scalars.ts';
import type { FieldKey } from '../../electron/model/customer.ts';
import { answer, itemBody, page, requestBody, userId } from './samples.ts';

const nowMs = Date.parse('2026-03-01T10:00:00Z');
const who = { type: 'userId', value: userId } as const;

function outcomeOf(result: HttpResult, changed: readonly FieldKey[] = ['firstName']) {
  return updateOutcome(
    result,
    { identifiers: [who], sent: { identifierType: 'userId', changed }, doneCodes: [1000] },
    nowMs,
  );
}

function inside(body: string): JsonObject {
  const read = readBody(body);
  assert.equal(read.kind, 'object');
  return read.kind === 'object' ? read.object : {};
}

describe("the vendor's traps, by number", () => {
  it('1: HTTP 200 with a failed item is a failure, and a body of 500 is no crash: the item tells why', () => {
    const failed = { success: 'false', code: '1002', message: 'Invalid email' };
    for (const request of [
      { success: 'true', code: 200 },
      { success: 'true', code: '201' },
      { success: 'false', code: 500, message: 'All requests have failed' },
    ]) {
      const outcome = outcomeOf(answer(itemBody(failed, request)), ['email']);
      assert.deepEqual(outcome.kind === 'rejected' && outcome.rejection, {
        code: 1002,
        field: 'email',
        message: 'Invalid email',
      });
    }
    // The whole request was turned away before any item was looked at.
    const kinds = [401, 403, 461, 503, 521, 1060, 400].map((code) => outcomeOf(answer(requestBody(code))).kind);
    assert.deepEqual(kinds, ['held', 'held', 'not-sent', 'not-sent', 'not-sent', 'rejected', 'rejected']);
  });

  it('9: a customer who comes twice in an answer is one (F51), but two different items about them are not', () => {
    const item = { user_id: userId, firstname: 'Rita', item_status: { success: 'true', code: '1000' } };
    const both = (other: object) =>
      answer({ response: { status: { success: 'true', code: 200 }, customers: { customer: [item, other] } } });
    const found = (other: object) => customerOutcome(both(other), who, nowMs).kind;
    assert.deepEqual([outcomeOf(both({ ...item })).kind, found({ ...item })], ['applied', 'found']);
    // Too deep to be compared.
    const list = JSON.stringify([item, { ...item, deep: 0 }]).replace(
      ':0',
      `:${'['.repeat(20_000)}${']'.repeat(20_000)}`,
    );
    const deep = answer(`{"response":{"status":{"success":"true","code":200},"customers":{"customer":${list}}}}`);
    assert.equal(customerOutcome(deep, who, nowMs).kind, 'failed');
    const failed = { ...item, item_status: { success: 'false', code: '10002' } };
    assert.deepEqual([outcomeOf(both(failed)).kind, found(failed)], ['unknown', 'failed']);
  });

  it('2: several values are the same whether they come as numbers or as text, in a list or in a text', () => {
    const read = (value: unknown) =>
      readCustomer({ custom_fields: { field: [{ name: 'sizes', value }] } }).fields['custom.sizes'];
    for (const value of [[38, 39], ['38', 39], '[38,39]', '["38", 39]', '["38","39"]']) {
      assert.equal(read(value), '["38","39"]', JSON.stringify(value));
    }
    assert.equal(read('[38,{"size":39}]'), '[38,{"size":39}]');
    assert.equal(read([38, null]), undefined);
  });

  it('2: numbers and booleans read the same as text, and "" means none', () => {
    const numbers = [200, '200', ' 200 ', '-1.5', '', 'x', '0x10', null, [], true].map(readNumber);
    assert.deepEqual(numbers, [200, 200, 200, -1.5, ...Array(6).fill(null)]);
    const booleans = [true, 'true', 'TRUE', 1, '1', 'false', 0, '', 'maybe', {}].map(readBoolean);
    assert.deepEqual(booleans, [...Array(5).fill(true), false, false, null, null, null]);
  });

  it('3: a list of one may come as the bare object, and an empty one in any spelling of nothing', () => {
    const field = { name: 'age', value: '46' };
    for (const customFields of [{ field: [field] }, { field }, [{ field }], field, [field]]) {
      assert.deepEqual(readCustomer({ custom_fields: customFields }).fields, { 'custom.age': '46' });
    }
    for (const customFields of [[], {}, '', null, { field: [] }, { field: {} }, { field: '' }, { field: null }]) {
      assert.deepEqual(readCustomer({ custom_fields: customFields }).fields, {});
    }
  });

  it('4: the body reads the same with and without its wrapping', () => {
    const inner = { status: { code: 200 }, customers: { customer: { user_id: 7 } } };
    const wrapped = readBody(JSON.stringify({ response: inner }));
    assert.deepEqual(wrapped, readBody(JSON.stringify(inner)));
    assert.deepEqual(wrapped.kind === 'object' && wrapped.status?.code, 200);
  });

  it('5: enums read the same in either case', () => {
    const subscriptionOf = (channel: string, priority: string, scope: string) =>
      readCustomer({ subscriptions: { subscription: { channel, priority, scope, status: '1' } } }).fields;
    assert.deepEqual(subscriptionOf('sms', 'bulk', 'all'), subscriptionOf('SMS', 'BULK', 'ALL'));
    assert.deepEqual(subscriptionOf('Email', 'Trans', 'All'), { 'subscription.email.TRANS': '1' });
    assert.deepEqual(readCustomer({ type: 'non-loyalty', fraud_status: 'confirmed' }).fields, {
      type: 'NON_LOYALTY',
      fraudStatus: 'CONFIRMED',
    });
  });

  it('6: the fraud status reads from the word and from the object', () => {
    for (const fraudStatus of [
      { fraud_status: 'CONFIRMED' },
      { fraud_details: { status: 'CONFIRMED' } },
      { fraud_status: { status: 'CONFIRMED' } },
      { fraud_status: '', fraud_details: { status: 'CONFIRMED', modified_by: 'x' } },
    ]) {
      assert.equal(readCustomer(fraudStatus).fields.fraudStatus, 'CONFIRMED');
    }
  });

  it('7: unknown keys are kept as they came, and a page or nothing instead of an answer does not count as one', () => {
    const extras = { user_id: 1, wallet: { coins: [1, 2] }, ndnc: 'true' };
    assert.deepEqual(readCustomer(extras).unknown, { wallet: { coins: [1, 2] }, ndnc: 'true' });
    const nested = `${'['.repeat(500)}${']'.repeat(500)}`;
    const hostile = JSON.parse(`{"user_id":1,"__proto__":{"polluted":true},"deep":${nested}}`);
    assert.deepEqual(readCustomer(hostile).unknown, {});

    const gateway = [answer(page, { headers: {} }), answer('', { headers: {} }), answer(page, { status: 502 })];
    assert.deepEqual(
      gateway.map((result) => [outcomeOf(result).kind, customerOutcome(result, who, nowMs).kind]),
      [
        ['not-sent', 'failed'],
        ['unknown', 'failed'],
        ['unknown', 'failed'],
      ],
    );
  });

  it('8: times stay text, without a zone', () => {
    const on = (registered_on: unknown) => readCustomer({ registered_on }).fields.registeredOn;
    assert.equal(on('2012-09-11 11:11:15'), '2012-09-11 11:11:15');
    assert.equal(on('2012-09-11T11:11:15'), '2012-09-11 11:11:15');
    assert.equal(on('2012-09-11 11:11:15.0'), '2012-09-11 11:11:15');
    assert.equal(on('2012-09-11T11:11:15+05:30'), '2012-09-11T11:11:15+05:30');
    assert.equal(on('0000-00-00 00:00:00'), null);
    assert.equal(readCustomer({ updated_on: '2019-12-09 14:59:49' }).updatedOn, '2019-12-09 14:59:49');
  });

  it('9: warnings come with success: applied, and each names the field that was not saved', () => {
    const warnings = { warning: ['91005', '91006', '91007', '1017', '91015'] };
    const success = itemBody({ success: 'true', code: '1000', warnings });
    const outcome = outcomeOf(answer(success), ['firstName', 'email', 'custom.age']);
    assert.deepEqual(outcome.kind === 'applied' && outcome.warnings.map(({ code, field }) => [code, field]), [
      [91005, 'email'],
      [91006, 'email'],
      [91007, 'email'],
      [1017, 'custom.age'],
      [91015, 'custom.age'],
    ]);
  });
});

describe('samples of the other calls', () => {
  it('store/login returns the till, its organisation and the one clock worth comparing with', () => {
    const body = `{"response":{"status":{"success":"true","code":"200","message":"Success"},"store":{"user":{
      "username":"till1","org_name":"Meridian Stores","user_id":50012345,"org_id":100123,
      "server_time":"2026-03-01T15:30:00+05:30"}}}}`;
    assert.deepEqual(readStoreLogin(inside(body)), {
      till: 'till1',
      organisation: 'Meridian Stores',
      organisationId: '100123',
      serverTimeMs: nowMs,
    });
  });

  it('store/staff lists who works here', () => {
    const body = `{"response":{"status":{"success":"true","code":200},"store":{"staff":{"user":[
      {"id":"1","type":"ASSOCIATE","code":"A1","firstname":"Asha","lastname":"Rao","store_code":"s.1"},
      {"id":2,"type":"MANAGER","code":"M1","firstname":"Daniel","lastname":"","store_code":"s.1"}]}}}}`;
    assert.deepEqual(readStaff(inside(body)), [
      { code: 'A1', name: 'Asha Rao', role: 'ASSOCIATE' },
      { code: 'M1', name: 'Daniel', role: 'MANAGER' },
    ]);
  });

  it('organization/configs returns the primary identifier and what may be filled in', () => {
    const body = `{"response":{"status":{"success":"true","code":200},"organization":{"configs":{"config":[
      {"key":"CONF_REGISTRATION_PRIMARY_KEY","value":"mobile"},{"key":"CONF_ALLOW_MOBILE_UPDATE","value":"0"},
      {"key":"CONF_ALLOW_EMAIL_UPDATE","value":"1"},{"key":"CONF_LOYALTY_ALLOW_EXTERNAL_ID_UPDATE","value":1},
      {"key":"CONF_ORG_CURRENCY_CODE","value":"inr"},{"key":"CONF_ORG_CURRENCY_SYMBOL","value":"₹"}]}}}}`;
    assert.deepEqual(readOrgPolicy(inside(body)), {
      primaryIdentifier: 'mobile',
      allowFill: { mobile: false, email: true, externalId: true },
      currency: { code: 'INR', symbol: '₹' },
    });
  });

  it('organization/customfields: every type and data type has its place in the form', () => {
    const kinds: readonly (readonly [string, string, string, string])[] = [
      ['text', 'String', 'text', 'string'],
      ['text', 'Integer', 'number', 'integer'],
      ['text', 'Double', 'number', 'double'],
      ['text', 'Boolean', 'checkbox', 'boolean'],
      ['textarea', 'String', 'textarea', 'string'],
      ['select', 'String', 'select', 'string'],
      ['checkbox', 'String', 'checkbox', 'string'],
      ['radio', 'String', 'radio', 'string'],
      ['datepicker', 'String', 'date', 'string'],
    ];
    const field = kinds.map(([type, datatype], index) => ({
      name: `field_${index}`,
      label: `Field ${index}`,
      type,
      datatype,
      default: index === 0 ? 'none' : '',
      position: String(kinds.length - index),
      regex: index === 0 ? '^[a-z]+$' : '',
      error: index === 0 ? 'Small letters only' : '',
      options: type === 'select' || type === 'radio' ? ['A', 'B'] : '',
      is_mandatory: index === 0 ? 'true' : 0,
      is_disabled: index === 1 ? 1 : 'false',
    }));
    const read = readCustomFields({ organization: { custom_fields: { field } } })?.toReversed() ?? [];
    assert.deepEqual(
      read.map(({ widget, dataType }) => [widget, dataType]),
      kinds.map(([, , widget, dataType]) => [widget, dataType]),
    );
    assert.deepEqual(read[0], {
      kind: 'custom',
      name: 'field_0',
      label: 'Field 0',
      widget: 'text',
      dataType: 'string',
      options: [],
      default: 'none',
      position: kinds.length,
      pattern: { regex: '^[a-z]+$', error: 'Small letters only' },
      mandatory: true,
      disabled: false,
    });
    assert.deepEqual(
      read.map(({ mandatory, disabled, options }) => [mandatory, disabled, options.length]),
      kinds.map(([type], index) => [index === 0, index === 1, type === 'select' || type === 'radio' ? 2 : 0]),
    );
  });

  it('v2/extendedFields: every data type has its place in the form', () => {
    const kinds = {
      STRING: ['text', 'string'],
      INTEGER: ['number', 'integer'],
      DOUBLE: ['number', 'double'],
      BOOLEAN: ['checkbox', 'boolean'],
      DATETIME: ['date', 'datetime'],
      STANDARD_ENUM: ['text', 'enum'],
      CUSTOM_ENUM: ['text', 'enum'],
    } as const;
    const definitions = Object.keys(kinds).map((dataType) => ({
      name: dataType,
      label: `Label ${dataType}`,
      dataType,
    }));
    const read = readExtendedFields({ entity: { CUSTOMER: definitions } });
    assert.deepEqual(
      read?.map(({ name, label, widget, dataType }) => [name, label, widget, dataType]),
      Object.entries(kinds).map(([name, kind]) => [name, `Label ${name}`, ...kind]),
    );
    const withValues = { name: 'size', dataType: 'CUSTOM_ENUM', values: ['S', 'M'] };
    assert.equal(readExtendedFields({ entity: { CUSTOMER: withValues } })?.[0]?.widget, 'select');
  });
});
