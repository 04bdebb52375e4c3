/** The sections of the machine config, with their defaults and rules. No section may hold a secret. */
import path, { isAbsolute } from 'node:path';
import { isSupportedCountry } from 'libphonenumber-js';
import { z } from 'zod';
import { isPinHash } from './pin-hash.ts';
import { readPublicKey, readSigningKey } from './public-key.ts';
import { staffRole } from './staff-role.ts';
import { isVisible, word } from './words.ts';

/** Base URL of each of the vendor's clusters. */
const clusterUrls = {
  asia1: 'https://apac.api.capillarytech.com',
  asia2: 'https://apac2.api.capillarytech.com',
  eu: 'https://eu.api.capillarytech.com',
  us: 'https://us.api.capillarytech.com',
} as const;

const loopbackHosts = new Set(['localhost', '127.0.0.1', '[::1]']);

/** @returns what is expected instead of this address; null: the address is fine */
function addressProblem(value: string, mayHaveQuery: boolean): string | null {
  if (/[\s\p{C}\\]/u.test(value)) return 'an address without spaces, backslashes or control characters';
  const url = URL.parse(value);
  if (url === null) return 'an https address, such as https://eu.api.capillarytech.com';
  if (url.username !== '' || url.password !== '' || /^[a-z]+:\/*[^/]*@/i.test(value)) {
    return 'an https address without user or password';
  }
  const isSafe = url.protocol === 'https:' || (url.protocol === 'http:' && loopbackHosts.has(url.hostname));
  if (!isSafe) return 'an https address (plain http only for this machine itself)';
  if (value.includes('#')) return 'an address without "#", which is never sent to a server';
  if (!mayHaveQuery && value.includes('?')) return 'an address without "?", because Tillside appends paths';
  return null;
}

/** @param mayHaveQuery false if Tillside appends paths */
function address(mayHaveQuery: boolean) {
  return z
    .string()
    .max(2000)
    .superRefine((value, context) => {
      const message = addressProblem(value, mayHaveQuery);
      if (message !== null) context.addIssue({ code: 'custom', message });
    })
    .transform((value) => (mayHaveQuery ? value : value.replace(/\/+$/, '')))
    .meta({ format: 'uri' });
}

const baseAddress = address(false);

function isFeedPlace(value: string): boolean {
  if (/^[a-z]+:\/\//i.test(value)) return addressProblem(value, false) === null;
  return isVisible(value) && isFullPath(value);
}

/** On any platform, because a config may be written and checked on another machine. */
function isFullPath(value: string): boolean {
  return path.posix.isAbsolute(value) || path.win32.isAbsolute(value);
}

export function isTimeZone(value: string): boolean {
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
    url: baseAddress.optional().describe('URL of the loyalty API: https, or plain http for this machine only.'),
    cluster: z
      .enum(['asia1', 'asia2', 'eu', 'us'])
      .optional()
      .describe("One of the vendor's clusters, instead of url."),
    requestsPerMinute: z
      .number()
      .int()
      .min(1)
      .max(100_000)
      .default(60)
      .describe('Request limit for this till. All tills of an organisation share one limit at the server.'),
    sharedLimit: z
      .strictObject({
        callsPerMinute: z
          .number()
          .int()
          .min(1)
          .max(100_000)
          .describe('How many calls a minute the server takes from all tills together.'),
        tills: z.number().int().min(1).max(1_000_000).describe('How many tills share it.'),
      })
      .nullable()
      .default(null)
      .describe(
        'The limit that all tills of the organisation share. Set it from about 300 tills on: one till cannot find out such ' +
          'a small share by trying. After an outage, each till then sends what waited at its share, which may take hours; ' +
          'a save at the counter still goes at once. null: each till slows down when the server refuses.',
      ),
    maxInFlight: z.number().int().min(1).max(64).default(4).describe('Most requests at the same time.'),
    timeoutSeconds: z.number().min(1).max(120).default(15).describe('How long to wait for an answer.'),
  })
  .refine((api) => (api.url === undefined) !== (api.cluster === undefined), 'one of "url" and "cluster"')
  .transform(({ url, cluster, ...rest }) => ({
    ...rest,
    url: url ?? clusterUrls[cluster ?? 'eu'],
  }));

const authSection = z.discriminatedUnion('method', [
  z.strictObject({
    method: z.literal('basic').describe("Sign in with the till's code and password."),
    till: word()
      .refine((code) => !code.includes(':'), 'a code without a colon, which basic authentication does not allow')
      .describe("The till's code at the server."),
  }),
  z.strictObject({
    method: z.literal('oauth').describe("Sign in with the organisation's OAuth key and secret."),
    key: word().describe('Key of the OAuth client. Its secret is never in this file.'),
    attributeTo: z
      .strictObject({
        type: word().default('TILL').describe('What the code stands for: TILL, STORE_CODE, STORE_NAME …'),
        code: word().describe('The till or store that changes are attributed to.'),
      })
      .describe('The till or store to attribute changes to, because the key belongs to the whole organisation.'),
  }),
]);

/** The config file. Everything but `api` and `auth` has a default. */
export const machineConfigSchema = z.strictObject({
  $schema: z.string().optional().describe('For editors: location of this schema.'),
  api: apiSection.meta({
    description: 'The loyalty API: url or cluster, and the limits for this till.',
    oneOf: [{ required: ['url'] }, { required: ['cluster'] }],
  }),
  auth: authSection.describe(
    'How this till signs in. Set its secret once with tillside secret set, TILLSIDE_SECRET or in the app.',
  ),
  store: z
    .strictObject({
      code: word(100).nullable().default(null).describe('Your own code for the store, for your monitoring.'),
      countryCode: z
        .string()
        .regex(/^[A-Z]{2}$/, { error: 'a country as two capital letters, such as "IN"', abort: true })
        // An unknown one ("UK" for "GB") would leave every mobile without its country code.
        .refine(isSupportedCountry, 'a country of the ISO list, such as "IN", or "GB" for the United Kingdom')
        .default('IN')
        .describe('Country of mobile numbers typed without a country code.'),
      timeZone: z
        .string()
        .refine(isTimeZone, 'an IANA time zone, such as "Asia/Kolkata"')
        .default(() => Intl.DateTimeFormat().resolvedOptions().timeZone)
        .describe("The store's time zone. Default: the machine's."),
      locale: z
        .string()
        .refine(isLocale, 'a language tag, such as "en" or "en-IN"')
        .default('en')
        .describe('Language of the screen until somebody chooses another.'),
    })
    .prefault({})
    .describe('The store of this till.'),
  org: z
    .strictObject({
      primaryIdentifier: fillable.default('mobile').describe('The identifier that customers are known by.'),
      allowMobileFill: z.boolean().default(true).describe('Staff can add a mobile if the customer has none.'),
      allowEmailFill: z.boolean().default(true).describe('Staff can add an email if the customer has none.'),
      allowExternalIdFill: z
        .boolean()
        .default(false)
        .describe('Staff can add an external ID if the customer has none.'),
    })
    .prefault({})
    .describe("Applies until the server has sent the organisation's settings."),
  sync: z
    .strictObject({
      readBack: z
        .boolean()
        .default(true)
        .describe('Check with the server whether an uncertain change arrived. Needs permission for customer/get.'),
      settleSeconds: z
        .number()
        .min(0)
        .max(600)
        .default(5)
        .describe('Wait this long before checking an uncertain change.'),
      slowServerSeconds: z
        .number()
        .min(0)
        .max(3600)
        .default(75)
        .describe(
          'A slow server may still apply a change this long after it gave no answer. No change is sent again before that.',
        ),
      resendUnconfirmed: z
        .enum(['after-read-back', 'always'])
        .default('after-read-back')
        .describe(
          '"always" sends an uncertain change again even if it cannot be checked: points may be awarded twice.',
        ),
      checkAfterMinutes: z
        .number()
        .min(0)
        .max(1440)
        .default(5)
        .describe('Changes older than this are compared with the server before they are sent.'),
      markField: word(180)
        .nullable()
        .default(null)
        .describe(
          'A custom field reserved for Tillside. Each change writes its id there, which proves that it arrived.',
        ),
    })
    .prefault({})
    .describe('How changes are sent and checked.'),
  staff: z
    .strictObject({
      required: z.boolean().default(false).describe('Staff must sign in before they can save.'),
      signOutAfterMinutes: z
        .number()
        .min(1)
        .max(1440)
        .default(15)
        .describe('Sign staff out after this long without activity.'),
      roles: z
        .strictObject({
          associate: staffRole('Associates, and anyone who is not signed in.'),
          manager: staffRole('Managers.'),
        })
        .prefault({})
        .describe('Who can change what at this till. A staff code is not a password.'),
    })
    .prefault({})
    .describe('Staff sign-in and roles.'),
  scanner: z
    .strictObject({
      prefix: z.string().max(20).default('').describe('What the card reader adds before each code.'),
      suffix: z
        .string()
        .max(20)
        .default('')
        .describe('What the card reader adds after each code, besides Enter or Tab.'),
    })
    .prefault({})
    .describe('Only needed if the card reader adds something to each code.'),
  admin: z
    .strictObject({
      pin: z
        .string()
        .refine(isPinHash, 'what "tillside admin pin" prints')
        .nullable()
        .default(null)
        .describe(
          'Required before any action on screen that moves, deletes or reveals data. Made by tillside admin pin.',
        ),
      managers: z.boolean().default(false).describe('Signed-in managers can do this without the PIN.'),
    })
    .prefault({})
    .describe('Who can do IT tasks at this till. Without this section, anyone can.'),
  data: z
    .strictObject({
      retentionDays: z
        .number()
        .int()
        .min(1)
        .max(3650)
        .default(365)
        .describe('Remove customers who were not opened, and changes that were closed, this long ago.'),
      showRecent: z
        .boolean()
        .default(true)
        .describe(
          'Before a search, list the customers who were served last at this till. Signing out clears the list.',
        ),
    })
    .prefault({})
    .describe('What data the till keeps, and for how long.'),
  region: z
    .strictObject({
      feed: z
        .string()
        .max(2000)
        .refine(isFeedPlace, 'an https address, or the full path of a folder or share')
        .transform((value) => value.replace(/(?<=.)\/+$/, ''))
        .nullable()
        .default(null)
        .describe(
          "Where to get the region's customers, as published by tillside region publish: an https address, a folder or a share.",
        ),
      everyHours: z.number().min(1).max(720).default(24).describe('How often the till checks the feed.'),
      at: z
        .string()
        .regex(/^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$/, 'two times of the day, such as "03:00-06:00"')
        .nullable()
        .default(null)
        .describe(
          'Time window in store time. Each till picks a random moment in it. A till that was closed then checks later.',
        ),
      publicKey: z
        .string()
        .refine((text) => readSigningKey(text) !== null, 'an Ed25519 public key in base64')
        .nullable()
        .default(null)
        .describe("The feed's Ed25519 public key in base64. Data without its signature is not imported."),
    })
    .prefault({})
    .describe("The feed of the region's customers."),
  rescue: z
    .strictObject({
      publicKey: z
        .string()
        .refine((text) => readPublicKey(text) !== null, 'an X25519 public key in base64 (README, "Rescue")')
        .nullable()
        .default(null)
        .describe(
          "IT's X25519 public key in base64. Rescue files are encrypted with it, so nobody has to type a passphrase.",
        ),
      copyTo: word(1000)
        // A relative path would mean a different folder for each program that starts Tillside.
        .refine(isFullPath, 'the full path of a folder or share')
        .nullable()
        .default(null)
        .describe(
          'A folder or share for all tills. Each till keeps an encrypted copy of its unsent changes there (README, "Rescue").',
        ),
      copyAfterSeconds: z
        .number()
        .min(1)
        .max(60)
        .default(20)
        .describe('Write the copy this long after a save. Changes that are sent sooner are not copied.'),
      copyBackup: z
        .boolean()
        .default(false)
        .describe('Also keep the newest backup in that folder, encrypted like the data.'),
      escrow: z
        .boolean()
        .default(false)
        .describe(
          "Whether the recovery key is kept for you too, encrypted with publicKey: in the till's data folder and in copyTo.",
        ),
    })
    .prefault({})
    .describe('For rescuing unsent changes from a dead till.'),
  update: z
    .strictObject({
      feedUrl: baseAddress.nullable().default(null).describe('URL of your feed of new versions.'),
      channel: z
        .string()
        .regex(/^[\w.-]{1,50}$/, 'a word of letters, digits, ".", "-" and "_"')
        .default('stable')
        .describe('Release channel in the feed.'),
    })
    .prefault({})
    .describe('Where new versions come from.'),
  health: z
    .strictObject({
      heartbeatUrl: address(true)
        .nullable()
        .default(null)
        .describe('URL that receives a JSON message of counts and times, never customer data.'),
      heartbeatMinutes: z.number().min(1).max(1440).default(15).describe('How often the heartbeat is sent.'),
      metricsFile: word(1000)
        .refine((file) => isAbsolute(file), 'the full path of a file')
        .nullable()
        .default(null)
        .describe('A file for the textfile collector of a Prometheus exporter, written every minute.'),
      otlp: z
        .strictObject({
          url: address(true)
            .nullable()
            .default(null)
            .describe(
              'URL that receives the same numbers every minute as OTLP over HTTP (JSON). It ends in /v1/metrics.',
            ),
        })
        .prefault({})
        .describe('An OpenTelemetry receiver. To store a header for it, use tillside secret set --otlp.'),
    })
    .prefault({})
    .describe('What the till reports to your monitoring.'),
  log: z
    .strictObject({
      level: z
        .enum(['error', 'warn', 'info', 'debug'])
        .default('info')
        .describe(
          'How detailed the log is. At every level it holds ids, codes, counts and times, never customer data.',
        ),
    })
    .prefault({})
    .describe('The log, in the logs folder of the data.'),
});
