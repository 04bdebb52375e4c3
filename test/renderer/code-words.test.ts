/** The one table of outcomes, seen from the counter: a row a code, with its sentence and its next action. */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { codeTable, documentedCodes, meaningOf } from '../../electron/loyalty-api/codes.ts';
import type { FieldKey } from '../../electron/model/customer.ts';
import { loadMessages, locales, showMessages } from '../../renderer/i18n/messages.ts';
import { refusalWords, type Told, type Words, warningWords } from '../../renderer/words/code-words.ts';

/** Code, what it is about, the sentence and the next action, as staff read them. Written out: not derived. */
const refused: readonly (readonly [number, FieldKey | null, string, string])[] = [
  [400, null, 'Head office answered “m” (code 400).', 'Correct it or give up.'],
  [404, null, 'Head office answered “m” (code 404).', 'Ask IT.'],
  [405, null, 'Head office answered “m” (code 405).', 'Ask IT.'],
  [1060, null, 'Head office answered “m” (code 1060).', 'Ask IT.'],
  [618, 'fraudStatus', 'Head office has marked this customer for fraud.', 'Call a manager.'],
  [816, null, 'Head office knows no customer with this.', 'Check with the customer, then correct or give up.'],
  [1011, null, 'Head office knows no customer with this.', 'Check with the customer, then correct or give up.'],
  [1012, null, 'Head office knows no customer with this.', 'Check with the customer, then correct or give up.'],
  [1001, 'mobile', 'Head office does not take this mobile number.', 'Correct it.'],
  [1002, 'email', 'Head office does not take this email.', 'Correct it.'],
  [1003, 'externalId', 'Head office does not take this external ID.', 'Correct it.'],
  [1042, 'email', 'Head office does not take this email.', 'Correct it.'],
  [1042, null, 'Head office does not take the mobile, email or external ID.', 'Correct it.'],
  [1104, 'mobile', 'Head office does not take this mobile number.', 'Correct it.'],
  [1104, 'subscription.sms.BULK', 'Head office did not take the message choices.', 'Correct it.'],
  [1016, 'email', 'This Field belongs to another customer.', 'Ask, then choose.'],
  [1032, null, 'This belongs to another customer.', 'Ask, then choose.'],
  [1033, 'mobile', 'This Field belongs to another customer.', 'Ask, then choose.'],
  [1047, 'externalId', 'This Field belongs to another customer.', 'Ask, then choose.'],
  [91007, 'email', 'This Field belongs to another customer.', 'Ask, then choose.'],
  [1017, 'custom.age', 'Head office did not take Field.', 'Correct it.'],
  [1018, null, 'Head office did not take one of the fields.', 'Correct it.'],
  [91015, 'extended.city', 'Head office did not take Field.', 'Correct it.'],
  [91017, 'custom.age', 'Head office did not take Field.', 'Correct it.'],
  [1024, null, 'Head office could not keep it: “m”', 'Correct it or give up.'],
  [10002, null, 'Head office could not keep it: “m”', 'Correct it or give up.'],
  [91003, null, 'Head office could not keep it: “m”', 'Correct it or give up.'],
  ...[1045, 1046, 1048, 1049].map(
    (code) =>
      [
        code,
        'type',
        'Head office did not make the customer a member. A mobile, email or external ID may be missing.',
        'Correct it or give up.',
      ] as const,
  ),
  ...[1101, 1102, 1103, 1105, 1106, 1110, 91022].map(
    (code) => [code, 'subscription.sms.BULK', 'Head office did not take the message choices.', 'Correct it.'] as const,
  ),
  [91005, 'email', 'Head office did not change the main identifier.', 'Ask head office for the change.'],
  [91006, 'email', 'Head office does not allow Field to be changed.', 'Ask head office for the change.'],
  [91020, 'registeredTill', 'Head office does not know this till code.', 'Correct it or ask IT.'],
  [91021, 'associatedWith', 'Head office does not know this till code.', 'Correct it or ask IT.'],
];

