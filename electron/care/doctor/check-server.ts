/** Checks that the server is the loyalty API, recognises this till, and permits the calls it needs. */

import type { MachineConfig } from '../../config/machine-config.ts';
import { type Auth, createAuth } from '../../loyalty-api/auth.ts';
import { createLoyaltyApi } from '../../loyalty-api/client.ts';
import type { LoyaltyApi } from '../../loyalty-api/loyalty-api.ts';
import { readTillSecret } from '../../loyalty-api/till-secret.ts';
import type { Transport } from '../../loyalty-api/transport.ts';
import type { Clock } from '../../machine/clock.ts';
import type { Secrets } from '../../machine/secrets.ts';
import { fillableIdentifiers } from '../../model/customer.ts';
import { definitionLimits, type ServerPolicy } from '../../model/definitions.ts';
import type { ReadOutcome } from '../../model/outcome.ts';
import { longestPattern, type PatternTrouble, patternTrouble } from '../../model/pattern.ts';
import { act, type DraftFinding, fine, look } from './finding.ts';

export type CheckServer = {
  readonly config: MachineConfig;
  readonly secrets: Secrets;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly version: string;
  readonly timeoutMs: number;
};

const skewShownMs = 5 * 60_000;

/** Without credentials, a refusal still proves that this is the loyalty API, and does not count as a wrong password. */
const nobodysAuth: Auth = {
  headers: () => Promise.resolve({ kind: 'ready', headers: {} }),
  renewed: () => Promise.resolve(null),
  logIn: null,
};

export async function checkServer(options: CheckServer): Promise<DraftFinding[]> {
  const { config, secrets, clock } = options;
  let code = '';
  const transport: Transport = async (request) => {
    const result = await options.transport(request);
    code = result.kind === 'answer' ? `HTTP ${result.status}` : result.code;
    return result;
  };
  const shared = {
    baseUrl: config.api.url,
    transport,
    clock,
    userAgent: `Tillside/${options.version}`,
    timeoutMs: options.timeoutMs,
    language: new Intl.Locale(config.store.locale).language,
    timeZone: config.store.timeZone,
  };
  const stored = readTillSecret(secrets, config.auth.method);
  if (stored.kind !== 'value') {
    const found =
      stored.kind === 'absent' ? 'This till has no password yet' : `Cannot read the password: ${stored.why}`;
    const advice = 'Set it with tillside secret set, with TILLSIDE_SECRET at the next start, or in the app.';
    const refusal = await createLoyaltyApi({ ...shared, auth: nobodysAuth }).login();
    const server = loginFindings(refusal, config, code).filter(({ check }) => check === 'server');
    return [...server, act('credentials', found, advice, { stored: false })];
  }
  const auth = createAuth({ ...shared, config: config.auth, secret: stored.value });
  const api = createLoyaltyApi({ ...shared, auth });
  const login = await api.login();
  const entry = loginFindings(login, config, code);
  if (login.kind !== 'found') return entry;
  const { serverTimeMs, organisation, till } = login.value;
  const known = fine(
    'credentials',
    `The server recognises this till as ${till}${organisation === '' ? '' : ` of ${organisation}`}`,
    {
      till,
      organisation,
    },
  );
  const asked = await askAll(api);
  return [
    ...entry,
    known,
    checkClock(serverTimeMs, clock),
    checkPermissions(asked),
    checkOrganisation(asked, config),
    ...checkMarkField(asked, config),
    ...checkDefinitions(asked),
  ];
}

function loginFindings(login: ReadOutcome<unknown>, config: MachineConfig, code: string): DraftFinding[] {
  const { url } = config.api;
  switch (login.kind) {
    case 'found':
      return [fine('server', `${url} answers as the loyalty API`, { url })];
    case 'held':
      return [
        fine('server', `${url} answers as the loyalty API`, { url }),
        login.why === 'credentials'
          ? act(
              'credentials',
              `The server refused the ${config.auth.method === 'basic' ? 'till or its password' : 'OAuth key or its secret'} (request id ${login.answer.requestId ?? 'none'})`,
              'Check auth in the config, then set the secret again: tillside secret set, or TILLSIDE_SECRET at the next start.',
              { refused: true, requestId: login.answer.requestId },
            )
          : act(
              'permissions',
              `The server recognises this till but denied access (request id ${login.answer.requestId ?? 'none'})`,
              'Ask the loyalty programme team to give this till access to the API.',
              { requestId: login.answer.requestId },
            ),
      ];
    case 'failed':
      return [cannotReach(url, login.why, code)];
    default:
      return [
        act(
          'server',
          `${url} answers, but not as the loyalty API (${code})`,
          'Check api.url (or api.cluster) in the config.',
          { url, code },
        ),
      ];
  }
}

