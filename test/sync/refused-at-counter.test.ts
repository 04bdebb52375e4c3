import assert from 'node:assert/strict';
import { it } from 'node:test';
import { ModelServer, okAnswer, startEngine } from '../helpers/engine-rig.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { seededRandom, virtualClock } from '../helpers/virtual-clock.ts';

it('F18 a save at the counter that the server refuses as one too many is tried twice more, then waits with the backlog', async () => {
  const clock = virtualClock();
  const server = new ModelServer(clock, 40);
  server.fate = () => ({ kind: 'not-sent', why: 'busy', retryAfterMs: 1000, answer: okAnswer });
  const rig = startEngine({ server, clock, random: seededRandom(4), folder: temporaryFolder(), requestsPerMinute: 60 });
  const customer = rig.addCustomer('1');
  await clock.pass(2 * 60_000);
  rig.save(customer, { lastName: 'Refused' });
  await clock.pass(20_000);
  assert.equal(server.updateCalls, 3);
  server.fate = () => 'apply';
  await clock.pass(5 * 60_000);
  assert.equal(server.ledger.length, 1);
  const stopped = rig.stop();
  await clock.pass(5000);
  await stopped;
});
