import assert from 'node:assert/strict';
import { it } from 'node:test';
import { lookUp } from '../../electron/sync/look-up.ts';
import { customerRecord, ModelServer, startEngine } from '../helpers/engine-rig.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { seededRandom, virtualClock } from '../helpers/virtual-clock.ts';

it("F25 F31 a customer who is found but cannot be stored is not reported as head office's trouble", async () => {
  const clock = virtualClock();
  const server = new ModelServer(clock);
  server.customers.set('7', customerRecord('7', 'Found'));
  const rig = startEngine({ server, clock, random: seededRandom(7), folder: temporaryFolder() });
  const identifier = { type: 'userId', value: '7' } as const;
  rig.db.pragma('query_only = on');
  assert.deepEqual(await lookUp(rig.context, identifier), { kind: 'failed', why: 'not-kept' });
  assert.deepEqual(
    rig.logged.filter((line) => line.includes('looked up')),
    ['error a customer that was looked up could not be stored'],
  );
  rig.db.pragma('query_only = off');
  assert.equal((await lookUp(rig.context, identifier)).kind, 'found');
  const stopped = rig.stop();
  await clock.pass(5000);
  await stopped;
});
