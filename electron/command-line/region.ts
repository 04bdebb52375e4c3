import { createPrivateKey, type KeyObject } from 'node:crypto';
import { statSync } from 'node:fs';
import path from 'node:path';
import { isSupportedCountry } from 'libphonenumber-js';
import { ageInWords, counted } from '../care/age-in-words.ts';
import { isTimeZone } from '../config/config-sections.ts';
import { fileTrouble } from '../machine/file-trouble.ts';
import { feedMemory } from '../region/feed/feed-memory.ts';
import { feedJsonSchema, manifestName } from '../region/feed/manifest.ts';
import { DamagedFeed, NotAFeed, type Published, publish, type RefusedInFile } from '../region/feed/publish.ts';
import type { DateOrder } from '../region/file-values.ts';
import { refusals } from '../region/refusal.ts';
import { regionTakenAtMs } from '../region/region-before.ts';
import { UnreadableFile } from '../region/unreadable-file.ts';
import { BadUsage, type Command, CommandRefused, exitCodes, type Given } from './command.ts';
import { doubtText, failureText, oneOf, readingOptions } from './import-customers.ts';
import { readDatabase } from './read-database.ts';
import { tillPlace } from './till-place.ts';
import { keyFile, readOrRefuse } from './typed-secrets.ts';

export const regionPublish: Command = {
  name: 'region publish',
  summary: "Makes the feed that tills get the region's customers from",
  arguments: 'FILE...',
  about: [
    'FILE has the format of tillside import; several files together form one region. FOLDER gets a file with all customers, ' +
      `a file with what is new, changed or gone since the last publish, and a manifest that names both (${manifestName}). ` +
      "Put the folder on a web server or a share, and set its URL or path as region.feed in the tills' config. Whoever may " +
      'read the folder may read what is published.',
    'Tills that have the previous state download only the difference. Its files stay until the next publish.',
    'With --erased every till that uses the feed erases these customers, also those it served, except for unsent ' +
      'changes. They are left out of FILE and stay erased, so next time you only need to list new ones.',
    'With --key the manifest is signed, and tills with the public key in their config (region.publicKey) accept nothing ' +
      'else. To make a key: openssl genpkey -algorithm ed25519 -out region.pem. To print its public key in base64: openssl ' +
      'pkey -in region.pem -pubout -outform DER | base64',
    'Exit codes: 0 published, 1 published but some lines were skipped, 2 nothing was published, or it needs --yes.',
  ],
  options: {
    to: { value: 'FOLDER', help: 'folder of the feed; created if missing' },
    erased: { value: 'FILE', help: 'user ids of customers to erase, one a line' },
    key: { value: 'FILE', help: 'Ed25519 private key (PEM) to sign the manifest with' },
    country: { value: 'CODE', help: 'country of mobiles without a country code, such as IN' },
    zone: {
      value: 'NAME',
      help: "time zone of the stores, such as Asia/Kolkata, to convert dates in other zones to; default: this machine's",
    },
    yes: { help: 'publish even if it looks wrong' },
    ...readingOptions,
  },
  isWithoutTill: true,
  async run(given, io) {
    const to = given.text('to');
    if (to === undefined) throw new BadUsage('--to FOLDER is missing.');
    const from = (name: string) => path.resolve(io.cwd, name);
    const reading = {
      encoding: oneOf(given, 'encoding', ['utf-8', 'windows-1252'] as const) ?? 'utf-8',
      dateOrder: oneOf<DateOrder>(given, 'dates', ['day-first', 'month-first']),
      countryCode: countryIn(given),
      timeZone: zoneIn(given),
    } as const;
    const found = await published({
      files: given.arguments.map(from),
      erased: erasedIn(given, from),
      to: from(to),
      key: keyOf(given, from),
      reading,
      nowMs: io.clock.wallMs(),
      sure: given.has('yes'),
    });
    if (given.has('json')) io.print(JSON.stringify(found));
    else for (const line of linesOf(found)) io.print(line);
    if (found.kind === 'doubtful') {
      const refused = found.refused.length;
      const why = found.doubts.map((doubt) =>
        doubt === 'other-key' ? otherKey : doubtText[doubt]({ ...found, refused }),
      );
      if (why.length === 0) why.push('It has no customers.');
      throw new CommandRefused(
        [...why, 'Nothing was published. If this is what you want, run the command again with --yes.'].join('\n'),
      );
    }
    if (process.platform !== 'win32' && (statSync(from(to)).mode & 0o044) === 0) {
      io.warn(`Only this user can read ${to}: let the web server or the tills read it, and publish again.`);
    }
    return found.kind === 'published' && found.refused.length > 0 ? exitCodes.look : exitCodes.fine;
  },
};

const otherKey =
  'Until now the feed was signed with another key, or --key is missing: tills that have its public key in their config ' +
  '(region.publicKey) would take nothing more.';

/** Without one, only mobiles with a country code are read; the tills read the others with their own. */
function countryIn(given: Given): string {
  const country = given.text('country')?.toUpperCase();
  if (country === undefined || isSupportedCountry(country)) return country ?? 'ZZ';
  throw new BadUsage('--country is a country of the ISO list, such as IN, or GB for the United Kingdom.');
}

function zoneIn(given: Given): string {
  const zone = given.text('zone') ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (isTimeZone(zone)) return zone;
  throw new BadUsage('--zone is an IANA time zone, such as Asia/Kolkata.');
}

function keyOf(given: Given, from: (name: string) => string): KeyObject | null {
  const file = given.text('key');
  if (file === undefined) return null;
  const text = keyFile('key', file, from(file));
  try {
    const key = createPrivateKey(text);
    if (key.asymmetricKeyType === 'ed25519') return key;
    throw new CommandRefused(`--key is of the kind ${key.asymmetricKeyType}, not Ed25519. Nothing was published.`);
  } catch (error) {
    if (error instanceof CommandRefused) throw error;
    throw new CommandRefused('--key is not an Ed25519 private key in PEM format. Nothing was published.');
  }
}

