/** How much of the backlog the counter's requests let through, and how many refused saves are tried again. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { CounterShare } from '../../electron/sync/counter-share.ts';

const requests = (share: CounterShare, count: number) => {
  for (let at = 0; at < count; at += 1) share.requested();
};

it('one update of the backlog goes for every fifty requests at the counter, and no two at once', () => {
  const share = new CounterShare();
  assert.equal(share.isBacklogDue, false);
  requests(share, 49);
  assert.equal(share.isBacklogDue, false);
  requests(share, 200);
  assert.equal(share.isBacklogDue, true);
  share.backlogGoes();
  assert.equal(share.isBacklogDue, false, 'more requests saved up no more');
  requests(share, 49);
  assert.equal(share.isBacklogDue, false);
  requests(share, 2);
  assert.equal(share.isBacklogDue, true);
  share.startAgain();
  assert.equal(share.isBacklogDue, false);
  requests(share, 49);
  assert.equal(share.isBacklogDue, false);
});

it('two refused saves are tried again, then one for every twenty requests', () => {
  const share = new CounterShare();
  const retries = () => [share.takeRetry(), share.takeRetry(), share.takeRetry()];
  assert.deepEqual(retries(), [true, true, false]);
  requests(share, 19);
  assert.equal(share.takeRetry(), false);
  requests(share, 1);
  assert.deepEqual(retries(), [true, false, false]);
  requests(share, 200);
  assert.deepEqual(retries(), [true, true, false]);
});
