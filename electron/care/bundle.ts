/**
 * The support bundle: one zip for remote help, with a manifest of its contents. Ids, states, codes, counts and times;
 * never customer data or secrets.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { strToU8, zipSync } from 'fflate';
import type { MachineConfig } from '../config/machine-config.ts';
import type { Db } from '../db/open.ts';
import { logFolder } from '../machine/file-log.ts';
import { folderFiles, timeInName } from '../machine/folder-files.ts';
import { openResultFile } from '../machine/result-file.ts';
import { fieldKeys } from '../model/customer.ts';
import { openList, selectUpdates } from '../updates/rows.ts';
import { readAudit } from './audit-log.ts';
import type { Finding } from './doctor/finding.ts';

export type BundlePart = {
  readonly name: string;
  /** Description for the manifest. */
  readonly about: string;
  readonly content: Uint8Array;
};

/** A part that could not be included, and why. Without this, support might think that there was nothing. */
export type LeftOut = { readonly name: string; readonly why: string };

export type MakeBundle = {
  readonly version: string;
  readonly nowMs: number;
  readonly parts: readonly BundlePart[];
  readonly leftOut?: readonly LeftOut[];
};

/** The default place for a bundle. */
export function bundleFile(dataDir: string, nowMs: number): string {
  return path.join(dataDir, 'support', `tillside-support-${timeInName(nowMs)}.zip`);
}

/** @throws the file system's error if it cannot be written */
export function makeBundle(file: string, options: MakeBundle): void {
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  const result = openResultFile(file);
  try {
    result.write(bundleZip(options));
  } finally {
    result.close();
  }
}

export function bundleZip({ version, nowMs, parts, leftOut = [] }: MakeBundle): Uint8Array {
  const manifest = {
    product: 'Tillside',
    version,
    madeAt: new Date(nowMs).toISOString(),
    promise: 'No customer data and no secrets: ids, states, codes, counts and times only.',
    files: parts.map(({ name, about, content }) => ({
      name,
      about,
      bytes: content.length,
      sha256: createHash('sha256').update(content).digest('hex'),
    })),
    leftOut,
  };
  const entries = Object.fromEntries(parts.map(({ name, content }) => [name, content]));
  return zipSync({ 'manifest.json': text(manifest), ...entries }, { level: 6, mtime: new Date(nowMs) });
}

export function jsonPart(name: string, about: string, value: unknown): BundlePart {
  return { name, about, content: text(value) };
}

/** @param home the user's folder, left out like the user of a command: both are often a person's name */
export function doctorPart(findings: readonly Finding[], home: string): BundlePart {
  const nameless = (words: string) =>
    words.replaceAll(home, '~').replace(/(from the command line) by .+?(, (?:a moment|\d+ \w+) ago)/g, '$1$2');
  return jsonPart(
    'doctor.json',
    'Findings of tillside doctor',
    findings.map(({ check, severity, found, advice, facts }) => ({
      check,
      severity,
      found: nameless(found),
      advice: advice === null ? null : nameless(advice),
      facts: Object.fromEntries(
        Object.entries(facts).map(([name, value]) => [name, typeof value === 'string' ? nameless(value) : value]),
      ),
    })),
  );
}

/**
 * The effective config with its defaults. URL queries are left out because they may hold access tokens, and so are the
 * paths of monitoring's web hooks.
 */
export function configPart(config: MachineConfig): BundlePart {
  const bare = (key: string, value: unknown) => {
    if (typeof value !== 'string') return value;
    // A short PIN can be guessed from its hash.
    if (key === 'pin') return 'set';
    return /^https?:/.test(value) ? value.replace(/[?#].*$/, '?…') : value;
  };
  const { heartbeatUrl, otlp } = config.health;
  const health = { ...config.health, heartbeatUrl: originOf(heartbeatUrl), otlp: { ...otlp, url: originOf(otlp.url) } };
  const shown = JSON.parse(JSON.stringify({ ...config, health }, bare));
  return jsonPart('config.json', 'The machine config with its defaults', shown);
}

function originOf(url: string | null): string | null {
  return url === null ? null : `${new URL(url).origin}/…`;
}

export function auditPart(dataDir: string): BundlePart {
  const list = readAudit(dataDir).map(({ atMs, author, ...entry }) => ({
    at: new Date(atMs).toISOString(),
    ...entry,
    // The system's user is often a person's name.
    author: entry.from === 'command' ? null : author,
  }));
  return jsonPart('audit.json', 'Who moved, deleted or revealed data, and when', list);
}

export function logParts(dataDir: string): BundlePart[] {
  const folder = logFolder(dataDir);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith('.log'))
    .map((name) => ({
      name: `logs/${name}`,
      about: 'The log, one JSON object a line',
      content: readFileSync(path.join(folder, name)),
    }));
}

export function folderPart(dataDir: string): BundlePart {
  const { backups, aside, rescue } = folderFiles(dataDir);
  const list = [dataDir, backups, aside, rescue].flatMap((folder) =>
    statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true
      ? readdirSync(folder, { withFileTypes: true })
          .filter((entry) => entry.isFile())
          .map(({ name }) => {
            const { size, mtime } = statSync(path.join(folder, name));
            return {
              name: path.join(path.relative(dataDir, folder), name),
              bytes: size,
              changedAt: mtime.toISOString(),
            };
          })
      : [],
  );
  return jsonPart('files.json', "Names, sizes and times of the files in the till's data folder", list);
}

/** Every open update with its history, without names, values or the server's messages. */
export function outboxPart(db: Db): BundlePart {
  const updates = selectUpdates(db, `where u.state in ${openList} order by u.place, u.seq`).map((update) => ({
    id: update.id,
    state: update.state,
    kind: update.kind,
    savedAt: new Date(update.savedAtMs).toISOString(),
    attempts: update.attempts,
    fields: fieldKeys(update.changes),
    reason: update.reason?.kind ?? null,
    refusedCode: update.reason?.kind === 'refused' ? update.reason.rejection.code : null,
    uncertainAfter: update.uncertainAfter,
    requestId: update.answer?.requestId ?? null,
    httpStatus: update.answer?.httpStatus ?? null,
    code: update.answer?.code ?? null,
    itemCode: update.answer?.itemCode ?? null,
    steps: steps(db, update.id),
  }));
  return jsonPart('outbox.json', 'Every unsent change: id, state, age, codes and history', updates);
}

function steps(db: Db, updateId: string) {
  return db
    .prepare<[string], { at_ms: number; event: string; to_state: string; request_id: string | null }>(
      'select at_ms, event, to_state, request_id from update_history where update_id = ? order by id',
    )
    .all(updateId)
    .map(({ at_ms, event, to_state, request_id }) => ({
      at: new Date(at_ms).toISOString(),
      event,
      to: to_state,
      requestId: request_id,
    }));
}

function text(value: unknown): Uint8Array {
  return strToU8(`${JSON.stringify(value, null, 1)}\n`);
}
