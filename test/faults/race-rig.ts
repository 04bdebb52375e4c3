/**
 * A till with one engine on a model server, made for each test of a suite. A test holds one call back and does
 * something else meanwhile.
 */
import assert from 'node:assert/strict';
import { afterEach, beforeEach } from 'node:test';
import type { FieldChanges, Identifier } from '../../electron/model/customer.ts';
import { findUpdate, type Update } from '../../electron/updates/rows.ts';
import { type EngineRig, ModelServer, type ServerCall, startEngine } from '../helpers/engine-rig.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { seededRandom, type VirtualClock, virtualClock } from '../helpers/virtual-clock.ts';

/** Call it inside `describe`. */
export function raceRig() {
  let clock: VirtualClock;
  let server: ModelServer;
  let rig: EngineRig;
  let folder: string;
  let timersSet: number;
  const random = seededRandom(11);

  const start = () => {
    const counting = {
      ...clock,
      after: (delayMs: number, run: () => void) => {
        timersSet += 1;
        return clock.after(delayMs, run);
      },
    };
    return startEngine({ server, clock: counting, random, folder });
  };
  const restart = async () => {
    await stop();
    rig = start();
  };
  const stop = async () => {
    const stopped = rig.stop();
    await clock.pass(5000);
    await stopped;
  };
  const updateOf = (updateId: string): Update => {
    const update = findUpdate(rig.db, updateId);
    assert.ok(update !== null);
    return update;
  };
  /** Holds the next call of a kind until released. */
  const hold = (call: ServerCall, when: 'onArrival' | 'onAnswer' = 'onArrival') => {
    let release: () => void = () => undefined;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    let isTaken = false;
    server[when] = async (seen) => {
      if (seen !== call || isTaken) return;
      isTaken = true;
      await released;
    };
    return async () => {
      release();
      await clock.settle();
    };
  };
  const saveFor = (customerId: number, identifier: Identifier, changes: FieldChanges) => {
    const updateId = rig.outbox.save({
      token: random.id(),
      customerId,
      kind: 'fields',
      identifier,
      changes,
      baseline: {},
      confirmedFills: [],
      staff: null,
      till: 'till1',
    });
    rig.engine.saved(updateId);
    return updateId;
  };

  beforeEach(async () => {
    clock = virtualClock();
    server = new ModelServer(clock);
    folder = temporaryFolder();
    timersSet = 0;
    rig = start();
    await clock.pass(10);
  });
  afterEach(async () => {
    await stop();
  });

  return {
    get clock() {
      return clock;
    },
    get server() {
      return server;
    },
    get rig() {
      return rig;
    },
    timersSet: () => timersSet,
    restart,
    updateOf,
    hold,
    saveFor,
  };
}
