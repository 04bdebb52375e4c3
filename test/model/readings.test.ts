import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { identifiersAmong, readingsOf } from '../../electron/model/readings.ts';

const read = (text: string, country = 'IN') =>
  readingsOf(text, country)
    .filter(({ type }) => type !== 'cardExternalId')
    .map(({ type, value }) => `${type} ${value}`);
const offered = (text: string) =>
  identifiersAmong(readingsOf(text, 'IN'), text).map(({ type, value }) => `${type} ${value}`);

describe('F54: what a text can be', () => {
  for (const [text, readings] of [
    ['+91 98450 12345', ['mobile 919845012345']],
    ['tel:+91-98450-12345', ['mobile 919845012345']],
    ['id:343445001', ['userId 343445001']],
    ['R.James@Example.com,', ['email R.James@example.com']],
    ['info@bücher.example', ['email info@xn--bcher-kva.example', 'email info@bücher.example']],
    ['rita', []],
    ['RJ', []],
    ['Flat 12, Main Road 7', []],
    ['*RJ-1001*', ['externalId RJ-1001', 'cardNumber RJ-1001', 'externalId RJ1001', 'cardNumber RJ1001']],
    [
      'RJ 1001',
      [
        ...['externalId RJ 1001', 'cardNumber RJ 1001', 'externalId RJ1001', 'cardNumber RJ1001'],
        ...['externalId RJ-1001', 'cardNumber RJ-1001'],
      ],
    ],
    [
      '10020030',
      [
        ...['externalId 10020030', 'cardNumber 10020030', 'userId 10020030'],
        ...['mobile 9110020030', 'mobile 10020030'],
      ],
    ],
    [
      '2912345678901',
      ['externalId 2912345678901', 'cardNumber 2912345678901', 'userId 2912345678901', 'mobile 2912345678901'],
    ],
    [
      '9811117777',
      [
        ...['mobile 919811117777', 'mobile 9811117777', 'externalId 9811117777', 'cardNumber 9811117777'],
        'userId 9811117777',
      ],
    ],
    [
      ';6035001234567890=99121010000?',
      ['externalId 6035001234567890', 'cardNumber 6035001234567890', 'userId 6035001234567890'],
    ],
  ] as const) {
    it(`${text}: ${readings.join(', ') || 'no identifier'}`, () => assert.deepEqual(read(text), readings));
  }

  it('F54: a bar code is tried without and with its zeros, those with zeros last', () => {
    const ids = (text: string) => read(text).filter((reading) => reading.startsWith('externalId'));
    const forms = ['externalId 12345678905', 'externalId 012345678905', 'externalId 0012345678905'];
    for (const text of ['0012345678905', '012345678905', '12345678905']) assert.deepEqual(ids(text), forms);
    assert.deepEqual(ids('00123456'), ['externalId 123456', 'externalId 00123456']);
    assert.deepEqual(ids('0012345'), ['externalId 0012345'], 'no bar code is that wide');
  });

  it('offers an update by each kind of identifier as typed, never in a form that was only tried', () => {
    assert.deepEqual(offered('9811117777'), [
      ...['mobile 919811117777', 'mobile 9811117777', 'externalId 9811117777'],
      'userId 9811117777',
    ]);
    assert.deepEqual(offered('RJ 1001'), ['externalId RJ 1001']);
    assert.deepEqual(offered('info@bücher.example'), ['email info@xn--bcher-kva.example']);
    assert.deepEqual(offered('rita'), []);
  });

  it('F54: every run of digits is read as itself, and never as other digits', () => {
    const digits = fc.stringMatching(/^[0-9]{4,20}$/);
    fc.assert(
      fc.property(digits, fc.constantFrom('IN', 'GB', 'RU', 'HU', 'MX', 'US', 'SG', 'XX'), (text, country) => {
        const readings = readingsOf(text, country);
        assert.ok(readings.some(({ type, value }) => type === 'externalId' && value === text));
        assert.ok(readings.some(({ type, value }) => type === 'cardNumber' && value === text));
        const bare = text.replace(/^0+/, '');
        for (const { type, value } of readings) {
          if (type !== 'mobile') assert.equal(value.replace(/^0+/, ''), bare);
          // Allowed in front: the country code and the country's own prefix (RU 8, HU 06, MX 1, 044). After 00 comes
          // another country's, with its own rules.
          else if (!text.startsWith('00'))
            assert.ok(value.endsWith(bare.slice(3)), `${text} in ${country} as ${value}`);
        }
        const keys = readings.map(({ type, value }) => `${type} ${value}`);
        assert.equal(new Set(keys).size, keys.length);
      }),
      { numRuns: 500 },
    );
  });
});
