/**
 * `tillside doctor` on tills broken in each way seen in the field: as a process where that matters (limits,
 * certificates, who has the data open), otherwise in this process, in a tenth of the time.
 */
import assert from 'node:assert/strict';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Finding } from '../../electron/care/doctor/finding.ts';
import { changeHealthNote, receiverMark } from '../../electron/care/health-note.ts';
import { createNodeTransport } from '../../electron/loyalty-api/node-transport.ts';
import { folderFiles } from '../../electron/machine/folder-files.ts';
import { secretFile } from '../../electron/machine/secret-file.ts';
import { systemClock, systemRandom } from '../../electron/machine/system-clock.ts';
import { practiceConfig, practiceCredentials } from '../../electron/practice/practice-config.ts';
import { type PracticeServer, startPracticeServer } from '../../electron/practice/practice-server.ts';
import { sampleCustomers } from '../../electron/practice/sample-customers.ts';
import { damageTable, openOfflineTill, saveFor, someMobile } from '../db/offline-till.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { makeCertificates } from '../loyalty-api/certificates.ts';
import { type AsProcess, runProgram } from './program.ts';
import { type Ran, run } from './run.ts';

const secret = practiceCredentials.secret;

/** How the API refuses a call that a till may not make. */
const refusal = { kind: 'answer', status: 403, headers: { 'x-cap-requestid': 'r1' }, body: '{}' } as const;

type Doctor = { readonly code: number; readonly text: string; readonly of: (check: string) => Finding };

