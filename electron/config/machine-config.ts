/**
 * The machine config: one JSON file that IT writes, validated with errors that name the path, what was found and what
 * was expected. It never holds a secret.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { readPublicKey } from './public-key.ts';

/** Base URL of each of the vendor's clusters. */
export const clusterUrls = {
  asia1: 'https://apac.api.capillarytech.com',
  asia2: 'https://apac2.api.capillarytech.com',
  eu: 'https://eu.api.capillarytech.com',
  us: 'https://us.api.capillarytech.com',
} as const;

const loopbackHosts = new Set(['localhost', '127.0.0.1', '[::1]']);

function isAllowedUrl(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const url = new URL(value);
  if (url.username !== '' || url.password !== '') return false;
  return url.protocol === 'https:' || (url.protocol === 'http:' && loopbackHosts.has(url.hostname));
}

const webAddress = z
  .string()
  .refine(isAllowedUrl, 'an https address without user or password (plain http only for this machine itself)')
  .transform((value) => value.replace(/\/+$/, ''))
  .meta({ format: 'uri' });

function isTimeZone(value: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: value });
    return true;
  } catch {
    return false;
  }
}

function isLocale(value: string): boolean {
  try {
    return Intl.getCanonicalLocales(value).length === 1;
  } catch {
    return false;
  }
}

const fillable = z.enum(['mobile', 'email', 'externalId']);

const apiSection = z
  .strictObject({
    url: webAddress.optional().describe('Address of the loyalty API; https, or plain http for this machine only.'),
    cluster: z
      .enum(['asia1', 'asia2', 'eu', 'us'])
      .optional()
      .describe("One of the vendor's clusters, in place of url."),
    requestsPerMinute: z
      .number()
      .int()
      .min(1)
      .max(100_000)
      .default(60)
      .describe('Budget of this till. All tills of an organisation share one limit at the server.'),
    maxInFlight: z.number().int().min(1).max(64).default(4).describe('Requests under way at once.'),
    timeoutSeconds: z.number().min(1).max(120).default(15).describe('For one request, from the call to its answer.'),
  })
  .refine((api) => (api.url === undefined) !== (api.cluster === undefined), 'one of "url" and "cluster"')
  .transform(({ url, cluster, ...rest }) => ({
    ...rest,
    url: url ?? clusterUrls[cluster ?? 'eu'],
  }));

const authSection = z.discriminatedUnion('method', [
  z.strictObject({
    method: z.literal('basic').describe('The code of a till and its password.'),
    till: z.string().min(1).describe('Code of the till at the server.'),
  }),
  z.strictObject({
    method: z.literal('oauth').describe('A key and secret of the organisation.'),
    key: z.string().min(1).describe('Key of the OAuth client; its secret is never in this file.'),
    attributeTo: z
      .strictObject({
        type: z.string().min(1).default('TILL').describe('What the code names: TILL, STORE_CODE, STORE_NAME …'),
        code: z.string().min(1).describe('The till or store that updates are attributed to.'),
      })
      .describe('Whose updates these are, since the key is of the whole organisation.'),
  }),
]);

