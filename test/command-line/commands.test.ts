import assert from 'node:assert/strict';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { commands } from '../../electron/command-line/commands.ts';
import { isCommand } from '../../electron/command-line/run-command.ts';
import { folderFiles } from '../../electron/machine/folder-files.ts';
import { mayTakeIn, organisationOf } from '../../electron/org/data-owner.ts';
import { damageTable, openOfflineTill, openRaw, openUpdatesOf, saveFor, someMobile } from '../db/offline-till.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { run } from './run.ts';

describe('the tillside command', () => {
  it('lists every command in its help, and explains each one with all its options', async () => {
    const help = await run(['help']);
    assert.equal(help.code, 0);
    for (const { name, options = {} } of commands) {
      assert.match(help.out, new RegExp(`^  ${name} `, 'm'));
      const own = await run([...name.split(' '), '--help']);
      assert.equal(own.code, 0, name);
      assert.match(own.out, new RegExp(`^tillside ${name}`));
      for (const option of Object.keys(options)) assert.match(own.out, new RegExp(`^  --${option}\\b`, 'm'));
    }
  });

  it('distinguishes its commands from arguments of the desktop app', () => {
    assert.equal(isCommand(['outbox', 'list']), true);
    assert.equal(isCommand(['config', 'check', 'x']), true);
    assert.equal(isCommand(['--help']), true);
    assert.equal(isCommand(['docter']), true, 'a mistyped command does not open the window');
    assert.equal(isCommand(['--data', 'x', 'outbox', 'list']), true, 'nor does one after its options');
    for (const argv of [
      [],
      ['tillside://find?card=1'],
      ['C:\\a'],
      ['--config', 'x'],
      ['--inspect', '.'],
      ['--data', 'outbox'],
    ]) {
      assert.equal(isCommand(argv), false, argv.join(' '));
    }
  });

  it('explains a typing mistake, and lists the subcommands of an incomplete command', async () => {
    const unknown = await run(['fly']);
    assert.equal(unknown.code, 64);
    assert.match(unknown.err, /unknown command "fly"/);
    const half = await run(['outbox']);
    assert.equal(half.code, 64);
    assert.match(half.err, /outbox list/);
    assert.doesNotMatch(half.err, /config check/);
    const option = await run(['outbox', 'list', '--fast']);
    assert.equal(option.code, 64);
    assert.match(option.err, /--fast.*\n?.*--help/);
    const more = await run(['outbox', 'list', 'all', 'of', 'it']);
    assert.equal(more.code, 64);
  });

  it('writes its result to a named file that only this user may read', async () => {
    const folder = temporaryFolder();
    const config = `${folder}/config.json`;
    writeFileSync(config, '{"api":{"cluster":"eu"},"auth":{"method":"basic","till":"t"}}');
    const ran = await run(['config', 'check', config, '--json', '--output', 'said.json'], { cwd: folder });
    assert.deepEqual([ran.code, ran.out], [0, '']);
    assert.deepEqual(JSON.parse(readFileSync(`${folder}/said.json`, 'utf8')), {
      file: config,
      usable: true,
      problems: [],
    });
    if (process.platform !== 'win32') assert.equal(statSync(`${folder}/said.json`).mode & 0o777, 0o600);
    const nowhere = await run(['config', 'check', config, '--output', 'no/such/place'], { cwd: folder });
    assert.equal(nowhere.code, 2);
    assert.match(nowhere.err, /ENOENT/);
  });
});

