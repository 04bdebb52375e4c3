import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { migrateTill, openTillDatabase } from '../../electron/data/till-database.ts';

import { Outbox } from '../../electron/updates/outbox.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { seededRandom, virtualClock } from '../helpers/virtual-clock.ts';

test('reading the queue never touches updates settled long ago', () => {
  const folder = temporaryFolder();
  const db = openTillDatabase({ file: path.join(folder, 'one.db'), keyHex: '7'.repeat(64) });
  migrateTill(db);
  const asked: string[] = [];
  const prepare = (text: string) => Database.prototype.prepare.call(db, text);
  Reflect.set(db, 'prepare', (text: string) => {
    asked.push(text);
    return prepare(text);
  });
  try {
    const outbox = new Outbox(db, virtualClock(), seededRandom(1));
    outbox.firstReady(() => true);
    outbox.unknown(1);
    outbox.counts();
    outbox.oldestOpenSavedAtMs();
    outbox.oldestWaitingSavedAtMs();
    outbox.oldestUnknownSinceMs();
    outbox.waitingSeqs();
    outbox.recoverInterrupted();
    Reflect.deleteProperty(db, 'prepare');
    const looks = asked.filter((text) => text.startsWith('select'));
    assert.ok(looks.length >= 8, `${looks.length} looks`);
    for (const text of looks) {
      const plan = db.prepare<[], { detail: string }>(`explain query plan ${text.replaceAll('?', '1')}`).all();
      const steps = plan.map(({ detail }) => detail);
      assert.ok(!steps.some((step) => /^SCAN (u|updates)$/.test(step)), `${text}\n${steps.join('\n')}`);
    }
  } finally {
    db.close();
  }
});