/** Something answered, but in a form that Tillside does not accept. */
const answerTroubles: { readonly [code: string]: readonly [found: string, advice: string] } = {
  ENCODED: [
    'answers with a compressed body, which Tillside does not ask for',
    'Something between this machine and the server compresses answers: ask the network team not to change them.',
  ],
  BODY_TOO_LONG: [
    'answers with more than 5 MB',
    'Check api.url in the config. If it is right, ask the loyalty programme team what the server sends.',
  ],
  CUT: [
    'answers, but the answer is cut off',
    'Something between this machine and the server cuts the connection: ask the network team.',
  ],
};

function cannotReach(url: string, why: string, code: string): DraftFinding {
  const facts = { url, why, code };
  const found = `Cannot reach ${url}: ${why} (${code})`;
  const answered = answerTroubles[code];
  if (answered !== undefined) return act('server', `${url} ${answered[0]} (${code})`, answered[1], facts);
  const cable = 'Check the cable, network and firewall. If other machines can reach it, check api.url in the config.';
  switch (why) {
    case 'tls':
      return act('server', found, { see: ['tls', 'proxy'], otherwise: certificateAdvice }, facts);
    case 'name-not-found':
      return act('server', found, { see: ['dns', 'proxy'], otherwise: cable }, facts);
    case 'proxy':
      return act('server', found, { see: ['proxy'], otherwise: 'Ask the network team about the proxy.' }, facts);
    case 'sign-in-page':
      return act(
        'server',
        `The network requires sign-in: something else answered at ${url} (${code})`,
        'Open a browser on this machine and sign in to the network, or check api.url in the config.',
        facts,
      );
    case 'busy':
      return look('server', found, 'The server is busy. Tillside will retry automatically.', facts);
    case 'gateway-refused':
      return act(
        'server',
        `Something between this machine and the server rejects the request (${code})`,
        'Let Tillside’s requests through the firewall or gateway, or check api.url in the config.',
        facts,
      );
    case 'unreadable-answer':
    case 'server-error':
      return act(
        'server',
        found,
        'Check api.url in the config. If it is right, ask the team that runs the server.',
        facts,
      );
    default:
      return act('server', found, { see: ['proxy', 'dns', 'tls'], otherwise: cable }, facts);
  }
}

const certificateAdvice = "Check this machine's date, and api.url in the config.";

function checkClock(serverTimeMs: number | null, clock: Clock): DraftFinding {
  if (serverTimeMs === null) return fine('clock', 'Not available with OAuth');
  const skewMs = clock.wallMs() - serverTimeMs;
  const seconds = Math.round(Math.abs(skewMs) / 1000);
  const facts = { skewSeconds: Math.round(skewMs / 1000) };
  if (Math.abs(skewMs) <= skewShownMs) return fine('clock', `Within ${seconds} s of the server`, facts);
  return look(
    'clock',
    `${Math.round(seconds / 60)} minutes ${skewMs > 0 ? 'ahead of' : 'behind'} the server`,
    "Sync this machine's clock (NTP). Until then, ages on screen are wrong; nothing is lost.",
    facts,
  );
}

/** A user id that nobody has, to find out if the call is permitted. */
const nobody = { type: 'userId', value: '0' } as const;

type Asked = Awaited<ReturnType<typeof askAll>>;

/** One call at a time, to leave the till's request budget to its own work. */
async function askAll(api: LoyaltyApi) {
  return {
    'customer/get': await api.getCustomer(nobody),
    'organization/configs': await api.orgPolicy(),
    'organization/customfields': await api.customFields(),
    extendedFields: await api.extendedFields(),
    'store/staff': await api.staff(),
  } as const;
}

function checkPermissions(asked: Asked): DraftFinding {
  const permissions = Object.fromEntries(Object.entries(asked).map(([name, outcome]) => [name, mayAsk(outcome)]));
  const of = (answer: Permission) => Object.keys(permissions).filter((name) => permissions[name] === answer);
  const refused = of('refused');
  const found = [
    ...(['allowed', 'refused', 'no answer'] as const)
      .filter((answer) => of(answer).length > 0)
      .map((answer) => `${answer}: ${of(answer).join(', ')}`),
    'not tried because it would change a customer: customer/update',
  ].join('; ');
  if (refused.includes('customer/get')) {
    return act(
      'permissions',
      `${capital(found)}. Without customer/get, uncertain changes can't be checked automatically and need staff.`,
      'Ask the loyalty programme team to allow the refused calls for this till.',
      permissions,
    );
  }
  if (refused.length > 0 || of('no answer').length > 0) {
    const advice =
      refused.length > 0
        ? "Ask the loyalty programme team to allow the refused calls, so that the form follows the organisation's settings."
        : 'Some calls got no answer. Run this again; if it stays, ask the team that runs the server.';
    return look('permissions', capital(found), advice, permissions);
  }
  return fine('permissions', capital(found), permissions);
}

