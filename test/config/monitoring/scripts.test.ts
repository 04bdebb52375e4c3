/** The scripts for other monitoring. Those for Windows and Alloy are not run, since this machine has neither. */
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { promisify } from 'node:util';
import { z } from 'zod';
import { projectRoot } from '../../../build/project-root.ts';
import { checkNames } from '../../../electron/care/doctor/finding.ts';
import { practiceConfig } from '../../../electron/practice/practice-config.ts';
import { health } from '../../care/health-receiver.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';
import { startTillRig } from '../../helpers/till-rig.ts';

const folder = path.join(projectRoot, 'build', 'config', 'examples', 'monitoring');
const read = (name: string) => readFileSync(path.join(folder, name), 'utf8');

/** A program in `where` that runs one line of sh. */
function program(where: string, name: string, line: string): string {
  const file = path.join(where, name);
  writeFileSync(file, `#!/bin/sh\n${line}\n`);
  chmodSync(file, 0o755);
  return file;
}

/** Runs the extension attribute with macOS' own tools replaced: somebody is signed in and runs what is asked. */
async function extensionAttribute(tillside: string | null, user = 'till'): Promise<string> {
  const tools = temporaryFolder();
  program(tools, 'stat', `echo ${user}`);
  program(tools, 'id', 'echo 501');
  program(tools, 'launchctl', 'shift 2; exec "$@"');
  program(tools, 'sudo', 'shift 2; exec "$@"');
  // Not spawnSync: the doctor calls a server in this process.
  const { stdout, stderr } = await promisify(execFile)('sh', [path.join(folder, 'jamf-extension-attribute.sh')], {
    env: {
      PATH: `${tools}${path.delimiter}${process.env.PATH}`,
      TILLSIDE_PROGRAM: tillside ?? path.join(tools, 'none'),
    },
  });
  assert.equal(stderr, '');
  return /^<result>(.*)<\/result>\n$/.exec(stdout)?.[1] ?? stdout;
}

describe('the extension attribute for Jamf', { skip: process.platform === 'win32' && 'it is a script for sh' }, () => {
  it("reports what a real till's doctor found", async (t) => {
    const rig = await startTillRig(20);
    t.after(() => rig.close());
    const dataDir = temporaryFolder();
    const config = path.join(dataDir, 'config.json');
    writeFileSync(config, JSON.stringify(practiceConfig(rig.server.url)));
    const arguments_ = `--config '${config}' --data '${dataDir}'`;
    const line = `exec '${process.execPath}' '${path.join(projectRoot, 'build', 'tillside.ts')}' "$@" ${arguments_}`;
    const said = await extensionAttribute(program(dataDir, 'tillside', line));
    assert.equal(said, 'act: credentials');
  });

  it('says "fine", names the checks of the worst severity only, and says why there is no report', async () => {
    const where = temporaryFolder();
    const finding = (check: string, severity: string) => ({ check, severity, found: 'x', advice: null, facts: {} });
    const answer = (severity: string, findings: readonly object[]) =>
      extensionAttribute(
        program(where, 'tillside', `echo '${JSON.stringify({ severity, atMs: 1, findings })}'; exit 2`),
      );
    assert.equal(await answer('fine', [finding('disk', 'fine')]), 'fine');
    const three = [finding('disk', 'look'), finding('server', 'act'), finding('backups', 'act')];
    assert.equal(await answer('act', three), 'act: server, backups');
    assert.equal(await extensionAttribute(program(where, 'tillside', 'exit 3')), 'the doctor gave no report');
    assert.equal(await extensionAttribute(program(where, 'tillside', 'exit 0'), 'root'), 'nobody is signed in');
    assert.equal(await extensionAttribute(null), 'not installed');
  });
});

