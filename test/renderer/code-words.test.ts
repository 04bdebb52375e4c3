/** The table of outcomes as staff see it: a row for each code, with its sentence and next action. */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { allFailed, documentedCodes, meaningOf } from '../../electron/loyalty-api/codes.ts';
import type { FieldKey } from '../../electron/model/customer.ts';
import { loadMessages, locales, showMessages } from '../../renderer/i18n/messages.ts';
import { type Objection, refusalWords, type Words, warningWords } from '../../renderer/words/code-words.ts';

/** Code, field, sentence and next action, as staff read them. Written out on purpose rather than derived. */
const refused: readonly (readonly [number, FieldKey | null, string, string])[] = [
  [400, null, 'Head office rejected it: “m” (code 400).', 'Fix or discard it.'],
  [402, null, 'Head office rejected it: “m” (code 402).', 'Fix or discard it.'],
  [404, null, 'Head office rejected it: “m” (code 404).', 'Ask IT.'],
  [405, null, 'Head office rejected it: “m” (code 405).', 'Ask IT.'],
  [406, null, 'Head office rejected it: “m” (code 406).', 'Ask IT.'],
  [415, null, 'Head office rejected it: “m” (code 415).', 'Ask IT.'],
  [
    500,
    null,
    'Head office rejected the change: something in it is not valid, or an identifier can’t be changed.',
    'Fix or discard it.',
  ],
  [1060, null, 'Head office rejected it: “m” (code 1060).', 'Ask IT.'],
  [1061, null, 'Head office rejected it: “m” (code 1061).', 'Ask IT.'],
  [1062, null, 'Head office rejected it: “m” (code 1062).', 'Ask IT.'],
  [1064, null, 'Head office rejected it: “m” (code 1064).', 'Ask IT.'],
  ...[1006, 1007, 1039, 1043].map(
    (code) =>
      [
        code,
        'mobile',
        'Head office can’t tell which customer this is: the mobile, email or external ID is missing, wrong or used more than once.',
        'Check with the customer, then fix or discard it.',
      ] as const,
  ),
  [1013, 'type', 'Head office says this customer is not a loyalty member.', 'Fix or discard it.'],
  [1020, 'type', 'Head office says this customer is not a loyalty member.', 'Fix or discard it.'],
  [1034, 'registeredOn', 'Head office did not accept this registration date.', 'Fix it.'],
  [
    1041,
    'mobile',
    'Head office did not accept the request to change this contact detail.',
    'Ask head office to change it.',
  ],
  [401, null, 'Head office doesn’t allow this till to change this customer.', 'Ask IT.'],
  [403, null, 'Head office doesn’t allow this till to change this customer.', 'Ask IT.'],
  [408, null, 'Head office doesn’t allow this till to change this customer.', 'Ask IT.'],
  [1044, null, 'Head office doesn’t allow this till to change this customer.', 'Ask IT.'],
  [618, 'fraudStatus', 'Head office has marked this customer as fraud.', 'Call your manager.'],
  [816, null, 'Head office has no such customer.', 'Check with the customer, then fix or discard it.'],
  [1011, null, 'Head office has no such customer.', 'Check with the customer, then fix or discard it.'],
  [1012, null, 'Head office has no such customer.', 'Check with the customer, then fix or discard it.'],
  [1001, 'mobile', 'Head office did not accept this mobile number.', 'Fix it.'],
  [1002, 'email', 'Head office did not accept this email.', 'Fix it.'],
  [1003, 'externalId', 'Head office did not accept this external ID.', 'Fix it.'],
  [1042, 'email', 'Head office did not accept this email.', 'Fix it.'],
  [1042, null, 'Head office did not accept the mobile, email or external ID.', 'Fix it.'],
  [1104, 'mobile', 'Head office did not accept this mobile number.', 'Fix it.'],
  [1104, 'subscription.sms.BULK', 'Head office did not accept the message preferences.', 'Fix it.'],
  [1016, 'email', 'Another customer already has this Field.', 'Ask the customer, then choose.'],
  [1032, null, 'Another customer already has this.', 'Ask the customer, then choose.'],
  [1033, 'mobile', 'Another customer already has this Field.', 'Ask the customer, then choose.'],
  [1047, 'externalId', 'Another customer already has this Field.', 'Ask the customer, then choose.'],
  [91007, 'email', 'Another customer already has this Field.', 'Ask the customer, then choose.'],
  [1017, 'custom.age', 'Head office did not accept Field.', 'Fix it.'],
  [1018, null, 'Head office did not accept one of the fields.', 'Fix it.'],
  [91015, 'extended.city', 'Head office did not accept Field.', 'Fix it.'],
  [1024, null, 'Head office couldn’t save this: “m”', 'Fix or discard it.'],
  [10002, null, 'Head office couldn’t save this: “m”', 'Fix or discard it.'],
  [91003, null, 'Head office couldn’t save this: “m”', 'Fix or discard it.'],
  ...[1045, 1046, 1048, 1049].map(
    (code) =>
      [
        code,
        'type',
        'Head office couldn’t sign the customer up. A mobile, email or external ID may be missing.',
        'Fix or discard it.',
      ] as const,
  ),
  ...[1101, 1102, 1103, 1105, 1106, 1110, 91022].map(
    (code) =>
      [code, 'subscription.sms.BULK', 'Head office did not accept the message preferences.', 'Fix it.'] as const,
  ),
  [91005, 'email', 'Head office did not change the main contact detail.', 'Ask head office to change it.'],
  [91006, 'email', 'Head office doesn’t allow changes to Field.', 'Ask head office to change it.'],
  [91020, 'registeredTill', 'Head office does not recognise this till code.', 'Fix it or ask IT.'],
  [91021, 'associatedWith', 'Head office does not recognise this till code.', 'Fix it or ask IT.'],
];

