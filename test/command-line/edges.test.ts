/** What a command says if the disk, the output or the typed words are wrong. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { wasRecoveryKeyShown } from '../../electron/db/recovery-key.ts';
import { folderFiles } from '../../electron/machine/folder-files.ts';
import { openOfflineTill, saveFor, someMobile } from '../db/offline-till.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { runProgram } from './program.ts';
import { run } from './run.ts';

const program = fileURLToPath(new URL('../../build/tillside.ts', import.meta.url));
const env = { TILLSIDE_PASSPHRASE: 'correct horse battery' };

let used = '';
before(async () => {
  used = temporaryFolder();
  const till = await openOfflineTill(used);
  await saveFor(till, someMobile, 'Waiting');
  await till.close();
});

function usedFolder(): string {
  const folder = path.join(temporaryFolder(), 'till');
  cpSync(used, folder, { recursive: true });
  return folder;
}

describe('F60 results that are shown or reported once', () => {
  it('counts as shown only once it was written, not if the output has no folder, is full or was closed', async () => {
    const folder = usedFolder();
    const show = ['recovery-key', 'show', '--data', folder];
    const nowhere = await run([...show, '--output', 'no/such/place'], { cwd: folder });
    assert.equal(nowhere.code, 2);
    assert.match(nowhere.err, /ENOENT.*Nothing was done/);
    for (const code of ['EPIPE', 'ENOSPC']) {
      const ran = await run(show, { printed: () => Promise.resolve(code) });
      assert.notEqual(ran.code, 0);
      assert.match(ran.err, /not marked as shown/);
    }
    assert.equal(wasRecoveryKeyShown(folder), false);
    const file = path.join(temporaryFolder(), 'key.txt');
    assert.equal((await run([...show, '--output', file])).code, 0);
    assert.match(readFileSync(file, 'utf8'), /^(\w{4}-){13}\w{4}\n$/);
    assert.equal(wasRecoveryKeyShown(folder), true);
    assert.equal((await run(show)).code, 2);
  });

  it('does nothing if its place cannot be written, and if the work was done but cannot be reported, says that it was done', async () => {
    const folder = usedFolder();
    const unsent = async () => JSON.parse((await run(['outbox', 'list', '--data', folder, '--json'])).out).unsent;
    for (const argv of [
      ['outbox', 'export', 'no/such/place'],
      ['outbox', 'export', '--output', 'no/such/place'],
      ['outbox', 'export', temporaryFolder()],
    ]) {
      const ran = await run([...argv, '--data', folder], { env, cwd: folder });
      assert.equal(ran.code, 2, ran.err);
      assert.match(ran.err, /Nothing was done/);
      assert.equal(await unsent(), 1, 'they are still this till’s to send');
    }
    const untold = await run(['outbox', 'export', '--data', folder, '--json'], {
      env,
      printed: () => Promise.resolve('ENOSPC'),
    });
    assert.equal(untold.code, 4);
    assert.match(untold.err, /could not write to standard output \(ENOSPC\)/);
    assert.equal(await unsent(), 0);
  });

  it("never overwrites another rescue file, a config or a till's own file", async () => {
    const folder = usedFolder();
    const other = path.join(temporaryFolder(), 'other');
    writeFileSync(other, 'all that is left of another till');
    for (const argv of [
      ['outbox', 'export', other],
      ['backup', other],
      ['support-bundle', other],
      ['backup', folderFiles(folder).database],
    ]) {
      const ran = await run([...argv, '--data', folder], { env });
      assert.equal(ran.code, 2, argv.join(' '));
      assert.match(ran.err, /already exists/);
    }
    assert.equal(readFileSync(other, 'utf8'), 'all that is left of another till');
    const copy = path.join(temporaryFolder(), 'copy.db');
    for (let night = 0; night < 2; night += 1) {
      assert.equal((await run(['backup', copy, '--data', folder])).code, 0, 'an earlier backup may be written over');
    }
  });
});

describe('what was typed', () => {
  it('--output with the ending of a file that the command makes is refused, and says how to name that file', async () => {
    const folder = usedFolder();
    for (const [name, file] of [
      ['support-bundle', 'x.zip'],
      ['backup', 'x.db'],
      ['outbox export', 'x.tillside-rescue'],
    ] as const) {
      const ran = await run([...name.split(' '), '--output', file, '--data', folder], { env, cwd: folder });
      assert.equal(ran.code, 64, ran.err);
      assert.match(ran.err, new RegExp(`--output is for the printed text.*tillside ${name} FILE`));
      assert.equal(existsSync(path.join(folder, file)), false);
    }
    assert.equal((await run(['support-bundle', '--output', 'said.txt', '--data', folder], { cwd: folder })).code, 0);
  });

  it('an empty --data, an empty HOME, --version and -h mean what they mean elsewhere', async () => {
    for (const argv of [['doctor'], ['secret', 'set'], ['backup', '--list'], ['outbox', 'list']]) {
      const empty = await run([...argv, '--data', ''], { givenSecret: 'x' });
      assert.equal(empty.code, 64, argv.join(' '));
      assert.match(empty.err, /--data is empty/);
      const homeless = await run(argv, { home: '', env: {}, givenSecret: 'x' });
      assert.equal(homeless.code, 64, argv.join(' '));
      assert.match(homeless.err, /HOME is not set/);
    }
    assert.deepEqual(await run(['--version']), { code: 0, out: 'Tillside 0.0.0-test', err: '' });
    assert.match((await run(['-h'])).out, /^Usage: tillside/);
    assert.match((await run(['backup', '-h'])).out, /^tillside backup/);
  });

  it('a password in UTF-16 or with control characters is refused', async () => {
    const folder = temporaryFolder();
    for (const input of ['\ufeffsecret', 's\0e\0c\0', Buffer.from('secret', 'utf16le').toString('utf8'), 'a\x1b[2Jb']) {
      const ran = await run(['secret', 'set', '--data', folder], { readInput: () => Promise.resolve(input) });
      assert.equal(ran.code, 2, JSON.stringify(input));
      assert.equal(existsSync(path.join(folder, 'secrets.json')), false);
    }
  });

  it('control characters in a config never reach the terminal', async () => {
    const folder = temporaryFolder();
    const file = path.join(folder, 'config.json');
    writeFileSync(
      file,
      JSON.stringify({ api: { '\x1b]0;owned\x07\u202e\ncluster': 'x' }, auth: { method: 'basic', till: 't' } }),
    );
    for (const argv of [
      ['config', 'check', file],
      ['config', 'check', file, '--json'],
      ['doctor', '--config', file, '--data', folder],
    ]) {
      const { out, err } = await run(argv);
      assert.doesNotMatch(`${out}${err}`.replaceAll('\n', ''), /[\p{Cc}\u202e]/u, argv.join(' '));
    }
    JSON.parse((await run(['config', 'check', file, '--json'])).out);
  });
});

describe('what the disk refuses', () => {
  it('a file in place of a folder, and a folder in place of a file, are reported as such', async () => {
    const file = path.join(temporaryFolder(), 'file');
    writeFileSync(file, 'x');
    const region = path.join(temporaryFolder(), 'region.csv');
    writeFileSync(region, 'mobile\n919845012345\n');
    for (const argv of [
      ['doctor'],
      ['outbox', 'list'],
      ['outbox', 'export'],
      ['import', region],
      ['backup'],
      ['backup', '--list'],
      ['restore', '--empty', '--yes'],
      ['secret', 'set'],
      ['support-bundle'],
      ['recovery-key', 'show'],
    ]) {
      const ran = await run([...argv, '--data', file], { env, givenSecret: 'x' });
      assert.equal(ran.code, 2, `${argv.join(' ')}: ${ran.out} ${ran.err}`);
      assert.doesNotMatch(ran.out + ran.err, /error in Tillside|\bat .*\.ts:/);
    }
    assert.equal(readFileSync(file, 'utf8'), 'x');
    const folder = usedFolder();
    const target = await run(['backup', temporaryFolder(), '--data', folder]);
    assert.equal(target.code, 2);
    assert.match(target.err, /it is a folder/);
    const rescue = await run(['outbox', 'import', temporaryFolder(), '--data', folder]);
    assert.equal(rescue.code, 2);
    assert.match(rescue.err, /is a folder, a device or a pipe, not a file/);
    for (const files of [[temporaryFolder()], [file, '--erased', temporaryFolder()]]) {
      const published = await run(['region', 'publish', ...files, '--to', path.join(temporaryFolder(), 'feed')]);
      assert.equal(published.code, 2);
      assert.match(published.err, /is a folder, a device or a pipe, not a file/);
    }
  });

  it('the doctor says what is wrong with a data folder that cannot be used, and never that no till was there', async () => {
    const folder = temporaryFolder();
    const file = path.join(folder, 'file');
    writeFileSync(file, 'x');
    symlinkSync('loop', path.join(folder, 'loop'));
    symlinkSync('gone', path.join(folder, 'link'));
    for (const [dataDir, expected] of [
      [file, /is a file, not a folder/],
      [path.join(file, 'sub'), /Cannot use .*\(ENOTDIR\)/],
      [path.join(folder, 'loop'), /Cannot use .*\(ELOOP\)/],
      [path.join(folder, 'link'), /is a link to something that does not exist/],
    ] as const) {
      const { code, out } = await run(['doctor', '--json', '--data', dataDir], { env });
      assert.equal(code, 2, dataDir);
      const findings: { check: string; severity: string; found: string }[] = JSON.parse(out).findings;
      const found = findings.find(({ check }) => check === 'folder');
      assert.equal(found?.severity, 'act', dataDir);
      assert.match(found?.found ?? '', expected);
    }
  });

  it('a restore in a folder that never held a till says so, and asks for no recovery key', async () => {
    const folder = temporaryFolder();
    for (const dataDir of [folder, path.join(folder, 'mistyped')]) {
      const { code, err } = await run(['restore', '--data', dataDir], { env });
      assert.equal(code, 2);
      assert.match(err, /^No till data in /);
    }
  });

  it("a reader that goes away ends a command quietly, with the command's own exit code", async () => {
    const folder = usedFolder();
    const argv = ['outbox', 'list', '--data', folder];
    const child = spawn(process.execPath, [program, ...argv], { stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.destroy();
    let err = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      err += text;
    });
    const code = await new Promise((resolve) => child.once('close', resolve));
    assert.deepEqual([code, err], [1, '']);
  });

  it('a full standard output is reported on standard error', { skip: !existsSync('/dev/full') }, async () => {
    const folder = usedFolder();
    const full = await runProgram(['recovery-key', 'show', '--data', folder], { limit: 'exec >/dev/full' });
    assert.notEqual(full.code, 0);
    assert.match(full.err, /ENOSPC/);
    assert.equal(wasRecoveryKeyShown(folder), false);
  });

  it("everything unsent can be exported from a dead till's read-only disk", {
    skip: process.getuid?.() !== 0,
  }, () => {
    const folder = usedFolder();
    const outside = temporaryFolder();
    const target = path.join(outside, 'rescued');
    // In a mount namespace of its own, which ends with the shell.
    const script = `mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" && shift && exec "$0" "$@"`;
    const readOnly = (...argv: string[]) =>
      spawnSync('unshare', ['-m', 'sh', '-c', script, process.execPath, folder, program, ...argv, '--data', folder], {
        env: { ...process.env, ...env },
        encoding: 'utf8',
      });
    const unnamed = readOnly('outbox', 'export');
    assert.equal(unnamed.status, 64, unnamed.stderr);
    assert.match(unnamed.stderr, /name a FILE elsewhere/);
    assert.equal(readOnly('outbox', 'list').status, 1);
    const ran = readOnly('outbox', 'export', target);
    assert.equal(ran.status, 0, ran.stderr);
    assert.match(ran.stdout, /Copied 1 unsent change/);
    assert.match(readFileSync(target, 'utf8'), /"tillsideRescue": 1/);
    assert.deepEqual(readdirSync(outside), ['rescued']);
  });
});

describe('root', () => {
  it("acts as the folder's owner, and leaves nothing there that the till's user cannot open", {
    skip: process.getuid?.() !== 0,
  }, () => {
    const uid = 12_345;
    const home = temporaryFolder();
    const folder = path.join(home, 'till');
    cpSync(used, folder, { recursive: true });
    const own = spawnSync('chown', ['-R', `${uid}:${uid}`, home]);
    assert.equal(own.status, 0);
    const target = temporaryFolder();
    spawnSync('chmod', ['777', target]);
    const region = path.join(target, 'region.csv');
    writeFileSync(region, 'mobile,firstname\n919845012345,Asha\n', { mode: 0o644 });
    const fresh = path.join(home, 'new', 'till');
    for (const argv of [
      ['secret', 'set', '--data', fresh],
      ['secret', 'set', '--data', folder],
      ['backup', '--data', folder],
      ['import', region, '--data', folder],
      ['outbox', 'export', path.join(target, 'rescued'), '--data', folder],
      ['restore', '--yes', '--data', folder],
      ['support-bundle', '--data', folder],
      ['doctor', '--data', folder],
    ]) {
      const ran = spawnSync(process.execPath, [program, ...argv], {
        env: { ...process.env, ...env, TILLSIDE_SECRET: 'secret' },
        encoding: 'utf8',
      });
      assert.notEqual(ran.status, 3, `${argv.join(' ')}: ${ran.stderr}`);
    }
    const foreign = spawnSync('find', [home, '!', '-uid', String(uid)], { encoding: 'utf8' });
    assert.equal(foreign.stdout, '');
    assert.ok(existsSync(path.join(fresh, 'secrets.json')));
    rmSync(home, { recursive: true, force: true });
    mkdirSync(home);
  });
});
