import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { folderFiles, lastRunEndedCleanly } from '../../electron/machine/folder-files.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { openOfflineTill, openRaw, openUpdatesOf, saveFor, someMobile } from './offline-till.ts';

const child = fileURLToPath(new URL('./saving-child.ts', import.meta.url));

/** Starts the child and waits for its line. */
async function startChild(what: string, folder: string): Promise<{ process: ChildProcess; line: string }> {
  const started = spawn(process.execPath, [child, what, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
  const line = await new Promise<string>((resolve) => {
    let text = '';
    started.stdout.on('data', (piece) => {
      text += String(piece);
      if (text.includes('\n')) resolve(text.trim());
    });
  });
  return { process: started, line };
}

function gone(started: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (started.exitCode !== null || started.signalCode !== null) resolve();
    else started.once('exit', () => resolve());
  });
}

describe('a till that is cut off', () => {
  it('F24: keeps an update if its save returned before the process was killed', async (t) => {
    const folder = temporaryFolder();
    const killed = await startChild('save', folder);
    assert.equal(killed.line, 'saved');
    killed.process.kill('SIGKILL');
    await gone(killed.process);
    assert.equal(lastRunEndedCleanly(folderFiles(folder).database), false);

    const till = await openOfflineTill(folder);
    t.after(() => till.close());
    const updates = await openUpdatesOf(till);
    assert.equal(updates.length, 1);
    assert.deepEqual(updates[0]?.changes, [{ key: 'lastName', to: 'Durable' }]);
  });

  it('F24: has committed an update when its save returns', async (t) => {
    const folder = temporaryFolder();
    const till = await openOfflineTill(folder);
    t.after(() => till.close());
    const other = openRaw(folder);
    t.after(() => other.close());
    const rows = () => other.prepare('select count(*) from updates').pluck().get();
    assert.deepEqual([rows(), (await saveFor(till, someMobile, 'Durable')).kind, rows()], [0, 'saved', 1]);
  });

  it('F04: one process at a time has the folder, and the next gets it once the first is gone', async () => {
    const folder = temporaryFolder();
    const first = await startChild('open', folder);
    assert.equal(first.line, 'opened');
    const second = await startChild('open', folder);
    assert.equal(second.line, 'already-running');
    await assert.rejects(openOfflineTill(folder), { code: 'already-running' });
    first.process.kill('SIGKILL');
    await gone(first.process);
    const till = await openOfflineTill(folder);
    await till.close();
  });

  it('knows a clean end from a crash', async () => {
    const folder = temporaryFolder();
    const { database } = folderFiles(folder);
    const till = await openOfflineTill(folder);
    assert.equal(lastRunEndedCleanly(database), false);
    await till.close();
    assert.equal(lastRunEndedCleanly(database), true);
    assert.equal(existsSync(path.join(folder, 'tillside.db-shm')), false);
  });
});
