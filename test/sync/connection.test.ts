import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ConnectionState } from '../../electron/sync/connection.ts';
import { seededRandom, virtualClock } from '../helpers/virtual-clock.ts';

function lostLine() {
  const clock = virtualClock();
  const line = new ConnectionState(clock, seededRandom(3));
  for (let tries = 0; tries < 8; tries += 1) line.failed('no-connection');
  return { clock, line };
}

describe('the connection to the server', () => {
  it('is tried less and less often, and never less than twice a minute (F13)', () => {
    const { line } = lostLine();
    assert.ok(line.waitMs > 14_000 && line.waitMs <= 30_000, `${line.waitMs} ms`);
  });

  it('is tried at once on "Send now", even if a request already in flight then fails', () => {
    const { line } = lostLine();
    line.tryNow();
    assert.equal(line.waitMs, 0);
    line.failed('no-connection');
    assert.ok(line.waitMs <= 2000, `${line.waitMs} ms`);
  });

  it("frees a request's place as soon as the server answers", () => {
    const { line } = lostLine();
    line.tryNow();
    assert.equal(line.isProbing, true);
    line.answered();
    assert.equal(line.isProbing, false);
  });
});