/** Schema of the file. Everything but `api` and `auth` has a default. */
export const machineConfigSchema = z.strictObject({
  $schema: z.string().optional().describe('For editors: where this schema lies.'),
  api: apiSection.meta({
    description: 'The loyalty API: url or cluster, and the pace of this till.',
    oneOf: [{ required: ['url'] }, { required: ['cluster'] }],
  }),
  auth: authSection.describe('Who this till is. Its secret comes by TILLSIDE_SECRET, once, or is typed in the app.'),
  store: z
    .strictObject({
      countryCode: z
        .string()
        .regex(/^[A-Z]{2}$/, 'a country as two capital letters, such as "IN"')
        .default('IN')
        .describe('Country of mobile numbers that are typed without one.'),
      timeZone: z
        .string()
        .refine(isTimeZone, 'an IANA time zone, such as "Asia/Kolkata"')
        .default(() => Intl.DateTimeFormat().resolvedOptions().timeZone)
        .describe("The store's time zone; by default that of the machine."),
      locale: z
        .string()
        .refine(isLocale, 'a language tag, such as "en" or "en-IN"')
        .default('en')
        .describe('Language of the screen, until somebody chooses another.'),
    })
    .prefault({})
    .describe('Where this till stands.'),
  org: z
    .strictObject({
      primaryIdentifier: fillable.default('mobile').describe('What names a customer.'),
      allowMobileFill: z.boolean().default(true).describe('A mobile may be filled in where there is none.'),
      allowEmailFill: z.boolean().default(true).describe('An email may be filled in where there is none.'),
      allowExternalIdFill: z.boolean().default(false).describe('An external id may be filled in where there is none.'),
    })
    .prefault({})
    .describe("Only until the server has told the organisation's own settings."),
  sync: z
    .strictObject({
      readBack: z.boolean().default(true).describe('Read uncertain updates back; needs the call customer/get.'),
      settleSeconds: z.number().min(0).max(600).default(5).describe('Wait before an uncertain update is read back.'),
      resendUnconfirmed: z
        .enum(['after-read-back', 'always'])
        .default('after-read-back')
        .describe('"always" sends an uncertain update once more where it cannot be read back: points may count twice.'),
      checkAfterMinutes: z
        .number()
        .min(0)
        .max(1440)
        .default(5)
        .describe('Updates older than this are compared with the server before they are sent.'),
      markField: z
        .string()
        .min(1)
        .nullable()
        .default(null)
        .describe('A custom field reserved for Tillside: each update writes its id there, so that it is surely known.'),
    })
    .prefault({})
    .describe('How updates are sent and made sure of.'),
  staff: z
    .strictObject({
      required: z.boolean().default(false).describe('Nobody saves without having signed in.'),
      signOutAfterMinutes: z
        .number()
        .min(1)
        .max(1440)
        .default(15)
        .describe('Whoever is signed in is signed out when nothing was touched for this long.'),
    })
    .prefault({})
    .describe('Who is at the till.'),
  scanner: z
    .strictObject({
      prefix: z.string().max(20).default('').describe('What the card reader of this till puts before each code.'),
      suffix: z.string().max(20).default('').describe('What it puts after each code, besides Enter or Tab.'),
    })
    .prefault({})
    .describe('Only where the card reader adds something of its own.'),
  data: z
    .strictObject({
      retentionDays: z
        .number()
        .int()
        .min(1)
        .max(3650)
        .default(365)
        .describe('Customers not seen for this long, and updates settled this long ago, leave the till.'),
    })
    .prefault({})
    .describe('How long the till keeps what.'),
  rescue: z
    .strictObject({
      publicKey: z
        .string()
        .refine((text) => readPublicKey(text) !== null, 'an X25519 public key in base64 (README, "Rescue")')
        .nullable()
        .default(null)
        .describe("IT's X25519 public key in base64: rescue files are sealed for it, and nobody types a passphrase."),
    })
    .prefault({})
    .describe('For a till that dies with unsent updates.'),
  update: z
    .strictObject({
      feedUrl: webAddress.nullable().default(null).describe("IT's own feed of new versions."),
      channel: z.string().min(1).default('stable').describe('Which line of versions of the feed.'),
    })
    .prefault({})
    .describe('Where new versions come from.'),
  health: z
    .strictObject({
      heartbeatUrl: webAddress
        .nullable()
        .default(null)
        .describe('Gets a JSON message of counts and ages, never of customer data.'),
      heartbeatMinutes: z.number().min(1).max(1440).default(15).describe('How often the heartbeat is sent.'),
      metricsFile: z
        .string()
        .min(1)
        .nullable()
        .default(null)
        .describe('A file for the textfile collector of a Prometheus exporter, written every minute.'),
    })
    .prefault({})
    .describe("What the till tells IT's own monitoring."),
  log: z
    .strictObject({
      level: z
        .enum(['error', 'warn', 'info', 'debug'])
        .default('info')
        .describe('How much the log says. At every level: ids, codes, counts and times, never customer data.'),
    })
    .prefault({})
    .describe('The log of the services, in the folder logs of the data.'),
});

