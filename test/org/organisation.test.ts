import assert from 'node:assert/strict';
import { it, type TestContext } from 'node:test';
import type { HttpRequest, HttpResult } from '../../electron/loyalty-api/transport.ts';
import { silentLog } from '../../electron/support/log.ts';
import { parseMachineConfig } from '../../electron/support/machine-config.ts';
import { openTill } from '../../electron/till.ts';
import { newFolder } from '../db/offline-till.ts';
import { secretsInMemory } from '../helpers/till-rig.ts';
import { seededRandom, virtualClock } from '../helpers/virtual-clock.ts';

const hourMs = 60 * 60_000;

/** Every call of the organisation, by its path, as the server answers it. */
const answers = {
  'organization/configs': {
    organization: { configs: { config: [{ key: 'CONF_ALLOW_EMAIL_UPDATE', value: '0' }] } },
  },
  'organization/customfields': {
    organization: { custom_fields: { field: { name: 'age', label: 'Age', type: 'text', datatype: 'Integer' } } },
  },
  'v2/extendedFields': { entity: { CUSTOMER: [{ name: 'gender', label: 'Gender', dataType: 'STRING' }] } },
  'store/staff': { store: { staff: { user: { code: 'S1', firstname: 'Meera', lastname: '', type: 'ASSOCIATE' } } } },
} as const;
type Call = keyof typeof answers;
const calls: readonly Call[] = [
  'organization/configs',
  'organization/customfields',
  'v2/extendedFields',
  'store/staff',
];

/** A till under a virtual clock, at a server whose single calls can be out of order. */
async function openAt(t: TestContext, brokenAtFirst: readonly Call[]) {
  const clock = virtualClock();
  const broken = new Set<Call>(brokenAtFirst);
  const asked: Call[] = [];
  const transport = ({ url }: HttpRequest): Promise<HttpResult> => {
    const call = calls.find((one) => url.includes(one));
    if (call !== undefined) asked.push(call);
    if (call === undefined || broken.has(call)) {
      return Promise.resolve({ kind: 'lost', why: 'timeout', code: 'ETIMEDOUT' });
    }
    const response = { status: { success: 'true', code: 200, message: 'Success' }, ...answers[call] };
    return Promise.resolve({
      kind: 'answer',
      status: 200,
      headers: { 'x-cap-requestid': 'r-1' },
      body: JSON.stringify(call.startsWith('v2/') ? answers[call] : { response }),
    });
  };
  const till = await openTill({
    dataDir: newFolder(t),
    config: parseMachineConfig(
      {
        api: { url: 'http://127.0.0.1:9' },
        auth: { method: 'basic', till: 'store123' },
        store: { timeZone: 'Asia/Kolkata' },
        org: { allowMobileFill: true, allowEmailFill: true, allowExternalIdFill: false },
      },
      'test',
    ),
    mode: 'live',
    host: 'preview',
    version: '0.0.0-test',
    secrets: secretsInMemory({ 'api-secret': 'secret' }),
    transport,
    clock,
    random: seededRandom(1),
    log: silentLog,
    practice: null,
  });
  t.after(() => till.close());
  await clock.settle();
  return { till, clock, asked, broken };
}

it('an allow-fill key that the server does not tell follows the config, one by one', async (t) => {
  const { till } = await openAt(t, []);
  const { policy } = await till.handlers['org.view'](undefined);
  assert.deepEqual(policy.allowFill, { mobile: true, email: false, externalId: false });
});

for (const missing of ['v2/extendedFields', 'organization/customfields'] as const) {
  it(`a form whose ${missing} never came is not up to date: it is asked for again within the hour`, async (t) => {
    const { till, clock, broken } = await openAt(t, [missing]);
    const halves = await till.handlers['org.view'](undefined);
    assert.equal(halves.fields.length, 1);
    assert.equal(halves.fieldsAsOfMs, null);

    broken.clear();
    await clock.pass(hourMs);
    const whole = await till.handlers['org.view'](undefined);
    assert.deepEqual(
      whole.fields.map(({ name }) => name),
      ['age', 'gender'],
    );
    assert.equal(whole.fieldsAsOfMs, clock.wallMs());
  });
}

it('a staff list that did not come is asked for again within the hour, without the rest', async (t) => {
  const { till, clock, asked, broken } = await openAt(t, ['store/staff']);
  assert.deepEqual(await till.handlers['staff.list'](undefined), []);

  broken.clear();
  asked.length = 0;
  await clock.pass(hourMs);
  assert.deepEqual(
    (await till.handlers['staff.list'](undefined)).map(({ code }) => code),
    ['S1'],
  );
  assert.deepEqual(asked, ['store/staff']);
});

it('what came is asked for again after a day, and not before', async (t) => {
  const { clock, asked } = await openAt(t, []);
  assert.deepEqual([...asked].sort(), [...calls].sort());
  asked.length = 0;
  await clock.pass(23 * hourMs);
  assert.deepEqual(asked, []);
  await clock.pass(2 * hourMs);
  assert.deepEqual([...asked].sort(), [...calls].sort());
});
