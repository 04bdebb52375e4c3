/** `tillside://find?…` is hostile text: what is accepted from it, and that nothing else ever is. */
import assert from 'node:assert/strict';
import { it, test } from 'node:test';
import fc from 'fast-check';
import { desktopArguments } from '../../electron/command-line/desktop-arguments.ts';
import { findAddress, findRefusals, readFindAddress } from '../../electron/model/find-address.ts';
import { findByNames } from '../../electron/model/find-request.ts';

const card = { by: 'card', text: 'RJ-1001' };

for (const [why, address, request] of [
  ['as it is documented', 'tillside://find?card=RJ-1001', card],
  ['with the slash that Windows puts behind the name', 'tillside://find/?card=RJ-1001', card],
  ['with a slash at the end', 'tillside://find?card=RJ-1001/', card],
  ['in capitals', 'TILLSIDE://FIND?CARD=RJ-1001', card],
  ['without the two slashes', 'tillside:find?card=RJ-1001', card],
  ['percent-encoded', 'tillside://find?card=%52J%20%31001', { by: 'card', text: 'RJ 1001' }],
  ['with a plain plus sign', 'tillside://find?mobile=+919845012345', { by: 'mobile', text: '+919845012345' }],
  ['with an encoded plus sign', 'tillside://find?mobile=%2B919845012345', { by: 'mobile', text: '+919845012345' }],
  ['by email', 'tillside://find?email=rita%40example.com', { by: 'email', text: 'rita@example.com' }],
  ['by id', 'tillside://find?id=343445001', { by: 'id', text: '343445001' }],
] as const) {
  it(`accepts an address ${why}`, () => assert.deepEqual(readFindAddress(address), request));
}

for (const [refusal, ...addresses] of [
  ['too-long', `tillside://find?card=${'1'.repeat(1000)}`],
  [
    'no-find-address',
    '',
    'tillside://',
    'tillside://find',
    'tillside://save?card=1001',
    'tillside://find.example.com/?card=1001',
    'tillside://user@find?card=1001',
    'tillside://find:80?card=1001',
    'tillside://find/../save?card=1001',
    'tillside://find//?card=1001',
    'https://find?card=1001',
    'tillside2://find?card=1001',
    ' tillside://find?card=1001',
    '"tillside://find?card=1001"',
    'tillside://find\n?card=1001',
  ],
  [
    'not-one-parameter',
    'tillside://find?',
    'tillside://find?card',
    'tillside://find?card=1001&mobile=9845012345',
    'tillside://find?card=1001&card=1002',
    'tillside://find?card=1001;id=2',
    'tillside://find?card=1001&',
    'tillside://find?card=a=b',
  ],
  [
    'unknown-parameter',
    'tillside://find?query=rita',
    'tillside://find?=1001',
    'tillside://find?card%20=1001',
    'tillside://find?__proto__=1001',
    'tillside://find?constructor=1001',
  ],
  [
    'value',
    'tillside://find?card=',
    'tillside://find?card=%20',
    'tillside://find?card=1001%',
    'tillside://find?card=1001%zz',
    'tillside://find?card=1001%ff',
    'tillside://find?card=1001%00',
    'tillside://find?card=1001%0A1002',
    'tillside://find?mobile=98450%0912345',
    'tillside://find?card=1001%E2%80%AE',
    'tillside://find?card=1001#save',
    'tillside://find?card=1001 --inspect',
    'tillside://find?card=1001" --inspect "',
    'tillside://find?card=--inspect',
    'tillside://find?card=%3Cscript%3E',
    'tillside://find?card=..%5C..%5C',
    'tillside://find?mobile=rita',
    'tillside://find?mobile=12',
    'tillside://find?email=rita',
    'tillside://find?email=Rita%20%3Crita@example.com%3E',
    `tillside://find?card=${'1'.repeat(101)}`,
  ],
] as const) {
  test(`refuses as "${refusal}"`, () => {
    for (const address of addresses) assert.equal(readFindAddress(address), refusal, JSON.stringify(address));
  });
}

const mark = fc.constantFrom(
  '%',
  '%2',
  '%00',
  '&',
  '=',
  '?',
  '#',
  '/',
  '\\',
  '"',
  "'",
  ' ',
  '\n',
  '--inspect',
  '+',
  '\u202e',
);
const hostile = fc
  .array(fc.oneof(mark, fc.string({ unit: 'grapheme', maxLength: 8 }), fc.constantFrom('card', 'mobile', '1001')), {
    maxLength: 12,
  })
  .map((parts) => parts.join(''));
const before = fc.constantFrom('tillside://find?card=', 'tillside://find/?', 'tillside:find?id=', 'tillside://', '');

test('any text is refused for a known reason, or becomes one short line that a search can hold', () => {
  let taken = 0;
  fc.assert(
    fc.property(before, hostile, (start, rest) => {
      const read = readFindAddress(start + rest);
      if (typeof read === 'string') {
        assert.ok(findRefusals.includes(read));
        return;
      }
      taken += 1;
      assert.ok(findByNames.includes(read.by));
      assert.ok(read.text.length > 0 && read.text.length <= 254);
      assert.doesNotMatch(read.text, /\p{C}|[^\S ]|["'<>\\`{|}%]|^[\s-]|\s$/u);
      // Parsing its result again gives the same.
      assert.deepEqual(readFindAddress(findAddress(read)), read);
    }),
    { numRuns: 5000 },
  );
  assert.ok(taken > 50, `only ${taken} of them were taken: the property looked at nothing`);
});

test('text after an address in the arguments is never an option, and cancels the request', () => {
  const address = 'tillside://find?card=1001';
  const own = ['--config', '/etc/till.json', '--data', '/srv/till'];
  const asked = { config: '/etc/till.json', data: '/srv/till', address };
  // The working folder is no till's data.
  for (const empty of [['--data', ''], ['--data=']]) assert.equal(desktopArguments(empty).data, undefined);
  assert.deepEqual(desktopArguments([...own, '--', address]), asked);
  assert.deepEqual(desktopArguments([...own, address]), asked);
  for (const more of [['--data', '/tmp/evil'], ['--config=/tmp/evil'], ['--inspect'], [address], ['']]) {
    assert.deepEqual(desktopArguments([...own, '--', address, ...more]), { ...asked, address: null });
    assert.deepEqual(desktopArguments([...own, address, ...more]), { ...asked, address: null });
  }
  fc.assert(
    fc.property(fc.array(fc.string(), { maxLength: 4 }), (more) => {
      const { config, data } = desktopArguments(['--', address, ...more]);
      assert.deepEqual([config, data], [undefined, undefined]);
    }),
  );
});
