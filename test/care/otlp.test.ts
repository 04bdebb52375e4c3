import assert from 'node:assert/strict';
import http from 'node:http';
import { describe, it } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { z } from 'zod';
import { healthSchema } from '../../electron/care/health.ts';
import { HealthReport } from '../../electron/care/health-report.ts';
import { metricsText } from '../../electron/care/metrics.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { startTillRig } from '../helpers/till-rig.ts';
import { seededRandom, virtualClock } from '../helpers/virtual-clock.ts';
import { health, receiver } from './health-receiver.ts';

const minuteMs = 60_000;

/** In OTLP's JSON a 64-bit integer is a string, and no key is in snake case. */
const uint64 = z.string().regex(/^\d+$/);
const attribute = z.strictObject({ key: z.string(), value: z.strictObject({ stringValue: z.string() }) });
const numberPoint = z.strictObject({
  attributes: z.array(attribute),
  startTimeUnixNano: uint64.optional(),
  timeUnixNano: uint64,
  asDouble: z.number(),
});
const histogramPoint = z.strictObject({
  attributes: z.array(attribute),
  startTimeUnixNano: uint64,
  timeUnixNano: uint64,
  count: uint64,
  sum: z.number(),
  bucketCounts: z.array(uint64),
  explicitBounds: z.array(z.number()),
});
const cumulative = { aggregationTemporality: z.literal(2) };
const about = { name: z.string(), description: z.string() };
const otlpRequest = z.strictObject({
  resourceMetrics: z.array(
    z.strictObject({
      resource: z.strictObject({ attributes: z.array(attribute) }),
      scopeMetrics: z.array(
        z.strictObject({
          scope: z.strictObject({ name: z.string() }),
          metrics: z.array(
            z.union([
              z.strictObject({ ...about, gauge: z.strictObject({ dataPoints: z.array(numberPoint) }) }),
              z.strictObject({
                ...about,
                sum: z.strictObject({ ...cumulative, isMonotonic: z.literal(true), dataPoints: z.array(numberPoint) }),
              }),
              z.strictObject({
                ...about,
                unit: z.literal('s'),
                histogram: z.strictObject({ ...cumulative, dataPoints: z.array(histogramPoint) }),
              }),
            ]),
          ),
        }),
      ),
    }),
  ),
});

describe('OTLP over HTTP', () => {
  it('sends every series of the file each minute, with the header from secret storage and nothing from the config', async (t) => {
    const { url, got, send } = await receiver(t);
    const clock = virtualClock();
    const report = new HealthReport({
      config: () => ({ heartbeatUrl: null, heartbeatMinutes: 15, metricsFile: null, otlp: { url } }),
      health: () => health,
      otlpHeaders: () => 'Authorization: Bearer abc\nnot a header\nX-Bad: a\u0000b',
      dataDir: temporaryFolder(),
      transport: send,
      clock,
      random: seededRandom(1),
      log: { write: () => undefined },
    });
    report.start();
    for (let minute = 1; minute <= 3; minute += 1) {
      await clock.pass(minuteMs);
      while (got.length < minute) await setImmediate();
      // The next one is due a minute after this one's answer.
      while (clock.timers() < 3) await setImmediate();
    }
    await report.close();
    assert.equal(got.length, 4, 'three minutes and the final export');
    const [first] = got;
    assert.ok(first !== undefined);
    const { headers, body } = first;
    assert.deepEqual(
      [headers.authorization, headers['content-type'], headers['x-bad']],
      ['Bearer abc', 'application/json', undefined],
    );
    const [resource] = otlpRequest.parse(JSON.parse(body)).resourceMetrics;
    const metrics = resource?.scopeMetrics[0]?.metrics ?? [];
    assert.deepEqual(
      metrics.filter((one) => !('gauge' in one) || one.gauge.dataPoints.length > 0).map(({ name }) => name),
      [...metricsText(health).matchAll(/^# TYPE (\S+) /gm)].map(([, name]) => name),
    );
    const attributesOf = (points: readonly { readonly attributes: z.output<typeof attribute>[] }[]) =>
      points.map(({ attributes }) => attributes);
    const labels = metrics.flatMap((one) => {
      if ('gauge' in one) return attributesOf(one.gauge.dataPoints);
      return attributesOf('sum' in one ? one.sum.dataPoints : one.histogram.dataPoints);
    });
    for (const [till] of labels) assert.deepEqual(till, { key: 'till', value: { stringValue: health.till } });
    const byName = new Map(metrics.map((one) => [one.name, JSON.stringify(one)]));
    assert.match(byName.get('tillside_sent_total') ?? '', /"isMonotonic":true.*"asDouble":5/);
    assert.match(
      byName.get('tillside_request_duration_seconds') ?? '',
      /"count":"10","sum":12.5,"bucketCounts":\["4","5","1"\],"explicitBounds":\[0.1,1\]/,
    );
  });

  it('and the heartbeat end with a message that the till was closed, so that it does not look dead', async (t) => {
    const { url, got } = await receiver(t);
    const rig = await startTillRig();
    t.after(() => rig.close());
    const till = await rig.openTill(temporaryFolder(), {
      health: { heartbeatUrl: `${url}/heartbeat`, otlp: { url: `${url}/v1/metrics` } },
    });
    await till.close();
    const last = new Map(got.map(({ path: to, body }) => [to, body]));
    assert.equal(healthSchema.parse(JSON.parse(last.get('/tillside/heartbeat') ?? '')).open, false);
    const exported = otlpRequest.parse(JSON.parse(last.get('/tillside/v1/metrics') ?? ''));
    const open = exported.resourceMetrics[0]?.scopeMetrics[0]?.metrics.find(({ name }) => name === 'tillside_open');
    assert.ok(open !== undefined && 'gauge' in open);
    assert.equal(open.gauge.dataPoints[0]?.asDouble, 0);
  });

  it('and the heartbeat do not delay closing if no receiver answers', async (t) => {
    const silent = http.createServer(() => undefined);
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const address = silent.address();
    assert.ok(address !== null && typeof address === 'object');
    const rig = await startTillRig();
    t.after(async () => {
      silent.closeAllConnections();
      silent.close();
      await rig.close();
    });
    const url = `http://127.0.0.1:${address.port}/v1/metrics`;
    const till = await rig.openTill(temporaryFolder(), { health: { heartbeatUrl: url, otlp: { url } } });
    const startedMs = performance.now();
    await till.close();
    assert.ok(performance.now() - startedMs < 10_000);
  });
});