describe('the compliance policy for Intune', () => {
  it('has a rule for each setting that the script returns, in the form that Intune reads', () => {
    const script = read('intune-compliance.ps1');
    const rules = z
      .strictObject({
        Rules: z.array(
          z.strictObject({
            SettingName: z.string(),
            Operator: z.literal('IsEquals'),
            DataType: z.literal('String'),
            Operand: z.string(),
            MoreInfoUrl: z.url(),
            RemediationStrings: z.array(
              z.strictObject({ Language: z.literal('en_US'), Title: z.string(), Description: z.string() }),
            ),
          }),
        ),
      })
      .parse(JSON.parse(read('intune-compliance.json'))).Rules;
    const returned = /return @\{ (\w+) = /.exec(script)?.[1];
    assert.deepEqual(
      rules.map(({ SettingName }) => SettingName),
      [returned],
    );
    assert.ok(script.includes(`else { '${rules[0]?.Operand}' }`), 'a till that needs nothing is compliant');
    assert.match(script, /ConvertTo-Json -Compress\n$/);
    // Checks that braces, brackets and quotes pair up, since there is no PowerShell here.
    const code = script.replace(/^#.*$/gm, '').replace(/'[^'\n]*'/g, "''");
    for (const [open, close] of ['{}', '()'].map((pair) => [...pair])) {
      assert.equal(code.split(open ?? '').length, code.split(close ?? '').length);
    }
  });

  it('and the extension attribute read the keys that the doctor prints', () => {
    for (const key of ['severity', 'findings', 'check']) assert.match(read('intune-compliance.ps1'), new RegExp(key));
    for (const name of checkNames) assert.match(name, /^[a-z]+$/, 'the extension attribute looks for such names');
  });
});

describe('the snippet for Alloy', () => {
  it('joins parts that exist, and has the address that the config needs', () => {
    const text = read('config.alloy').replace(/\/\/.*$/gm, '');
    const parts = new Set([...text.matchAll(/^([\w.]+) "(\w+)" \{/gm)].map(([, kind, name]) => `${kind}.${name}`));
    assert.equal(parts.size, 5);
    const used = [...text.matchAll(/\b((?:prometheus|otelcol)(?:\.\w+)+)\.(?:receiver|targets|input)\b/g)];
    assert.equal(used.length, 4);
    for (const [, part = ''] of used) assert.ok(parts.has(part), part);
    assert.equal(text.split('{').length, text.split('}').length);
    assert.match(read('config.alloy'), /health\.otlp\.url, here http:\/\/127\.0\.0\.1:4318\/v1\/metrics/);
  });
});

/** The example receiver as a process on a free port. */
async function startReceiver(t: TestContext, file: string) {
  const script = path.join(folder, 'heartbeat-receiver.mjs');
  const child = spawn(process.execPath, [script, file], {
    env: { PORT: '0', KEY: 'k' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const stop = async () => {
    child.kill();
    await ended;
  };
  t.after(stop);
  const port = await new Promise<string>((resolve) =>
    child.stdout.setEncoding('utf8').once('data', (text: string) => resolve(text.replace(/\D/g, ''))),
  );
  const url = `http://127.0.0.1:${port}/tillside?key=k`;
  const list = z.array(z.object({ till: z.string(), open: z.boolean(), silent: z.boolean(), waiting: z.number() }));
  return { url, stop, list: async () => list.parse(await (await fetch(url)).json()) };
}

describe('the example receiver of heartbeats', () => {
  it("lists a real till's heartbeat, keeps it over a restart, and says that the till was closed", async (t) => {
    const file = path.join(temporaryFolder(), 'heartbeats.json');
    const receiver = await startReceiver(t, file);
    const rig = await startTillRig(20);
    t.after(() => rig.close());
    const till = await rig.openTill(temporaryFolder(), { health: { heartbeatUrl: receiver.url } });
    await till.close();
    const heard = [{ till: 'practice.till1', open: false, silent: false, waiting: 0 }];
    assert.deepEqual(await receiver.list(), heard);
    await receiver.stop();
    assert.deepEqual(await (await startReceiver(t, file)).list(), heard);
  });

  it('puts the tills that need help first, and accepts nothing without the key or in another form', async (t) => {
    const file = path.join(temporaryFolder(), 'heartbeats.json');
    const silent = { ...health, till: 'silent', open: true, waiting: 0, heardAt: Date.now() / 1000 - 3600 };
    writeFileSync(file, JSON.stringify([silent]));
    const receiver = await startReceiver(t, file);
    const post = async (body: string, url = receiver.url) => (await fetch(url, { method: 'POST', body })).status;
    const unsent = { ...health.unsent, queued: 0, unknown: 0 };
    assert.equal(await post(JSON.stringify({ ...health, till: 'fine', unsent })), 204);
    assert.equal(await post(JSON.stringify({ ...health, till: 'waits' })), 204);
    assert.equal(await post(JSON.stringify({ ...health, till: 'paused', unsent, paused: 'credentials' })), 204);
    assert.deepEqual(
      (await receiver.list()).map(({ till }) => till),
      ['silent', 'paused', 'waits', 'fine'],
    );
    const bodies = ['null', '{', '{"schema":2}', JSON.stringify({ ...health, unsent: null }), 'x'.repeat(100_000)];
    for (const body of bodies) assert.equal(await post(body), 400);
    assert.equal(await post(JSON.stringify(health), receiver.url.replace('key=k', 'key=K')), 403);
    assert.equal((await receiver.list()).length, 4);
  });

  it('is short enough to read', () => {
    assert.ok(read('heartbeat-receiver.mjs').split('\n').length <= 51);
  });
});