describe('tillside doctor', () => {
  let server: PracticeServer;
  before(async () => {
    server = await startPracticeServer({ customers: sampleCustomers(5), clock: systemClock, random: systemRandom });
  });
  after(() => server.close());

  /** A till that was used and closed. */
  async function tillFolder(password: string = secret): Promise<string> {
    const folder = temporaryFolder();
    const till = await openOfflineTill(folder);
    await saveFor(till, someMobile, 'Confidential');
    await till.close();
    secretFile(folder, null).write('api-secret', password);
    return folder;
  }

  function configFor(url = server.url): string {
    const file = path.join(temporaryFolder(), 'config.json');
    writeFileSync(file, JSON.stringify(practiceConfig(url)));
    return file;
  }

  async function inThisProcess(argv: readonly string[]): Promise<Ran> {
    const transport = createNodeTransport({ clock: systemClock, env: {} });
    const ran = await run(argv, { transport: transport.send });
    transport.close();
    return ran;
  }

  async function ask(folder: string, config: string, process?: AsProcess): Promise<Doctor> {
    const argv = ['doctor', '--data', folder, '--config', config, '--json'];
    const json = await (process === undefined ? inThisProcess(argv) : runProgram(argv, process));
    assert.equal(json.err, '');
    const findings: readonly Finding[] = JSON.parse(json.out).findings;
    assert.doesNotMatch(json.out, new RegExp(`Confidential|${someMobile}|"${secret}"`));
    const of = (check: string) => {
      const found = findings.find((finding) => finding.check === check);
      assert.ok(found !== undefined, `nothing was reported on ${check}: ${json.out}`);
      return found;
    };
    return { code: json.code, text: json.out, of };
  }

  function ofSeverity({ text }: Doctor, severity: string): string[] {
    const findings: readonly Finding[] = JSON.parse(text).findings;
    return findings.filter((finding) => finding.severity === severity).map(({ check }) => check);
  }

  it('finds nothing to do on a healthy till, and says what it checked', async () => {
    const folder = await tillFolder();
    const report = await ask(folder, configFor(), {});
    assert.deepEqual(ofSeverity(report, 'act'), [], report.text);
    assert.deepEqual(ofSeverity(report, 'look'), [], report.text);
    assert.equal(report.code, 0);
    assert.match(report.of('outbox').found, /1 unsent/);
    assert.match(report.of('credentials').found, /recognises this till as practice\.till1/);
    assert.match(report.of('clock').found, /Within \d+ s/);
    assert.match(
      report.of('permissions').found,
      /^Allowed: customer\/get, .*store\/staff; not tried.*customer\/update$/,
    );
    assert.match(
      report.of('organisation').found,
      /^Primary identifier: mobile; can be filled in: mobile, email; cannot: externalId$/,
    );
    assert.match(report.of('proxy').found, /None/);
    assert.match(report.of('version').found, /Tillside \d+\.\d+\.\d+/);
  });

  it('wrong secret: names the refusal with its request id, and how to set the secret again', async () => {
    const report = await ask(await tillFolder('not the password'), configFor());
    assert.equal(report.code, 2);
    assert.deepEqual(ofSeverity(report, 'act'), ['credentials']);
    assert.match(report.of('credentials').found, /refused the till or its password \(request id .+\)/);
    assert.match(report.of('credentials').advice ?? '', /tillside secret set, or TILLSIDE_SECRET/);
    assert.doesNotMatch(report.text, /not the password/);
  });

  it('wrong URL: a name that does not resolve, and a server that is not the API', async (t) => {
    const folder = await tillFolder();
    const nowhere = await ask(folder, configFor('https://api.tillside-test.invalid'));
    assert.equal(nowhere.code, 2);
    assert.match(nowhere.of('dns').found, /Can't resolve api\.tillside-test\.invalid/);
    assert.match(nowhere.of('dns').advice ?? '', /api\.url|DNS server/);
    const other = http.createServer((_request, response) => response.writeHead(404).end('<h1>It works!</h1>'));
    const url = await new Promise<string>((resolve) => {
      other.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${port(other)}`));
    });
    t.after(() => other.close());
    const wrong = await ask(folder, configFor(url));
    assert.equal(wrong.code, 2);
    assert.match(`${wrong.of('server').found} ${wrong.of('server').advice}`, /HTTP 404.*api\.url/);
  });

  it('wrong URL on a till without a password: names both, so that one visit is enough', async () => {
    const folder = temporaryFolder();
    const other = configFor('http://127.0.0.1:9');
    const report = await ask(folder, other);
    assert.equal(report.code, 2);
    assert.match(report.of('credentials').found, /no password yet/);
    assert.match(report.of('server').found, /Cannot reach .*: no-connection/);
    const right = await ask(folder, configFor());
    assert.match(right.of('server').found, /answers as the loyalty API/);
    assert.match(right.of('credentials').found, /no password yet/);
  });

  it('an expired certificate and an untrusted one: names each', async (t) => {
    const folder = await tillFolder();
    const secure = async (made: ReturnType<typeof makeCertificates>) => {
      const listening = https.createServer({ cert: made.cert, key: made.key }, (_request, response) => response.end());
      await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
      t.after(() => listening.close());
      const ca = path.join(temporaryFolder(), 'ca.pem');
      writeFileSync(ca, made.ca);
      return { url: `https://127.0.0.1:${port(listening)}`, ca };
    };
    const old = await secure(makeCertificates({ expired: true }));
    const expired = await ask(folder, configFor(old.url), { env: { NODE_EXTRA_CA_CERTS: old.ca } });
    assert.equal(expired.code, 2);
    assert.match(expired.of('tls').found, /certificate of localhost, by Private CA expired on \d{4}-\d\d-\d\d/);
    assert.match(expired.of('tls').advice ?? '', /renew/);
    assert.match(expired.of('server').found, /tls \(CERT_HAS_EXPIRED\)/);
    const fresh = await secure(makeCertificates());
    const unknown = await ask(folder, configFor(fresh.url));
    assert.match(unknown.of('tls').found, /This machine does not trust .* by Private CA/);
    assert.match(unknown.of('tls').advice ?? '', /Add the authority "Private CA"/);
  });

  it('full disk: says that saves are refused, and to make room', async () => {
    const folder = await tillFolder();
    // No file can take another byte, as on a full disk or quota.
    const report = await ask(folder, configFor(), { limit: 'ulimit -f 0' });
    assert.equal(report.code, 2);
    assert.match(report.of('disk').found, /disk or quota is full \(EFBIG/);
    assert.match(report.of('disk').advice ?? '', /Free up disk space/);
    assert.equal(statSync(folder).isDirectory(), true);
  });

  it('second instance: says who has the data open, and advises nothing', async (t) => {
    const folder = await tillFolder();
    const till = await openOfflineTill(folder);
    t.after(() => till.close());
    await assert.rejects(openOfflineTill(folder), { code: 'already-running' });
    const report = await ask(folder, configFor(), {});
    assert.match(report.of('instance').found, new RegExp(`Tillside is open \\(process ${process.pid}, preview, for`));
    assert.equal(report.of('instance').advice, null);
  });

  it('corrupt database: says so, and how to restore a backup', async () => {
    const folder = await tillFolder();
    const { database } = folderFiles(folder);
    const whole = readFileSync(database);
    const spoilAt = (at: number) => writeFileSync(database, Buffer.from(whole).fill(0x5a, at, at + 100));
    const places = {
      'the beginning': () => spoilAt(30),
      'the second page': () => spoilAt(4096 + 50),
      'a table of updates': () => {
        writeFileSync(database, whole);
        damageTable(folder, 'updates');
      },
    };
    for (const [place, spoil] of Object.entries(places)) {
      spoil();
      const report = await ask(folder, configFor());
      assert.equal(report.code, 2);
      assert.match(report.of('database').found, /damaged/, place);
      assert.match(report.of('database').advice ?? '', /tillside restore/);
    }
  });

  it('says for each call whether it is allowed, and which settings the config decides because the server does not', async (t) => {
    const folder = await tillFolder();
    const transport = createNodeTransport({ clock: systemClock, env: {} });
    t.after(() => transport.close());
    const settings = ['CONF_ALLOW_EMAIL_UPDATE', 'CONF_LOYALTY_ALLOW_EXTERNAL_ID_UPDATE'];
    const send: typeof transport.send = async (request) => {
      if (request.url.includes('/customer/get')) return refusal;
      if (request.url.includes('/store/staff')) return { kind: 'lost', why: 'timeout', code: 'ETIMEDOUT' };
      const result = await transport.send(request);
      if (result.kind !== 'answer' || !request.url.includes('/organization/configs')) return result;
      return { ...result, body: result.body.replaceAll(new RegExp(settings.join('|'), 'g'), 'CONF_OTHER') };
    };
    const ran = await run(['doctor', '--json', '--data', folder, '--config', configFor()], { transport: send });
    const findings: readonly Finding[] = JSON.parse(ran.out).findings;
    const of = (check: string) => findings.find((finding) => finding.check === check);
    assert.equal(ran.code, 2);
    assert.deepEqual(of('permissions')?.facts, {
      'customer/get': 'refused',
      'organization/configs': 'allowed',
      'organization/customfields': 'allowed',
      extendedFields: 'allowed',
      'store/staff': 'no answer',
    });
    assert.match(of('permissions')?.advice ?? '', /Ask the loyalty programme team/);
    assert.match(
      of('organisation')?.found ?? '',
      /can be filled in: mobile; not known, so the config.* applies: email, externalId$/,
    );
    assert.equal(of('organisation')?.facts.mayNotFill, '');
  });

  it('names the fields whose pattern is not used, and says if there are more fields than a till uses (F59)', async (t) => {
    const folder = await tillFolder();
    const transport = createNodeTransport({ clock: systemClock, env: {} });
    t.after(() => transport.close());
    const fields = [
      { name: 'pan', regex: '^(?=.*[A-Z]).+$' },
      { name: 'fine', regex: '^[a-z]{1,20}$' },
      ...Array.from({ length: 600 }, (_, n) => ({ name: `field${n}` })),
    ];
    const body = {
      response: { status: { success: 'true', code: 200 }, organization: { custom_fields: { field: fields } } },
    };
    const send: typeof transport.send = async (request) => {
      const result = await transport.send(request);
      if (result.kind !== 'answer' || !request.url.includes('/customfields')) return result;
      return { ...result, body: JSON.stringify(body) };
    };
    const ran = await run(['doctor', '--json', '--data', folder, '--config', configFor()], { transport: send });
    const findings: readonly Finding[] = JSON.parse(ran.out).findings;
    const report = findings.filter(({ severity }) => severity !== 'fine').map(({ found }) => found);
    assert.equal(report.length, 2, ran.out);
    assert.match(report[0] ?? '', /Ignoring the pattern of the custom field "pan": it uses something/);
    assert.match(report[1] ?? '', /500 or more custom fields; Tillside uses the first 500/);
  });

  it('does not blame the cable for an answer that is compressed, too large or cut off, and points only to checks that found something', async () => {
    const folder = await tillFolder();
    const config = configFor();
    const codes = { ENCODED: /compressed body/, BODY_TOO_LONG: /more than 5 MB/, CUT: /cut off/ };
    for (const [code, words] of Object.entries(codes)) {
      const ran = await run(['doctor', '--json', '--data', folder, '--config', config], {
        transport: () => Promise.resolve({ kind: 'lost', why: 'connection-lost', code }),
      });
      const findings: readonly Finding[] = JSON.parse(ran.out).findings;
      const server = findings.find(({ check }) => check === 'server');
      assert.match(server?.found ?? '', words);
      assert.doesNotMatch(server?.advice ?? '', /cable/);
    }
    for (const why of ['tls', 'proxy', 'name-not-found', 'no-connection'] as const) {
      const ran = await run(['doctor', '--json', '--data', folder, '--config', config], {
        transport: () => Promise.resolve({ kind: 'not-sent', why, code: 'X' }),
      });
      const findings: readonly Finding[] = JSON.parse(ran.out).findings;
      const standing = new Set(
        findings.filter(({ severity }) => severity !== 'fine').map(({ check }) => String(check)),
      );
      for (const { advice } of findings) {
        for (const [, names = ''] of (advice ?? '').matchAll(/See ([a-z and]+)\./g)) {
          for (const name of names.split(' and ')) assert.ok(standing.has(name), `${advice} of ${[...standing]}`);
        }
      }
    }
  });

  it('an unwritable metrics file, and a heartbeat nobody accepts', async (t) => {
    const folder = await tillFolder();
    const config = path.join(temporaryFolder(), 'config.json');
    const metricsFile = path.join(temporaryFolder(), 'no', 'such.prom');
    const heartbeatUrl = 'https://monitoring.example.com/x?key=verysecret';
    writeFileSync(config, JSON.stringify({ ...practiceConfig(server.url), health: { metricsFile, heartbeatUrl } }));
    const transport = createNodeTransport({ clock: systemClock, env: {} });
    t.after(() => transport.close());
    const look = async () => {
      const ran = await run(['doctor', '--json', '--data', folder, '--config', config], { transport: transport.send });
      assert.doesNotMatch(ran.out, /verysecret/);
      const findings: readonly Finding[] = JSON.parse(ran.out).findings;
      return (check: string) => findings.find((finding) => finding.check === check);
    };
    const before = await look();
    assert.match(before('metrics')?.found ?? '', /The folder of health\.metricsFile is missing/);
    assert.equal(before('heartbeat')?.severity, 'fine');
    assert.match(before('heartbeat')?.found ?? '', /was not sent to this receiver yet/);
    changeHealthNote(folder, { acceptedBy: [receiverMark('https://elsewhere.example.com/')] });
    assert.match((await look())('heartbeat')?.found ?? '', /was not sent to this receiver yet/);
    changeHealthNote(folder, { acceptedBy: [receiverMark(heartbeatUrl)] });
    assert.match((await look())('heartbeat')?.found ?? '', /is accepted/);
    changeHealthNote(folder, { heartbeat: { code: 'HTTP 403', sinceMs: Date.now() - 2 * 3_600_000 } });
    const after = await look();
    assert.match(after('heartbeat')?.found ?? '', /not been accepted for 2 hours \(HTTP 403\)/);
    assert.equal(after('heartbeat')?.severity, 'look');
  });

  it('a lost key, a missing password, a wrong clock, and an unusable config', async (t) => {
    const folder = await tillFolder();
    const config = configFor();
    const inHere = (argv: readonly string[], given: Parameters<typeof run>[1] = {}) =>
      run(['doctor', '--json', '--data', folder, ...argv], given);
    const find = (out: string, check: string) => {
      const findings: readonly Finding[] = JSON.parse(out).findings;
      return findings.find((finding) => finding.check === check);
    };
    const transport = createNodeTransport({ clock: systemClock, env: {} });
    t.after(() => transport.close());
    const fast = { ...systemClock, wallMs: () => Date.now() + 3_600_000 };
    const wrong = await inHere(['--config', config], { clock: fast, transport: transport.send });
    assert.equal(wrong.code, 1);
    assert.match(find(wrong.out, 'clock')?.found ?? '', /60 minutes ahead of the server/);
    writeFileSync(path.join(folder, 'secrets.json'), '{}');
    const without = await inHere(['--config', config], { transport: transport.send });
    assert.match(find(without.out, 'server')?.found ?? '', /answers as the loyalty API/);
    assert.match(find(without.out, 'key')?.advice ?? '', /recovery-key use/);
    assert.match(find(without.out, 'credentials')?.found ?? '', /Cannot read/);
    const broken = path.join(temporaryFolder(), 'broken.json');
    writeFileSync(broken, '{"api":{}}');
    const unusable = await inHere(['--config', broken]);
    assert.equal(unusable.code, 2);
    assert.match(find(unusable.out, 'config')?.found ?? '', /is not valid: line 1, column 8: api: /);
  });
});

function port(server: { address: () => AddressInfo | string | null }): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server does not listen');
  return address.port;
}