describe('tillside config check', () => {
  it('names every mistake by path, what was found and what was expected, and repeats no secret', async () => {
    const folder = temporaryFolder();
    const file = `${folder}/config.json`;
    writeFileSync(file, '{"api":{"cluster":"mars","password":"hunter2"},"auth":{"method":"basic"}}');
    const checked = await run(['config', 'check', file]);
    assert.equal(checked.code, 2);
    assert.match(checked.out, /line 1, column 19: api\.cluster: found another text, expected one of "asia1"/);
    assert.match(checked.out, /auth\.till: found nothing/);
    assert.match(checked.out, /api\.password: found a secret/);
    assert.doesNotMatch(checked.out, /hunter2|mars/);
    writeFileSync(file, '{"api":{"cluster":"eu"},"auth":{"method":"basic","till":"t"},"sinc":{}}');
    assert.match((await run(['config', 'check', file])).out, /: sinc: unknown key \(did you mean sync\?\)$/);
    assert.deepEqual(await run(['config', 'check', 'no.json'], { cwd: folder }), {
      code: 2,
      out: `${folder}/no.json: does not exist.`,
      err: '',
    });
    const doctor = await run(['doctor', '--config', 'no.json', '--data', folder], { cwd: folder });
    assert.match(doctor.out, /no\.json does not exist\n.*Write the file/);
    writeFileSync(file, '{"api":{"cluster":"mars","password":"hunter2"},"auth":{"method":"basic"}}');
    const json = await run(['config', 'check', file, '--json']);
    assert.equal(JSON.parse(json.out).problems.length, 3);
    const basic = { api: { cluster: 'eu' }, auth: { method: 'basic', till: 't' } };
    writeFileSync(file, JSON.stringify({ ...basic, scanner: { prefix: 'x'.repeat(21) } }));
    assert.match(
      (await run(['config', 'check', file])).out,
      /scanner\.prefix: found a text, expected 20 characters or less/,
    );
  });

  it('without a config it says that this is practice mode, and names no file', async () => {
    const noConfig = { env: { ProgramData: temporaryFolder() }, platform: 'win32' as const };
    const text = await run(['config', 'check'], noConfig);
    assert.deepEqual(text, { code: 0, out: 'No config found, so this machine is in practice mode.', err: '' });
    const json = await run(['config', 'check', '--json'], noConfig);
    assert.deepEqual(JSON.parse(json.out), { file: null, usable: true, problems: [] });
  });
});

