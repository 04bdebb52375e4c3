/** The short form of `npm run demo:fleet`, on a faster clock. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fastClock } from '../../build/fleet/fast-clock.ts';
import { runFleet } from '../../build/fleet/fleet.ts';
import { summaryOf, wentWell } from '../../build/fleet/summary.ts';
import { systemRandom } from '../../electron/machine/system-clock.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const tills = 6;

describe('a chain of tills that loses its server twice', () => {
  it('F18 keeps every save, and sends each exactly once when the server is back, without a burst of refusals', async (t) => {
    const report = await runFleet({
      tills,
      folder: temporaryFolder(),
      callsAMinute: 60,
      saveEverySeconds: 10,
      calmSeconds: 10,
      outages: [
        { kind: 'no connection', seconds: 60 },
        { kind: 'server errors', seconds: 40 },
      ],
      sync: { slowServerSeconds: 15 },
      clock: fastClock(30),
      random: systemRandom,
      say: () => undefined,
    });
    t.diagnostic(summaryOf(report));
    assert.deepEqual(report.findings, { lost: [], doubled: [], stuck: [] });
    assert.equal(report.unsent, 0);
    assert.equal(report.ledger, report.updates);
    assert.ok(report.saves >= 60, 'staff saved');
    for (const { kind, backlog, sentAfterSeconds, calls, refused } of report.outages) {
      assert.ok(backlog >= 6, `${kind}: updates waited`);
      assert.ok(sentAfterSeconds !== null, `${kind}: all were sent`);
      assert.ok(refused <= Math.max(tills, 0.1 * calls), `${kind}: ${refused} of ${calls} refused`);
    }
    assert.equal(wentWell(report), true);
  });
});

describe('the summary of a drill', () => {
  const report = { endedAtMs: 0, outages: [], saves: 2, updates: 2, ledger: 2, unsent: 0 };
  const findings = { lost: [], doubled: [], stuck: [] };

  it('fails a drill with an update that is unsent, lost, doubled or stuck, and names it', () => {
    assert.equal(wentWell({ ...report, findings }), true);
    assert.equal(wentWell({ ...report, findings, unsent: 1 }), false);
    for (const kind of ['lost', 'doubled', 'stuck'] as const) {
      const bad = { ...report, findings: { ...findings, [kind]: ['update a'] } };
      assert.equal(wentWell(bad), false);
      assert.match(summaryOf(bad), new RegExp(`${kind} 1.*\nupdate a$`, 's'));
    }
    const outage = { kind: 'no connection', seconds: 60, backlog: 3, calls: 4, refused: 1 } as const;
    const never = { ...report, findings, outages: [{ ...outage, sentAfterSeconds: null }] };
    assert.equal(wentWell(never), false);
    assert.match(summaryOf(never), /^no connection +60 s +3 +never +4 +1 \(25\.0 %\)$/m);
  });
});