export type MachineConfig = z.output<typeof machineConfigSchema>;

/** One thing wrong with the config, in words for whoever edits the file. */
export type ConfigProblem = {
  readonly path: string;
  readonly found: string;
  readonly expected: string;
};

export class MachineConfigError extends Error {
  readonly file: string;
  readonly problems: readonly ConfigProblem[];
  constructor(file: string, problems: readonly ConfigProblem[]) {
    const lines = problems.map(({ path, found, expected }) => `  ${path}: found ${found}, expected ${expected}`);
    super(`Tillside cannot use the config ${file}:\n${lines.join('\n')}`);
    this.file = file;
    this.problems = problems;
  }
}

function valueAt(root: unknown, keys: readonly PropertyKey[]): unknown {
  let value = root;
  for (const key of keys) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = Reflect.get(value, key);
  }
  return value;
}

function describe(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

function isSecretName(key: string): boolean {
  return /secret|password|token/i.test(key);
}

function expectation(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `a value of type ${issue.expected}`;
    case 'invalid_value':
      return `one of ${issue.values.map((value) => JSON.stringify(value)).join(', ')}`;
    case 'invalid_union':
      return issue.discriminator === 'method' ? 'one of "basic", "oauth"' : 'one of the known forms';
    case 'too_small':
      return issue.origin === 'string' ? 'some text' : `${issue.minimum} or more`;
    case 'too_big':
      return `${issue.maximum} or less`;
    default:
      return issue.message;
  }
}

function problemsOf(error: z.ZodError, root: unknown): ConfigProblem[] {
  return error.issues.flatMap((issue): ConfigProblem[] => {
    const at = issue.path.map(String).join('.');
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({
        path: at === '' ? key : `${at}.${key}`,
        // A secret that somebody put into the file is never repeated on a screen or in a log.
        found: isSecretName(key) ? 'a secret, which must not be in this file' : 'a key that is not known',
        expected: isSecretName(key) ? 'the secret in TILLSIDE_SECRET, once, or typed in the app' : 'no such key',
      }));
    }
    return [
      {
        path: at === '' ? '(the file)' : at,
        found: describe(valueAt(root, issue.path)),
        expected: expectation(issue),
      },
    ];
  });
}

/**
 * Checks a parsed config.
 * @throws MachineConfigError naming every problem at once
 */
export function parseMachineConfig(raw: unknown, file: string): MachineConfig {
  const parsed = machineConfigSchema.safeParse(raw);
  if (!parsed.success) throw new MachineConfigError(file, problemsOf(parsed.error, raw));
  return parsed.data;
}

/**
 * Reads and checks a config file.
 * @throws MachineConfigError also where the file cannot be read or is not JSON
 */
export function readMachineConfig(file: string): MachineConfig {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw new MachineConfigError(file, [
      {
        path: '(the file)',
        found: `it cannot be read (${code})`,
        expected: 'a readable file',
      },
    ]);
  }
  let raw: unknown;
  try {
    raw = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    const where = error instanceof Error ? error.message : 'not JSON';
    // V8 quotes a piece of the text in its message; only the place is of use, and the piece could be a secret.
    const place = /position \d+( \(line \d+ column \d+\))?/.exec(where)?.[0] ?? 'the end of the text';
    throw new MachineConfigError(file, [
      {
        path: '(the file)',
        found: `a mistake at ${place}`,
        expected: 'valid JSON',
      },
    ]);
  }
  return parseMachineConfig(raw, file);
}

/** Where IT's config lies when neither `--config` nor `TILLSIDE_CONFIG` names one. */
export function machineWideConfigPath(platform: NodeJS.Platform, env: { readonly ProgramData?: string }): string {
  if (platform === 'win32') return path.win32.join(env.ProgramData ?? 'C:\\ProgramData', 'Tillside', 'config.json');
  if (platform === 'darwin') return '/Library/Application Support/Tillside/config.json';
  return '/etc/tillside/config.json';
}
