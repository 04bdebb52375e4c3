/** The sections of the machine config with their defaults and rules. None of them ever holds a secret. */
import path, { isAbsolute } from 'node:path';
import { z } from 'zod';
import { isFieldKey } from '../model/customer.ts';
import { isPinHash } from './pin-hash.ts';
import { readPublicKey, readSigningKey } from './public-key.ts';

/** Base URL of each of the vendor's clusters. */
const clusterUrls = {
  asia1: 'https://apac.api.capillarytech.com',
  asia2: 'https://apac2.api.capillarytech.com',
  eu: 'https://eu.api.capillarytech.com',
  us: 'https://us.api.capillarytech.com',
} as const;

const loopbackHosts = new Set(['localhost', '127.0.0.1', '[::1]']);

/** What no name, code or address holds that works: neither end nor inside can be seen in an editor. */
const unseen = /^\s|\s$|[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;
const isVisible = (value: string) => !unseen.test(value);
const visibleOnly = 'a text without spaces at its ends and without control or invisible characters';

/** A name or a code of one line. */
function word(longest = 200) {
  return z.string().min(1).max(longest).refine(isVisible, visibleOnly);
}

/** Why an address cannot be used, as what is expected in its place; null: it can. */
function addressProblem(value: string, mayHaveQuery: boolean): string | null {
  if (/[\s\p{C}\\]/u.test(value)) return 'an address without spaces, backslashes or control characters';
  const url = URL.parse(value);
  if (url === null) return 'an https address, such as https://eu.api.capillarytech.com';
  if (url.username !== '' || url.password !== '' || /^[a-z]+:\/*[^/]*@/i.test(value)) {
    return 'an https address without user or password';
  }
  const isSafe = url.protocol === 'https:' || (url.protocol === 'http:' && loopbackHosts.has(url.hostname));
  if (!isSafe) return 'an https address (plain http only for this machine itself)';
  if (value.includes('#')) return 'an address without "#", which no server ever sees';
  if (!mayHaveQuery && value.includes('?')) return 'an address without "?": paths are put behind it';
  return null;
}

/** @param mayHaveQuery false where Tillside puts a path behind it */
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

/** A path is whole on this system or, in a config that is written elsewhere, on the till's. */
function isFeedPlace(value: string): boolean {
  if (/^[a-z]+:\/\//i.test(value)) return addressProblem(value, false) === null;
  return isVisible(value) && (path.posix.isAbsolute(value) || path.win32.isAbsolute(value));
}

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

/** One field, or all of a kind as "custom.*". */
const families = ['subscription.*', 'custom.*', 'extended.*'];
const changeable = word().refine(
  (key) => families.includes(key) || isFieldKey(key),
  'a field, such as "email" or "custom.size", or all of a kind, as "custom.*"',
);

function role(about: string) {
  return z
    .strictObject({
      mayChange: z
        .array(changeable)
        .max(500)
        .nullable()
        .default(null)
        .describe(
          'The only fields that they may change, such as "email", "custom.size" or "subscription.*"; null: all.',
        ),
    })
    .prefault({})
    .describe(about);
}

const fillable = z.enum(['mobile', 'email', 'externalId']);

const apiSection = z
  .strictObject({
    url: baseAddress.optional().describe('Address of the loyalty API; https, or plain http for this machine only.'),
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
    till: word()
      .refine((code) => !code.includes(':'), 'a code without a colon, which ends the name in basic authentication')
      .describe('Code of the till at the server.'),
  }),
  z.strictObject({
    method: z.literal('oauth').describe('A key and secret of the organisation.'),
    key: word().describe('Key of the OAuth client; its secret is never in this file.'),
    attributeTo: z
      .strictObject({
        type: word().default('TILL').describe('What the code names: TILL, STORE_CODE, STORE_NAME …'),
        code: word().describe('The till or store that updates are attributed to.'),
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
      code: word(100).nullable().default(null).describe('Your own name of the store, for your monitoring.'),
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
      slowServerSeconds: z
        .number()
        .min(0)
        .max(3600)
        .default(75)
        .describe('The server may still write an update this long after it gave no answer; none goes again before.'),
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
      markField: word(180)
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
      roles: z
        .strictObject({
          associate: role('Of associates, and of whoever has not signed in.'),
          manager: role('Of managers.'),
        })
        .prefault({})
        .describe('What may be changed at this till, and by whom. A staff code is no password.'),
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
  admin: z
    .strictObject({
      pin: z
        .string()
        .refine(isPinHash, 'what "tillside admin pin" prints')
        .nullable()
        .default(null)
        .describe(
          'Asked for before anything on screen that moves, deletes or reveals data: made by tillside admin pin.',
        ),
      managers: z.boolean().default(false).describe('A manager who has signed in may do so without the PIN.'),
    })
    .prefault({})
    .describe('Who may do what only IT should do. Without it everybody at the till may.'),
  data: z
    .strictObject({
      retentionDays: z
        .number()
        .int()
        .min(1)
        .max(3650)
        .default(365)
        .describe('Customers not seen for this long, and updates settled this long ago, leave the till.'),
      showRecent: z
        .boolean()
        .default(true)
        .describe(
          'Before anybody searches, list who was served last at this till. The list is empty after a sign-out.',
        ),
    })
    .prefault({})
    .describe('How long the till keeps what.'),
  region: z
    .strictObject({
      feed: z
        .string()
        .max(2000)
        .refine(isFeedPlace, 'an https address, or the whole path of a folder or share')
        .transform((value) => value.replace(/(?<=.)\/+$/, ''))
        .nullable()
        .default(null)
        .describe(
          "Where the region's customers lie, as tillside region publish writes them: an https address, a folder or a share.",
        ),
      everyHours: z.number().min(1).max(720).default(24).describe('How often the till looks there.'),
      at: z
        .string()
        .regex(/^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$/, 'two times of the day, such as "03:00-06:00"')
        .nullable()
        .default(null)
        .describe(
          'When, in the time of the store: each till takes a random moment of it. A till that was closed looks once it is late.',
        ),
      publicKey: z
        .string()
        .refine((text) => readSigningKey(text) !== null, 'an Ed25519 public key in base64')
        .nullable()
        .default(null)
        .describe('The Ed25519 public key in base64 of whoever makes the feed: nothing is taken that it did not sign.'),
    })
    .prefault({})
    .describe("The region's customers, and where they come from."),
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
      feedUrl: baseAddress.nullable().default(null).describe("IT's own feed of new versions."),
      channel: z
        .string()
        .regex(/^[\w.-]{1,50}$/, 'a word of letters, digits, ".", "-" and "_"')
        .default('stable')
        .describe('Which line of versions of the feed.'),
    })
    .prefault({})
    .describe('Where new versions come from.'),
  health: z
    .strictObject({
      heartbeatUrl: address(true)
        .nullable()
        .default(null)
        .describe('Gets a JSON message of counts and ages, never of customer data.'),
      heartbeatMinutes: z.number().min(1).max(1440).default(15).describe('How often the heartbeat is sent.'),
      metricsFile: word(1000)
        .refine((file) => isAbsolute(file), 'the whole path of a file')
        .nullable()
        .default(null)
        .describe('A file for the textfile collector of a Prometheus exporter, written every minute.'),
      otlp: z
        .strictObject({
          url: address(true)
            .nullable()
            .default(null)
            .describe('Gets the same numbers each minute, as OTLP over HTTP in JSON; it ends in /v1/metrics.'),
        })
        .prefault({})
        .describe('An OpenTelemetry receiver. A header for it is kept by tillside secret set --otlp.'),
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