type Permission = 'allowed' | 'refused' | 'no answer';

/** "Not found" proves that the call is permitted. */
function mayAsk(outcome: ReadOutcome<unknown>): Permission {
  if (outcome.kind === 'held') return 'refused';
  return outcome.kind === 'failed' ? 'no answer' : 'allowed';
}

function checkOrganisation(asked: Asked, config: MachineConfig): DraftFinding {
  const policy = asked['organization/configs'];
  if (policy.kind !== 'found') {
    return look(
      'organisation',
      'Could not read its settings, so the org section of the config applies',
      { see: ['permissions'], otherwise: 'Run tillside doctor again.' },
      {},
    );
  }
  const { primaryIdentifier, allowFill } = policy.value;
  const fills = { allowed: namesOf(allowFill, true), forbidden: namesOf(allowFill, false) };
  const unknown = fillableIdentifiers.filter((name) => allowFill?.[name] === undefined);
  const facts = {
    primaryIdentifier: primaryIdentifier ?? null,
    mayFill: fills.allowed.join(' '),
    mayNotFill: fills.forbidden.join(' '),
    notTold: unknown.join(' '),
  };
  const listed = (words: string, names: readonly string[]) =>
    names.length === 0 ? [] : [`${words} ${names.join(', ')}`];
  const found = [
    `Primary identifier: ${primaryIdentifier ?? 'not known'}`,
    ...listed('can be filled in:', fills.allowed),
    ...listed('cannot:', fills.forbidden),
    ...listed("not known, so the config's org section applies:", unknown),
  ].join('; ');
  if (primaryIdentifier !== undefined && primaryIdentifier !== config.org.primaryIdentifier) {
    return look(
      'organisation',
      `${found}; the config's org.primaryIdentifier says ${config.org.primaryIdentifier}`,
      'Set the same value in the config; it is used until the server has answered.',
      facts,
    );
  }
  return fine('organisation', found, facts);
}

/**
 * Checks the custom field reserved for Tillside's update ids. Without it, an uncertain update is recognised by its
 * fields alone.
 */
function checkMarkField(asked: Asked, { sync: { markField } }: MachineConfig): DraftFinding[] {
  if (markField === null) return [];
  const fields = asked['organization/customfields'];
  if (fields.kind !== 'found') return [];
  const field = fields.value.find(({ name }) => name === markField);
  if (field !== undefined && !field.disabled) {
    return [fine('organisation', `The organisation has the custom field ${markField}`, { markField })];
  }
  return [
    look(
      'organisation',
      `sync.markField names ${markField}, but the organisation has no writable custom field of that name`,
      'Have the field created (a text field of customers), or remove sync.markField from the config. Until then, changes are sent without it.',
      { markField },
    ),
  ];
}

const patternTroubles: { readonly [Trouble in PatternTrouble]: string } = {
  'not-understood': 'uses something that Tillside does not support (such as look-ahead or a back-reference)',
  'too-large': 'repeats too much',
  'too-long': `is longer than ${longestPattern} characters`,
};

/** Finds field definitions that this till cannot follow. The server still enforces them and rejects wrong values. */
function checkDefinitions(asked: Asked): DraftFinding[] {
  const definitions = [asked['organization/customfields'], asked.extendedFields].flatMap((outcome) =>
    outcome.kind === 'found' ? [outcome.value] : [],
  );
  const advice = 'Ask the loyalty programme team to change it. Staff can still save; only the server checks the value.';
  const unused = definitions.flat().flatMap(({ name, kind, pattern }) => {
    const trouble = pattern === null ? null : patternTrouble(pattern.regex);
    const found = `Ignoring the pattern of the ${kind} field "${name}": it`;
    return trouble === null
      ? []
      : [look('organisation', `${found} ${patternTroubles[trouble]}`, advice, { field: name, pattern: trouble })];
  });
  const many = definitions.flatMap((fields) => {
    const [first] = fields;
    if (first === undefined || fields.length < definitionLimits.fields) return [];
    const found = `The organisation has ${fields.length} or more ${first.kind} fields; Tillside uses the first ${fields.length}`;
    return [look('organisation', found, 'Ask the loyalty programme team to remove unused fields.', {})];
  });
  // Hundreds of these would hide everything else.
  return [...unused.slice(0, 10), ...many];
}

function namesOf(allowFill: ServerPolicy['allowFill'], allowed: boolean): string[] {
  return fillableIdentifiers.filter((name) => allowFill?.[name] === allowed);
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
