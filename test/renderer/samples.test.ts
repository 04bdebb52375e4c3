/** Every sample answer of an update that the vendor documents, and what a person reads in it. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { updateOutcome } from '../../electron/loyalty-api/outcomes.ts';
import type { FieldKey } from '../../electron/model/customer.ts';
import { notSaved } from '../../electron/model/outcome.ts';
import type { UpdateView } from '../../electron/model/update-view.ts';
import { decodeResult } from '../../electron/updates/row-json.ts';
import { makeFormats } from '../../renderer/format/formats.ts';
import {
  effectSentence,
  missedSentences,
  reasonSentence,
  updateStateWord,
} from '../../renderer/words/outcome-words.ts';
import { change } from '../helpers/scenes/people.ts';
import { answer, updateAnswerText, userId } from '../loyalty-api/samples.ts';

const formats = makeFormats('en', 'IN', 'Asia/Kolkata');
const changed: readonly FieldKey[] = ['firstName', 'email', 'registeredOn', 'custom.age'];

function outcomeOf(body: string) {
  const asked = {
    identifiers: [{ type: 'userId', value: userId }] as const,
    sent: { identifierType: 'userId', changed } as const,
    doneCodes: [1000],
  };
  return updateOutcome(answer(body), asked, 0);
}

/** The whole way of an answer: read, stored in the outbox row, decoded, put into words. */
function readByStaff(body: string): readonly string[] {
  const outcome = outcomeOf(body);
  if (outcome.kind === 'rejected') return [reasonSentence({ kind: 'refused', rejection: outcome.rejection }, null)];
  if (outcome.kind !== 'applied') return [`${outcome.kind} ${outcome.why}`];
  const { effects, warnings, answer: told } = outcome;
  const result = decodeResult(JSON.stringify({ effects, warnings, answer: told, confirmedBy: 'answer' }));
  assert.ok(result !== null);
  const update: UpdateView = change(1, { state: 'applied', result });
  return [
    updateStateWord(update),
    ...result.effects.map((effect) => effectSentence(effect, formats)),
    ...missedSentences(update, null),
  ];
}

const withEffect = (effect: string) => `{"response":{"status":{"success":"true","code":200,"message":"Success"},
  "customers":{"customer":[{"user_id":${userId},"side_effects":{"effect":[${effect}]},
  "item_status":{"success":"true","code":"1000","message":"Customer successfully updated"}}]}}}`;
const withWarning = (code: number) => `{"response":{"status":{"success":"true","code":200},
  "customers":{"customer":[{"user_id":${userId},"item_status":{"success":"true","code":"1000","warnings":{"warning":["${code}"]}}}]}}}`;
const failed = (code: number) => `{"response":{"status":{"success":"false","code":500,"success_count":"0"},
  "customers":{"customer":[{"user_id":${userId},"item_status":{"success":"false","code":"${code}","message":""}}]}}}`;

const samples: readonly (readonly [string, readonly string[]])[] = [
  [
    updateAnswerText,
    [
      'Partly accepted',
      '50 points added',
      'Coupon IYVS2E6V, valid until 27 Jun 2020',
      'age was not accepted. Check with the customer, then save it again.',
    ],
  ],
  [withEffect('{"type":"points","awarded_points":50,"total_points":2330}'), ['Sent', '50 points added']],
  [withEffect('{"type":"points","awardedPoints":50}'), ['Sent', '50 points added']],
  [
    withEffect('{"type":"points","awarded_points":100,"customer_id":"424133021","is_referrer":"true"}'),
    ['Sent', 'For the customer who referred this one: 100 points added'],
  ],
  [
    withEffect('{"type":"points","awarded_points":100,"customer_id":"424133021"}'),
    ['Sent', 'For another customer: 100 points added'],
  ],
  [
    withEffect(
      '{"type":"coupon","coupon_code":"IYVS2E6V","coupon_type":"Voucher","description":"Welcome","valid_till":"2020-06-27 23:59:59"}',
    ),
    ['Sent', 'Coupon IYVS2E6V (Voucher), valid until 27 Jun 2020'],
  ],
  [
    withEffect(
      '{"type":"slab","previous_slab_name":"Silver","previous_slab_number":"2","upgraded_slab_name":"Gold","upgraded_slab_number":"3"}',
    ),
    ['Sent', 'Tier: Silver → Gold'],
  ],
  [
    withEffect(
      '{"type":"alternate_currency","alternate_currency_name":"Stars","alternate_currency_identifier":"r1","awarded_value":"110"}',
    ),
    ['Sent', '110 Stars added'],
  ],
  [
    withEffect('{"type":"badge","badge_name":"Explorer","level":2}'),
    ['Sent', 'badge: badge name Explorer and level 2'],
  ],
  [withEffect('{"type":"badge"}'), ['Sent', 'badge']],
  ...[91001, 91002, 91004, 91009, 91010, 91011, 91012, 91013, 91014, 91016, 91017, 91018, 91019].map(
    (code) => [withWarning(code), ['Sent']] as const,
  ),
  [
    `{"response":{"status":{"success":"false","code":500,"total":"1","success_count":"0"},"customers":{"customer":[{}]}}}`,
    [
      'Head office rejected the change: something in it is not valid, or an identifier can’t be changed. Fix or discard it.',
    ],
  ],
  [failed(1034), ['Head office did not accept this registration date. Fix it.']],
  [failed(1044), ['Head office doesn’t allow this till to change this customer. Ask IT.']],
  [`{"response":{"status":{"success":"false","code":407,"message":"unknown error"}}}`, ['unknown server-error']],
  [`{"response":{"status":{"success":"false","code":408,"message":"network MAC id"}}}`, ['held permission']],
];

describe('the words for each documented answer', () => {
  for (const [body, expected] of samples) {
    it(expected.join(' · '), () => assert.deepEqual(readByStaff(body), expected));
  }

  it('are never "save again" if something was only unreadable', () => {
    const outcome = outcomeOf(withWarning(91017));
    assert.ok(outcome.kind === 'applied');
    assert.equal(outcome.warnings.length, 1);
    assert.deepEqual(notSaved(outcome.warnings), []);
  });

  it('are the same for a row from before the two classes were separated', () => {
    const older = `{"effects":[],"warnings":[{"code":91017,"field":"custom.age","message":null},{"code":91007,"field":"email","message":null}],
      "answer":null,"confirmedBy":"answer"}`;
    assert.deepEqual(
      decodeResult(older)?.warnings.map(({ code, meaning }) => [code, meaning]),
      [
        [91017, 'onlyNotRead'],
        [91007, 'notSaved'],
      ],
    );
  });
});