const again = 'Check with the customer, then save it again.';
const warned: readonly (readonly [number, FieldKey | null, string, string])[] = [
  [1017, 'custom.age', 'Field was not accepted.', again],
  [91003, null, 'Part of it was not accepted: “m”', again],
  [91005, 'email', 'Head office did not change the main contact detail.', 'Ask head office to change it.'],
  [91006, 'email', 'Head office doesn’t allow changes to Field.', 'Ask head office to change it.'],
  [91006, null, 'Head office doesn’t allow changes to one of the fields.', 'Ask head office to change it.'],
  [91007, 'mobile', 'Field was not saved: another customer already has it.', again],
  [91007, null, 'One field was not saved: another customer already has this value.', again],
  [91015, 'extended.city', 'Field was not accepted.', again],
  [91020, 'registeredTill', 'The till code was not accepted.', 'Fix it or ask IT.'],
  [91021, 'associatedWith', 'The till code was not accepted.', 'Fix it or ask IT.'],
  [91022, 'subscription.sms.BULK', 'Message preferences were not accepted.', again],
];

function objection(code: number | null, key: FieldKey | null, message: string | null = 'm'): Objection {
  return { code, key, label: key === null ? null : 'Field', message };
}

const read = (one: Objection, { says, next }: Words) => [says(one), next()];

describe('the words for a code', () => {
  after(async () => showMessages(await loadMessages('en')));

  for (const [code, key, sentence, next] of refused) {
    it(`refused with ${code}${key === null ? '' : ` about ${key}`}: ${sentence} ${next}`, () => {
      const one = objection(code, key);
      assert.deepEqual(read(one, refusalWords(one)), [sentence, next]);
    });
  }

  for (const [code, key, sentence, next] of warned) {
    it(`a part warned of with ${code}: ${sentence} ${next}`, () => {
      const one = objection(code, key);
      assert.deepEqual(read(one, warningWords(one)), [sentence, next]);
    });
  }

  it('the list above has every code that can refuse an update or warn about one', () => {
    const isRefusal = (code: number) =>
      [meaningOf(code).request, meaningOf(code).item].some((verdict) =>
        ['refused', 'not-found', 'credentials', 'permission'].includes(verdict ?? ''),
      );
    const rows = (table: typeof refused) => [...new Set(table.map(([code]) => code))].toSorted((a, b) => a - b);
    assert.deepEqual(
      rows(refused),
      documentedCodes.filter((code) => isRefusal(code) || code === allFailed),
    );
    assert.deepEqual(
      rows(warned),
      documentedCodes.filter((code) => meaningOf(code).warning === 'notSaved'),
    );
  });

  it("an undocumented code shows the server's own words; an erased customer is recognised whatever the code", () => {
    const unknown = objection(4711, null, 'Moon too full');
    assert.deepEqual(read(unknown, refusalWords(unknown)), [
      'Head office rejected it: “Moon too full” (code 4711).',
      'Fix or discard it.',
    ]);
    assert.deepEqual(read(unknown, warningWords(unknown)), ['Part of it was not accepted: “Moon too full”', again]);
    const silent = objection(null, null, null);
    assert.equal(refusalWords(silent).says(silent), 'Head office rejected it without a reason.');
    const erased = objection(1012, null, 'Customer is deleted after PII delete request');
    assert.deepEqual(read(erased, refusalWords(erased)), [
      'This customer asked to be erased.',
      'You can only discard this change.',
    ]);
    // A refusal's code among the warnings says the same about its part.
    assert.equal(warningWords(objection(1101, null)), refusalWords(objection(1101, null)));
  });

  for (const locale of locales.filter((one) => one !== 'en')) {
    it(`every row has words in ${locale}`, async () => {
      showMessages(await loadMessages(locale));
      for (const [rows, wordsOf] of [
        [refused, refusalWords],
        [warned, warningWords],
      ] as const) {
        for (const [code, key, sentence, next] of rows) {
          const one = objection(code, key);
          const [said, then] = read(one, wordsOf(one));
          assert.ok(said && then, `${code}`);
          assert.notEqual(said, sentence);
          assert.notEqual(then, next);
        }
      }
    });
  }
});