const again = 'Check it with the customer and save it again.';
const warned: readonly (readonly [number, FieldKey | null, string, string])[] = [
  [1017, 'custom.age', 'Field was not taken.', again],
  [91003, null, 'A part was not taken: “m”', again],
  [91005, 'email', 'Head office did not change the main identifier.', 'Ask head office for the change.'],
  [91006, 'email', 'Head office does not allow Field to be changed.', 'Ask head office for the change.'],
  [91007, 'mobile', 'Field belongs to another customer and was not taken.', again],
  [91015, 'extended.city', 'Field was not taken.', again],
  [91017, null, 'One field was not taken.', again],
  [91020, 'registeredTill', 'The till code was not taken.', 'Correct it or ask IT.'],
  [91021, 'associatedWith', 'The till code was not taken.', 'Correct it or ask IT.'],
  [91022, 'subscription.sms.BULK', 'The message choices were not taken.', again],
];

function told(code: number | null, key: FieldKey | null, message: string | null = 'm'): Told {
  return { code, key, label: key === null ? null : 'Field', message };
}

const read = (one: Told, { says, next }: Words) => [says(one), next()];

describe('what staff are told of a code', () => {
  after(async () => showMessages(await loadMessages('en')));

  for (const [code, key, sentence, next] of refused) {
    it(`refused with ${code}${key === null ? '' : ` about ${key}`}: ${sentence} ${next}`, () => {
      const one = told(code, key);
      assert.deepEqual(read(one, refusalWords(one)), [sentence, next]);
    });
  }

  for (const [code, key, sentence, next] of warned) {
    it(`a part warned of with ${code}: ${sentence} ${next}`, () => {
      const one = told(code, key);
      assert.deepEqual(read(one, warningWords(one)), [sentence, next]);
    });
  }

  it('stands above for every code that an update can be refused or warned with', () => {
    const isRefusal = (code: number) =>
      [meaningOf(code).request, meaningOf(code).item].some(
        (verdict) => verdict === 'refused' || verdict === 'not-found',
      );
    const rows = (table: typeof refused) => [...new Set(table.map(([code]) => code))].toSorted((a, b) => a - b);
    assert.deepEqual(rows(refused), documentedCodes.filter(isRefusal));
    assert.deepEqual(
      rows(warned),
      documentedCodes.filter((code) => 'warning' in codeTable[code]),
    );
  });

  it('is the server’s own words where nobody documented the code, and of an erased customer whatever the code', () => {
    const unknown = told(4711, null, 'Moon too full');
    assert.deepEqual(read(unknown, refusalWords(unknown)), [
      'Head office answered “Moon too full” (code 4711).',
      'Correct it or give up.',
    ]);
    assert.deepEqual(read(unknown, warningWords(unknown)), ['A part was not taken: “Moon too full”', again]);
    const silent = told(null, null, null);
    assert.equal(refusalWords(silent).says(silent), 'Head office refused it and did not say why.');
    const erased = told(1012, null, 'Customer is deleted after PII delete request');
    assert.deepEqual(read(erased, refusalWords(erased)), [
      'This customer asked to be erased.',
      'The change can only be given up.',
    ]);
    // A refusal's code among the warnings speaks of the part alike.
    assert.equal(warningWords(told(1101, null)), refusalWords(told(1101, null)));
  });

  for (const locale of locales.filter((one) => one !== 'en')) {
    it(`is said in ${locale} for every row`, async () => {
      showMessages(await loadMessages(locale));
      for (const [rows, wordsOf] of [
        [refused, refusalWords],
        [warned, warningWords],
      ] as const) {
        for (const [code, key, sentence, next] of rows) {
          const one = told(code, key);
          const [said, then] = read(one, wordsOf(one));
          assert.ok(said && then, `${code}`);
          assert.notEqual(said, sentence);
          assert.notEqual(then, next);
        }
      }
    });
  }
});