describe('tillside outbox list', () => {
  it('shows states, ages and field names while the till is open, and never the values', async (t) => {
    const folder = temporaryFolder();
    const till = await openOfflineTill(folder);
    t.after(() => till.close());
    const none = await run(['outbox', 'list', '--data', folder]);
    assert.deepEqual([none.code, none.out], [0, 'All sent.']);
    await saveFor(till, someMobile, 'Confidential');
    const one = await run(['outbox', 'list', '--data', folder]);
    assert.equal(one.code, 1);
    assert.match(one.out, /1 unsent, the oldest saved a moment ago/);
    assert.match(one.out, /queued.*lastName/);
    assert.doesNotMatch(one.out, /Confidential|98450/);
    const { unsent, updates } = JSON.parse((await run(['outbox', 'list', '--data', folder, '--json'])).out);
    assert.equal(unsent, 1);
    assert.deepEqual(updates[0].fields, ['lastName']);
  });

  it('after an export, no command and no uninstaller claims that the changes were sent', async () => {
    const folder = temporaryFolder();
    const till = await openOfflineTill(folder);
    await saveFor(till, someMobile, 'Confidential');
    await till.close();
    const note = folderFiles(folder).unsentNote;
    writeFileSync(note, '1 change of a customer has not reached head office.\n');
    const env = { TILLSIDE_PASSPHRASE: 'correct horse battery' };
    const exported = await run(['outbox', 'export', '--data', folder, '--json'], { env });
    assert.equal(exported.code, 0, exported.err);
    assert.match(
      readFileSync(note, 'utf8'),
      /^1 change of a customer has perhaps not reached head office: only in rescue/,
    );
    const moved =
      /Nothing unsent here\. 1 change was moved to a rescue file \(last on \d{4}-\d\d-\d\d.*\); the till that imports/;
    for (const command of [['outbox', 'list'], ['outbox', 'export'], ['doctor']]) {
      const ran = await run([...command, '--data', folder], { env });
      assert.match(ran.out, moved, command.join(' '));
      assert.doesNotMatch(ran.out, /[Aa]ll (changes were )?sent/);
    }
    const { file } = JSON.parse(exported.out);
    const imported = await run(['outbox', 'import', file, '--data', folder], { env });
    assert.match(imported.out, /Changes that wait here are sent the next time/);
    assert.match(imported.out, /The file is now called .*\.imported\.$/m);
    assert.match(readFileSync(note, 'utf8'), /^1 change of a customer has not reached head office/);
    const db = openRaw(folder);
    const reason = JSON.stringify({
      kind: 'conflict',
      fields: [{ key: 'lastName', was: null, theirs: 'A', ours: 'B' }],
    });
    db.prepare("update updates set state = 'attention', reason = ?").run(reason);
    db.close();
    const again = await run(['outbox', 'import', `${file}.imported`, '--data', folder], { env });
    assert.match(again.out, /0 imported, 1 already here/);
    assert.match(again.out, /The file is still called [^ ]*rescue\.imported\.$/m);
    assert.match(again.out, /1 change to resolve in Updates \(needs attention\)/);
    assert.doesNotMatch(again.out, /next time/);
    const codes = [await run(['outbox', 'list', '--data', folder]), await run(['doctor', '--data', folder])];
    assert.deepEqual(
      codes.map(({ code }) => code),
      [2, 2],
    );
  });

  it('separates what needs a person now, what waits for a customer, and points that may have been awarded twice', async () => {
    const folder = temporaryFolder();
    const till = await openOfflineTill(folder);
    await saveFor(till, someMobile, 'Confidential');
    await saveFor(till, '919845099999', 'Confidential');
    const ids = (await openUpdatesOf(till)).map(({ updateId }) => updateId);
    await till.close();
    const db = openRaw(folder);
    const conflict = {
      kind: 'conflict',
      fields: [{ key: 'lastName', was: null, theirs: 'Theirs', ours: 'Confidential' }],
    };
    const found = {
      pointsBefore: 100,
      pointsAfter: 200,
      explained: 50,
      purchasesMoved: false,
      beforeAsOfMs: 1,
      foundAtMs: 2,
    };
    const award = { kind: 'possible', found: { ...found, attemptIds: [], requestIds: ['r-17'] } };
    db.prepare("update updates set state = 'attention', reason = ?, put_off_at_ms = 1 where id = ?").run(
      JSON.stringify(conflict),
      ids[0],
    );
    db.prepare("update updates set state = 'applied', settled_at_ms = 2, award = ? where id = ?").run(
      JSON.stringify(award),
      ids[1],
    );
    db.close();
    const listed = await run(['outbox', 'list', '--data', folder]);
    assert.equal(listed.code, 1);
    assert.match(listed.out, /conflict, to settle at the customer's next visit: lastName/);
    assert.match(listed.out, new RegExp(`${ids[1]}  points 100 to 200, 50 explained, requests r-17`));
    assert.doesNotMatch(listed.out, /Confidential|Theirs|98450/);
    const json = JSON.parse((await run(['outbox', 'list', '--data', folder, '--json'])).out);
    assert.deepEqual([json.unsent, json.attention, json.updates[0].nextVisit], [1, 0, true]);
    assert.equal(json.doubleAwards[0].id, ids[1]);
    const doctor = JSON.parse((await run(['doctor', '--data', folder, '--json'])).out);
    const outbox = doctor.findings.find((finding: { readonly check: string }) => finding.check === 'outbox');
    assert.match(outbox.found, /1 changes may have been awarded points twice/);
    assert.deepEqual([outbox.facts.attention, outbox.facts.nextVisit, outbox.facts.doubleAwards], [0, 1, 1]);
  });

  it('reports a damaged database and what to do, not a fault of Tillside', async () => {
    const folder = temporaryFolder();
    const till = await openOfflineTill(folder);
    await saveFor(till, someMobile, 'Confidential');
    await till.close();
    damageTable(folder, 'updates');
    const ran = await run(['outbox', 'list', '--data', folder]);
    assert.equal(ran.code, 2, ran.err);
    assert.match(ran.err, /damaged.*tillside outbox export --copy.*tillside restore/);
  });

  it('says where it looked if there is no till', async () => {
    const folder = temporaryFolder();
    const ran = await run(['outbox', 'list', '--data', folder]);
    assert.equal(ran.code, 2);
    assert.match(ran.err, /--data/);
  });
});

describe('tillside doctor', () => {
  it('names a feed that has brought nobody, a share without a backup, one rescue file, and that no config means no server', async () => {
    const folder = temporaryFolder();
    const till = await openOfflineTill(folder);
    await saveFor(till, someMobile, 'Confidential');
    await till.close();
    const copyTo = temporaryFolder();
    const config = {
      api: { url: 'http://127.0.0.1:9' },
      auth: { method: 'basic', till: 'store123' },
      region: { feed: temporaryFolder() },
      rescue: { copyTo, copyBackup: true },
    };
    writeFileSync(`${folder}/config.json`, JSON.stringify(config));
    const env = { TILLSIDE_PASSPHRASE: 'correct horse battery' };
    assert.equal((await run(['outbox', 'export', '--data', folder], { env })).code, 0);
    const { out } = await run(['doctor', '--data', folder, '--config', `${folder}/config.json`], {
      transport: () => Promise.resolve({ kind: 'not-sent', why: 'no-connection', code: 'ECONNREFUSED' }),
    });
    assert.match(out, /^LOOK +region +No customers from the feed yet$/m);
    assert.match(out, new RegExp(`^LOOK +copy +${copyTo} has no backup of this till yet$`, 'm'));
    assert.match(out, /^ok +folder .*with 1 rescue file in /m);
    assert.match(out, /^ok +dns +127\.0\.0\.1: an address, so no name to look up$/m);
    assert.match(out, /^ok +limit +No requests yet$/m);
    const practice = await run(['doctor', '--data', folder]);
    assert.match(practice.out, /^ok +config .*practice mode, so no server is checked$/m);
  });
});

describe('tillside import', () => {
  it('lists the columns of a file of any size, also those it ignores', async () => {
    const folder = temporaryFolder();
    await (await openOfflineTill(folder)).close();
    const region = `${folder}/region.csv`;
    writeFileSync(region, 'Mobile,firstname,Card\n919845012345,Asha,77\n');
    for (const more of [['--check'], []]) {
      const ran = await run(['import', region, '--data', folder, ...more]);
      assert.equal(ran.code, 0, ran.err);
      assert.match(ran.err, /"Mobile" is read as mobile/);
      assert.match(ran.err, /"Card" is ignored: unknown name/);
    }
  });

  it('counts in good English, names fields as the help does, shows no rate it does not know, and says it needs --yes', async () => {
    const folder = temporaryFolder();
    await (await openOfflineTill(folder)).close();
    const file = `${folder}/region.csv`;
    writeFileSync(file, 'user_id,firstname,mobile,Tier Name,Loyalty Points\n1,Anna,919845000001,Gold,5\n,Nobody,,,\n');
    const ran = await run(['import', file, '--check', '--data', folder]);
    assert.equal(ran.code, 2, ran.err);
    assert.match(ran.out, /^Can import 1 customer; skips 1 of 2 lines\./);
    assert.match(ran.err, /"Tier Name" is read as tier\n.*"Loyalty Points" is read as points/);
    assert.doesNotMatch(ran.err, /\b0 a second|\b1 records/);
    assert.match((await run(['import', '--help'])).out, /it\s+needs --yes/);
    const done = await run(['import', file, '--yes', '--data', folder]);
    assert.equal(done.code, 1, done.err);
    assert.match(done.out, /Skipped 1 line: see/);
  });
});

describe('tillside organisation keep', () => {
  it('does nothing if no organisation holds the data, and nothing without --yes', async () => {
    const folder = temporaryFolder();
    await (await openOfflineTill(folder)).close();
    const inDatabase = <T>(look: (db: ReturnType<typeof openRaw>) => T) => {
      const db = openRaw(folder);
      try {
        return look(db);
      } finally {
        db.close();
      }
    };
    const keep = (...more: string[]) => run(['organisation', 'keep', '--data', folder, ...more]);
    assert.match((await keep('--yes')).out, /^Nothing to do: this data has no organisation yet/);
    inDatabase((db) => mayTakeIn(db, '501', Date.now()));
    const dry = await keep();
    assert.equal(dry.code, 0, dry.err);
    assert.match(dry.out, /Dry run: nothing was changed/);
    assert.equal(inDatabase(organisationOf), '501');
    assert.match((await keep('--yes')).out, /^Done/);
    assert.equal(inDatabase(organisationOf), null);
    assert.match((await keep('--yes')).out, /^Nothing to do: the organisation that this till signs in to next/);
  });
});

describe('a command that changes the data', () => {
  it('while Tillside is open, says to close it or where the screen does the same', async (t) => {
    const folder = temporaryFolder();
    const till = await openOfflineTill(folder);
    t.after(() => till.close());
    const region = `${folder}/region.csv`;
    writeFileSync(region, 'mobile,firstname\n919845012345,Asha\n');
    const config = `${folder}/config.json`;
    writeFileSync(config, '{"api":{"cluster":"eu"},"auth":{"method":"basic","till":"t"}}');
    for (const command of [
      ['import', region],
      ['restore', '--empty', '--yes'],
      ['outbox', 'export'],
    ]) {
      const ran = await run([...command, '--data', folder, '--config', config], {
        env: { TILLSIDE_PASSPHRASE: 'correct horse battery' },
      });
      assert.equal(ran.code, 2);
      assert.match(ran.err, /already running.*Close it first, or .* menu → This till.*tillside doctor/);
    }
  });
});
