import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { fileLog, logFile, logFolder } from '../../electron/machine/file-log.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { virtualClock } from '../helpers/virtual-clock.ts';

test('F14 a log that is written all day keeps its newest lines, in a few files of limited size', () => {
  const dataDir = temporaryFolder();
  const log = fileLog({ dataDir, level: 'info', clock: virtualClock(), maxBytes: 1000, maxFiles: 3 });
  for (let at = 1; at <= 500; at += 1) log.write('warn', 'tried again', { at });
  const names = ['tillside.2.log', 'tillside.1.log', path.basename(logFile(dataDir))];
  assert.deepEqual(
    readdirSync(logFolder(dataDir)).toSorted(),
    names.toSorted((one, other) => (one < other ? -1 : 1)),
  );
  const texts = names.map((name) => readFileSync(path.join(logFolder(dataDir), name), 'utf8'));
  assert.ok(
    texts.every((text) => Buffer.byteLength(text) <= 1000),
    'no file is larger',
  );
  const kept = texts.flatMap((text) =>
    text
      .trim()
      .split('\n')
      .map((line): number => JSON.parse(line).at),
  );
  const first = kept[0] ?? 0;
  assert.ok(first > 400 && kept.length > 20);
  assert.deepEqual(
    kept,
    Array.from({ length: 501 - first }, (_, index) => first + index),
    'the newest lines, and none is missing between them',
  );
});
