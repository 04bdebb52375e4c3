import assert from 'node:assert/strict';
import { test } from 'node:test';
import { maskUpdate } from '../../electron/desk/mask-views.ts';
import { maskedText } from '../../electron/model/masked.ts';
import { customer, update } from '../renderer/rig.ts';

const mobile = '919845012345';
const email = 'rita@example.com';

test('the mask has one length, and shows nothing of a short value', () => {
  assert.equal(maskedText('mobile', mobile), '••••• ••345');
  assert.equal(maskedText('mobile', '12345'), '•••••');
  assert.equal(maskedText('email', email), 'r•••••@•••••');
  assert.equal(maskedText('email', 'a@b.c'), '•••••@•••••');
  assert.equal(maskedText('mobile', ''), '');
});

test("an update, its conflict and head office's answer lose every masked value, and nothing else", () => {
  const answer = { code: '1012', message: `Mobile ${mobile} belongs to ${email}`, requestId: 'r1' };
  const full = update({
    identifier: { type: 'mobile', value: mobile },
    changes: [
      { key: 'email', was: null, to: email },
      { key: 'lastName', was: 'James', to: 'Jameson' },
    ],
    reason: {
      kind: 'conflict',
      fields: [{ key: 'email', was: 'old@example.com', theirs: 'new@example.com', ours: email }],
    },
    lastAnswer: Object.assign({}, customer().updates[0]?.lastAnswer, answer),
  });
  const covered = maskUpdate(full, ['mobile', 'email']);
  const text = JSON.stringify(covered);
  for (const secret of [mobile, email, 'old@example.com', 'new@example.com']) assert.ok(!text.includes(secret));
  assert.deepEqual(covered.changes, [
    { key: 'email', was: null, to: 'r•••••@•••••' },
    { key: 'lastName', was: 'James', to: 'Jameson' },
  ]);
  assert.match(text, /Mobile ••••• ••345 belongs to r•••••@•••••/);
  assert.equal(maskUpdate(full, []), full);
  assert.equal(JSON.stringify(maskUpdate(full, ['email'])).includes(mobile), true);
});
