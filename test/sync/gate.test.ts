/** What may be sent now. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { ConnectionState } from '../../electron/sync/connection.ts';
import { asksFirst, gateMs, idleMs, mostInFlight, untilProbeMs } from '../../electron/sync/gate.ts';
import { Pace } from '../../electron/sync/pace.ts';
import { seededRandom, virtualClock } from '../helpers/virtual-clock.ts';

const minuteMs = 60_000;

/** A pace that waits as long as told, of one till or in a crowd. */
function open({ waits = 0, isCrowded = false } = {}) {
  const clock = virtualClock();
  const random = seededRandom(1);
  const connection = new ConnectionState(clock, random);
  const pace = new Pace({ requestsPerMinute: 60, maxInFlight: 4, sharedLimit: null }, clock, random, () => 0);
  Object.defineProperties(pace, {
    waitMs: { value: (lane: string) => (lane === 'backlog' ? waits : 0) },
    probeLane: { value: isCrowded ? 'backlog' : 'counter' },
    idleProbeMs: { value: isCrowded ? 60 * minuteMs : 0 },
  });
  return { clock, connection, pace };
}

it('a request waits for the connection and for its pace, whichever is longer', () => {
  const gate = open({ waits: 500 });
  assert.deepEqual([gateMs(gate, 'backlog'), gateMs(gate, 'counter')], [500, 0]);
  gate.connection.waitFor(700);
  assert.deepEqual([gateMs(gate, 'backlog'), gateMs(gate, 'counter')], [700, 700]);
});

it('the server is probed as soon as the connection may be tried, and in a crowd no sooner than the pace allows', () => {
  const alone = open({ waits: 500 });
  alone.connection.answered();
  assert.equal(untilProbeMs(alone), 0);
  alone.connection.waitFor(300);
  assert.equal(untilProbeMs(alone), 300);
  const crowded = open({ waits: 500, isCrowded: true });
  assert.equal(untilProbeMs(crowded), 0, 'the first exchange of all');
  crowded.connection.answered();
  assert.equal(untilProbeMs(crowded), 500);
});

it('a quiet till asks every five minutes whether the server is there, in a crowd less often', async () => {
  const gate = open();
  gate.connection.answered();
  await gate.clock.pass(minuteMs);
  assert.equal(idleMs(gate), 4 * minuteMs);
  await gate.clock.pass(5 * minuteMs);
  assert.equal(idleMs(gate), 0);
  const crowded = open({ isCrowded: true });
  crowded.connection.answered();
  assert.equal(idleMs(crowded), 60 * minuteMs);
});

it('only one request is in flight while nobody knows whether the server is there', () => {
  const gate = open();
  assert.equal(mostInFlight(gate), 4);
  gate.connection.doubt('timeout');
  assert.equal(mostInFlight(gate), 1);
});

it('a backlog is preceded by a probe once the server could not be reached', () => {
  const gate = open();
  assert.equal(asksFirst(gate, 'backlog'), false);
  gate.connection.failed('tls');
  assert.equal(asksFirst(gate, 'backlog'), true);
  assert.equal(asksFirst(gate, 'counter'), false, 'a customer does not wait for it');
  gate.connection.failed('busy');
  assert.equal(asksFirst(gate, 'backlog'), false, 'it answered');
  const crowded = open({ isCrowded: true });
  crowded.connection.failed('tls');
  assert.equal(asksFirst(crowded, 'backlog'), false);
});
