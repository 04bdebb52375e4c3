/** The alert rules for IT, checked with Prometheus' own tools. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { projectRoot } from '../../../build/project-root.ts';
import { cannotOpenText, metricsText } from '../../../electron/care/metrics.ts';
import { lowSpaceBytes } from '../../../electron/machine/disk-space.ts';
import { health } from '../../care/health-receiver.ts';
import { needsPrometheus } from './needs-prometheus.ts';

const folder = path.join(projectRoot, 'build', 'config', 'examples', 'monitoring');
const read = (name: string) => readFileSync(path.join(folder, name), 'utf8');
const rules = read('tillside-alerts.yml');
const unitTests = readdirSync(folder).filter((name) => name.endsWith('.test.yml'));
const alerts = [...rules.matchAll(/- alert: (\w+)/g)].map(([, name]) => name);

function promtool(...args: readonly string[]): void {
  const { status, stdout, stderr } = spawnSync('promtool', args, { cwd: folder, encoding: 'utf8' });
  assert.equal(status, 0, `${stdout}${stderr}`);
}

describe('the alert rules for Prometheus', () => {
  it('are rules that Prometheus accepts', needsPrometheus(), () => {
    promtool('check', 'rules', 'tillside-alerts.yml');
  });

  it('fire and stay silent as their unit tests say', needsPrometheus(), () => {
    promtool('test', 'rules', ...unitTests);
  });

  it('each have a unit test in which they fire and one in which they do not', () => {
    const tests = unitTests.map(read).join('\n');
    assert.ok(alerts.length >= 15);
    for (const name of alerts) {
      assert.match(tests, new RegExp(`alertname: ${name}\\n +exp_alerts:\\n`), `${name} never fires`);
      assert.match(tests, new RegExp(`alertname: ${name}, exp_alerts: \\[\\]`), `${name} always fires`);
    }
  });

  it('each say what to do', () => {
    assert.equal(rules.match(/^ {10}summary: /gm)?.length, alerts.length);
    assert.equal(rules.match(/^ {10}action: /gm)?.length, alerts.length);
  });

  it('call the disk full when the screen does', () => {
    assert.equal(Number(/tillside_disk_free_bytes < (\d+)/.exec(rules)?.[1]), lowSpaceBytes);
  });
});

describe('the examples for monitoring', () => {
  it('name only series that a till writes', () => {
    const files =
      metricsText({ ...health, lastAnswerAt: 1, copyAt: 1 }) +
      cannotOpenText({ ...health, why: 'database-unreadable' });
    const written = new Set([...files.matchAll(/^# TYPE (\S+) /gm)].map(([, name]) => name));
    for (const file of readdirSync(folder)) {
      for (const [, name] of read(file).matchAll(/\b(tillside_\w+?)(?:_bucket|_sum|_count)?\b/g)) {
        assert.ok(written.has(name), `${file}: ${name}`);
      }
    }
  });
});