const userIdLine = /^\d{1,20}$/;

function erasedIn(given: Given, from: (name: string) => string): string[] {
  const name = given.text('erased');
  if (name === undefined) return [];
  const lines = readOrRefuse(from(name))
    .replace(/^\uFEFF/, '')
    .split('\n')
    .map((line) => line.trim().replace(/^"(.*)"$/, '$1'));
  if (lines[0]?.toLowerCase() === 'user_id') lines[0] = '';
  const wrong = lines.findIndex((line) => line !== '' && !userIdLine.test(line));
  if (wrong !== -1) {
    throw new CommandRefused(`--erased, line ${wrong + 1}: not a user id. Nothing was published.`);
  }
  return lines.filter((line) => line !== '');
}

async function published(options: Parameters<typeof publish>[0]): Promise<Published> {
  try {
    return await publish(options);
  } catch (error) {
    if (error instanceof UnreadableFile) {
      const where = `${error.file ?? 'A file'}${error.line === null ? '' : `, line ${error.line}`}`;
      throw new CommandRefused(`${where}: ${failureText(error.code, 'Nothing was published.')}`);
    }
    if (error instanceof DamagedFeed) {
      throw new CommandRefused(
        [
          `${error.file} is missing or damaged. Nothing was published. Put it back from a backup, or publish into a new folder:`,
          'then every till downloads the full file, and --erased has to name all customers to erase again.',
        ].join('\n'),
      );
    }
    if (error instanceof NotAFeed) {
      throw new CommandRefused(
        `${manifestName} in that folder was not made by Tillside. Nothing was published. Choose another folder.`,
      );
    }
    const trouble = fileTrouble(error);
    if (trouble !== null) {
      const { path: file, code } = trouble;
      throw new CommandRefused(`Could not read or write ${file ?? 'a file'} (${code}). Nothing was published.`);
    }
    const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : null;
    if (typeof code === 'string') {
      throw new CommandRefused(`A file is damaged (${code}). Nothing was published.`);
    }
    throw error;
  }
}

const mostLines = 20;

function linesOf(found: Published): string[] {
  switch (found.kind) {
    case 'published':
      return [
        `Published: ${found.customers} customers, state ${found.state}.`,
        found.changed === null
          ? 'This is the first state: every till downloads the full file.'
          : `Since the previous state: ${found.changed} new or changed, ${found.gone} gone.`,
        ...(found.erased === 0 ? [] : [`Erased customers: ${found.erased} in all.`]),
        ...refusedLines(found.refused),
      ];
    case 'nothing-new':
      return [`No changes: ${found.customers} customers, state ${found.state}.`];
    case 'doubtful':
      return [
        `Can publish ${counted(found.customers, 'customer')}${found.before === null ? '' : ` (${found.before} before)`}; skips ${found.refused.length} of ${counted(found.records, 'line')}.`,
        ...refusedLines(found.refused),
      ];
  }
}

function refusedLines(refused: readonly RefusedInFile[]): string[] {
  const shown = refused
    .slice(0, mostLines)
    .map(({ file, line, why }) => `  ${path.basename(file)}, line ${line}: ${refusals[why]}`);
  const more = refused.length - shown.length;
  return more > 0 ? [...shown, `  and ${more} more lines`] : shown;
}

export const regionStatus: Command = {
  name: 'region status',
  summary: "Shows the age of the region's customers on this till and of its feed",
  about: [
    'Tillside can be open. If the last download failed, the reason is on screen (menu → This till) and in the log.',
    'Exit codes: 0 OK, 1 the feed was not reached for three times region.everyHours.',
  ],
  run(given, io) {
    const { found, dataDir } = tillPlace(given, io);
    const feed = found.mode === 'live' ? found.config.region : null;
    const { state, asOfMs, freshAtMs } = readDatabase(dataDir, io, feedMemory);
    const takenAtMs = readDatabase(dataDir, io, (db) => regionTakenAtMs(db, dataDir));
    const nowMs = io.clock.wallMs();
    if (given.has('json')) {
      io.print(JSON.stringify({ takenAtMs, feed: feed?.feed ?? null, state, asOfMs, freshAtMs }));
    } else {
      io.print(
        takenAtMs === null
          ? "This till does not have the region's customers."
          : `The region's customers were imported ${ageInWords(nowMs - takenAtMs)} ago.`,
      );
      if (feed?.feed === undefined || feed.feed === null) io.print('No feed in the config (region.feed).');
      else {
        io.print(`Feed: ${feed.feed}, every ${feed.everyHours} hours${feed.at === null ? '' : ` at ${feed.at}`}.`);
        io.print(
          freshAtMs === null
            ? 'Not downloaded yet.'
            : `Checked ${ageInWords(nowMs - freshAtMs)} ago: ${asOfMs === null ? 'nothing was imported from it.' : `its customers are ${ageInWords(nowMs - asOfMs)} old (state ${state}).`}`,
        );
      }
    }
    const isLate = feed?.feed != null && (freshAtMs === null || nowMs - freshAtMs > 3 * feed.everyHours * 3_600_000);
    return isLate ? exitCodes.look : exitCodes.fine;
  },
};

export const regionSchema: Command = {
  name: 'region schema',
  summary: "Prints the JSON Schema of a feed's manifest",
  about: ['For making a feed with your own tools.', 'Exit code: 0.'],
  isWithoutTill: true,
  run(_given, io) {
    for (const line of JSON.stringify(feedJsonSchema(), null, 2).split('\n')) io.print(line);
    return exitCodes.fine;
  },
};
