import { createPrivateKey, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { ageInWords } from '../care/age-in-words.ts';
import { keyOfKind } from '../config/public-key.ts';
import { feedMemory } from '../region/feed/feed-memory.ts';
import { feedJsonSchema, manifestName } from '../region/feed/manifest.ts';
import { NotAFeed, type Published, publish, type RefusedInFile } from '../region/feed/publish.ts';
import type { DateOrder } from '../region/file-values.ts';
import { refusals } from '../region/refusal.ts';
import { regionTakenAtMs } from '../region/region-before.ts';
import { UnreadableFile } from '../region/unreadable-file.ts';
import { BadUsage, type Command, CommandRefused, exitCodes, type Given } from './command.ts';
import { failureText, oneOf, readingOptions } from './import-customers.ts';
import { readDatabase } from './read-database.ts';
import { tillPlace } from './till-place.ts';

export const regionPublish: Command = {
  name: 'region publish',
  summary: "Makes the feed that tills take the region's customers from",
  arguments: 'FILE...',
  about: [
    'FILE is what tillside import takes; several are one region together. FOLDER gets one file of all customers, what is ' +
      `new, changed or gone since the last time, and the manifest that names both (${manifestName}). Put the folder on a web ` +
      'server or a share as it is, and name its address or path in the config of the tills (region.feed).',
    'Tills that have the state before take only the difference. Files of the state before stay until the next time.',
    'With --erased every till that takes the feed forgets these customers, also those it served, but for what is unsent. ' +
      'They are left out of FILE, and stay named: the next time only new ones need to be in the list.',
    'With --key the manifest is signed, and tills whose config has the public key (region.publicKey) take nothing else. ' +
      'Make a key once: openssl genpkey -algorithm ed25519 -out region.pem; its public half in base64: openssl pkey -in ' +
      'region.pem -pubout -outform DER | base64',
    'Exit code 0: the feed is there. 1: it is, and lines were refused. 2: nothing was published.',
  ],
  options: {
    to: { value: 'FOLDER', help: 'where the feed lies; made if missing' },
    erased: { value: 'FILE', help: 'user ids of customers who asked to be erased, one a line' },
    key: { value: 'FILE', help: 'an Ed25519 private key (PEM) that signs the manifest' },
    country: { value: 'CODE', help: 'country of mobiles without one, such as IN' },
    zone: { value: 'NAME', help: 'time zone of the stores, such as Asia/Kolkata, for dates that name another' },
    yes: { help: 'publish although it looks wrong' },
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
      countryCode: given.text('country') ?? 'ZZ',
      timeZone: given.text('zone') ?? Intl.DateTimeFormat().resolvedOptions().timeZone,
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
      throw new CommandRefused('Nothing was published. If this is meant so, the same command with --yes does it.');
    }
    return found.kind === 'published' && found.refused.length > 0 ? exitCodes.look : exitCodes.fine;
  },
};

function keyOf(given: Given, from: (name: string) => string): KeyObject | null {
  const file = given.text('key');
  if (file === undefined) return null;
  const key = keyOfKind('ed25519', () => createPrivateKey(readFileSync(from(file))));
  if (key === null) throw new CommandRefused('--key is no Ed25519 private key in PEM. Nothing was published.');
  return key;
}

const userIdLine = /^\d{1,20}$/;

function erasedIn(given: Given, from: (name: string) => string): string[] {
  const name = given.text('erased');
  if (name === undefined) return [];
  const lines = readFileSync(from(name), 'utf8')
    .replace(/^\uFEFF/, '')
    .split('\n')
    .map((line) => line.trim().replace(/^"(.*)"$/, '$1'));
  if (lines[0]?.toLowerCase() === 'user_id') lines[0] = '';
  const wrong = lines.findIndex((line) => line !== '' && !userIdLine.test(line));
  if (wrong !== -1) {
    throw new CommandRefused(`--erased, line ${wrong + 1}: this is no user id. Nothing was published.`);
  }
  return lines.filter((line) => line !== '');
}

async function published(options: Parameters<typeof publish>[0]): Promise<Published> {
  try {
    return await publish(options);
  } catch (error) {
    if (error instanceof UnreadableFile) {
      throw new CommandRefused(`${error.line === null ? '' : `Line ${error.line}: `}${failureText[error.code]}`);
    }
    if (error instanceof NotAFeed) {
      throw new CommandRefused(
        `${manifestName} in that folder is not of Tillside. Nothing was published. Name another folder.`,
      );
    }
    const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : null;
    if (typeof code === 'string')
      throw new CommandRefused(`A file cannot be read or written (${code}). Nothing was published.`);
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
          ? 'There was no state before: every till takes the full file.'
          : `Since the state before: ${found.changed} new or changed, ${found.gone} gone.`,
        ...(found.erased === 0 ? [] : [`Named as erased: ${found.erased} in all.`]),
        ...refusedLines(found.refused),
      ];
    case 'nothing-new':
      return [`Nothing is new: ${found.customers} customers, state ${found.state}.`];
    case 'doubtful':
      return [
        `${found.customers} customers can be taken${found.before === null ? '' : `, of ${found.before} before`}; ${found.refused.length} lines are refused.`,
        ...refusedLines(found.refused),
      ];
  }
}

function refusedLines(refused: readonly RefusedInFile[]): string[] {
  const shown = refused
    .slice(0, mostLines)
    .map(({ file, line, why }) => `  ${path.basename(file)}, line ${line}: ${refusals[why]}`);
  const more = refused.length - shown.length;
  return more > 0 ? [...shown, `  and ${more} lines more`] : shown;
}

export const regionStatus: Command = {
  name: 'region status',
  summary: "Says how old the region's customers on this till are, and how its feed stands",
  about: [
    'Also while Tillside is open. Why a feed was not taken at the last try is on the screen for IT (menu, This till) and in ' +
      'the log.',
    'Exit code 0: fine. 1: there is a feed, and it was not seen for three times its hours.',
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
          ? "The region's customers are not on this till."
          : `The region's customers came to this till ${ageInWords(nowMs - takenAtMs)} ago.`,
      );
      if (feed?.feed === undefined || feed.feed === null) io.print('The config names no feed (region.feed).');
      else {
        io.print(`Feed: ${feed.feed}, every ${feed.everyHours} hours${feed.at === null ? '' : ` at ${feed.at}`}.`);
        io.print(
          freshAtMs === null
            ? 'It was not taken yet.'
            : `Looked at ${ageInWords(nowMs - freshAtMs)} ago: ${asOfMs === null ? 'nothing of it was taken.' : `its customers are ${ageInWords(nowMs - asOfMs)} old (state ${state}).`}`,
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
  about: ['For whoever makes a feed with tools of their own. Exit code 0.'],
  isWithoutTill: true,
  run(_given, io) {
    for (const line of JSON.stringify(feedJsonSchema(), null, 2).split('\n')) io.print(line);
    return exitCodes.fine;
  },
};
