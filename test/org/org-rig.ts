/** A till with a virtual clock and a server that describes the organisation; single calls can be made to fail. */

import type { TestContext } from 'node:test';
import { parseMachineConfig } from '../../electron/config/machine-config.ts';
import type { HttpRequest, HttpResult } from '../../electron/loyalty-api/transport.ts';
import { silentLog } from '../../electron/machine/log.ts';
import { secretFile } from '../../electron/machine/secret-file.ts';
import { openTill } from '../../electron/open-till.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { seededRandom, virtualClock } from '../helpers/virtual-clock.ts';

/** Every organisation call, by path, with the server's answer. */
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
export type Call = keyof typeof answers;
export const calls: readonly Call[] = [
  'organization/configs',
  'organization/customfields',
  'v2/extendedFields',
  'store/staff',
];

const customer = {
  status: { success: 'true', code: 200 },
  customers: {
    customer: {
      user_id: 7,
      mobile: '919845012345',
      custom_fields: { field: { name: 'shirt', value: 'L' } },
      extended_fields: { field: { name: 'city', value: 'Chennai' } },
      item_status: { success: 'true', code: 1000 },
    },
  },
};

const ok = (body: string): HttpResult => ({ kind: 'answer', status: 200, headers: { 'x-cap-requestid': 'r-1' }, body });

type Settings = { readonly broken?: readonly Call[]; readonly dataDir?: string; readonly staff?: object };

export async function openAt(t: TestContext, settings: Settings = {}) {
  const dataDir = settings.dataDir ?? temporaryFolder();
  const secrets = secretFile(dataDir, null);
  secrets.write('api-secret', 'secret');
  const clock = virtualClock();
  const broken = new Set<Call>(settings.broken);
  const asked: Call[] = [];
  const transport = ({ url }: HttpRequest): Promise<HttpResult> => {
    if (url.includes('customer/get')) return Promise.resolve(ok(JSON.stringify({ response: customer })));
    const call = calls.find((one) => url.includes(one));
    // Staff take two calls, one for each kind.
    if (call !== undefined && !url.includes('type=MANAGER')) asked.push(call);
    if (call === undefined || broken.has(call)) {
      return Promise.resolve({ kind: 'lost', why: 'timeout', code: 'ETIMEDOUT' });
    }
    const response = { status: { success: 'true', code: 200, message: 'Success' }, ...answers[call] };
    return Promise.resolve(ok(JSON.stringify(call.startsWith('v2/') ? answers[call] : { response })));
  };
  const till = await openTill({
    dataDir,
    config: parseMachineConfig(
      {
        api: { url: 'http://127.0.0.1:9' },
        auth: { method: 'basic', till: 'store123' },
        store: { timeZone: 'Asia/Kolkata' },
        staff: { ...settings.staff },
        org: { allowMobileFill: true, allowEmailFill: true, allowExternalIdFill: false },
      },
      'test',
    ),
    mode: 'live',
    host: 'preview',
    version: '0.0.0-test',
    secrets,
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
