import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { customersOnTill, regionState } from '../../electron/customers/region.ts';
import { customerRow, readRecord } from '../../electron/customers/store.ts';
import { normalMobile } from '../../electron/model/identifiers.ts';
import { strictCustomer } from '../../electron/region/file-values.ts';
import { type ImportOptions, type ImportState, plainImport } from '../../electron/region/import-state.ts';
import { type ImportRig, openImportRig, saveHere } from './import-rig.ts';

const heading = 'user_id,firstname,lastname,mobile,email\n';
const rita = '3001,Rita,James,917713643123,rita@example.com\n';

/** A till whose region is Rita alone, and what a file does to it. */
async function tillWithRita(t: TestContext): Promise<ImportRig> {
  const rig = openImportRig(t);
  await rig.importText('before.csv', heading + rita);
  return rig;
}

async function whyNot(rig: ImportRig, text: string | Buffer, options: Partial<ImportOptions> = {}) {
  const state = await rig.importText('file.csv', text, options);
  return state.kind === 'failed' ? { why: state.why, line: state.line } : state.kind;
}

function refusedLines(state: ImportState): string[] {
  if (state.kind !== 'done' || state.report === null) return [];
  const lines = readFileSync(state.report, 'utf8').split('\n').slice(1, -1);
  return lines.map((line) => line.split(',').slice(0, 2).join(','));
}

function fieldsOf(rig: ImportRig, query: string) {
  return readRecord(rig.db, rig.idOf(query))?.fields;
}

describe('F56: a file that an import does not read', () => {
  const jose = Buffer.from(`${heading}1,Jos\u00e9,Nu\u00f1ez,919845000001,j@example.com\n`, 'latin1');

  it('is recognised by its first bytes, and changes nothing', async (t) => {
    const rig = await tillWithRita(t);
    const utf16 = Buffer.from(heading + rita, 'utf16le');
    const kinds: [string, Buffer][] = [
      ['utf-16', utf16],
      ['utf-16', Buffer.from(utf16).swap16()],
      ['not-utf-8', jose],
      ['spreadsheet', Buffer.from('PK\x03\x04\x14\0\x06\0[Content_Types].xml and more', 'latin1')],
      ['spreadsheet', Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1, 0, 0])],
      ['packed', Buffer.from('PK\x03\x04\x14\0customers.csv', 'latin1')],
      ['packed', Buffer.from('BZh91AY')],
      ['packed', gzipSync(gzipSync(rita))],
      ['web-page', Buffer.from('<!DOCTYPE html><title>Sign in</title>')],
      ['web-page', Buffer.from('\ufeff\n <html>')],
      ['not-text', Buffer.from('%PDF-1.7')],
      ['not-text', Buffer.from(`${heading}1,A\0B,,,\n`)],
      ['json-list', Buffer.from('[{"user_id":1}]')],
      ['damaged', gzipSync(Buffer.from(heading + rita.repeat(500))).subarray(0, 60)],
      ['damaged', zstdCompressSync(Buffer.from(heading + rita.repeat(500))).subarray(0, 60)],
      ['damaged', Buffer.concat([Buffer.from([0xff, 0xfe]), utf16, Buffer.from([0x41])])],
      ['empty', Buffer.from('\ufeff  \n')],
    ];
    for (const [why, bytes] of kinds) {
      const found = await whyNot(rig, bytes);
      assert.equal(typeof found === 'string' ? found : found.why, why, bytes.toString('latin1', 0, 12));
    }
    const one = rig.newImport();
    one.start(path.join(rig.dataDir, 'files'));
    await one.ended;
    assert.equal(one.state.kind === 'failed' && one.state.why, 'not-a-file');
    assert.deepEqual(rig.names('rita'), ['Rita James']);
    assert.equal(customersOnTill(rig.db), 1);
    assert.equal(existsSync(path.join(rig.dataDir, 'import.part')), false);
  });

  it('is reported with the bad line, and read as Windows-1252 if somebody says so', async (t) => {
    const rig = await tillWithRita(t);
    assert.deepEqual(await whyNot(rig, jose), { why: 'not-utf-8', line: 2 });
    assert.equal(await whyNot(rig, jose, { encoding: 'windows-1252' }), 'done');
    assert.deepEqual(rig.names('jose'), ['José Nuñez']);
    // Valid UTF-8 is read as UTF-8, whatever was said.
    assert.equal(await whyNot(rig, `${heading}1,Zoë,,919845000001,\n`, { encoding: 'windows-1252' }), 'done');
    assert.deepEqual(rig.names('zoe'), ['Zoë']);
  });

  it('is simply read if it is gz, zst or UTF-16 with a byte order mark', async (t) => {
    const text = `${heading}1,Zoë,Nair,919845000001,\n`;
    const same = [
      gzipSync(text),
      zstdCompressSync(text),
      gzipSync(Buffer.from(`\ufeff${text}`, 'utf16le')),
      Buffer.from(`\ufeff${text}`, 'utf16le'),
      Buffer.from(`\ufeff${text}`, 'utf16le').swap16(),
    ];
    for (const bytes of same) {
      const rig = openImportRig(t);
      assert.equal(await whyNot(rig, bytes), 'done');
      assert.deepEqual(rig.names('zoe'), ['Zoë Nair']);
    }
  });

  it('is read to the end if its zst has several frames, as some programs write it, or a frame to skip', async (t) => {
    const rig = openImportRig(t);
    const toSkip = Buffer.from([0x5a, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3]);
    // Enough that a frame goes on in the next piece of the file.
    const noise = (at: number) => [1, 2, 3, 4, 5].map((n) => hash('sha512', `${at} ${n}`)).join('');
    const rows = Array.from({ length: 6000 }, (_, at) => `${at + 1},Rita,,,,${noise(at)}\n`).join('');
    const text = `${heading.trimEnd()},noise\n${rows}`;
    const cuts = [0, 10, heading.length + 6, 2_000_000, text.length];
    const frames = cuts.map((from, at) => zstdCompressSync(text.slice(from, cuts[at + 1] ?? from)));
    assert.ok(Buffer.concat(frames).length > 1 << 20);
    assert.equal(await whyNot(rig, Buffer.concat([toSkip, ...frames, toSkip])), 'done');
    assert.equal(customersOnTill(rig.db), 6000);
    for (const end of [Buffer.from('junk'), frames[3]?.subarray(0, -9) ?? Buffer.alloc(0)]) {
      assert.deepEqual(await whyNot(rig, Buffer.concat([...frames, end])), { why: 'damaged', line: null });
    }
    assert.equal(customersOnTill(rig.db), 6000);
  });

  it('with lost letters: that line is refused', async (t) => {
    const rig = await tillWithRita(t);
    const state = await rig.importText('file.csv', `${heading}1,Jos\ufffd,,,\n${rita}`);
    assert.deepEqual(refusedLines(state), ['2,lost-letters']);
  });
});

describe('F56: columns', () => {
  it('are understood in the words of other programs, and each is named before anything changes', async (t) => {
    const rig = openImportRig(t);
    const text =
      'Record ID,Customer name,Mobile No.,Phone Number,E-mail Address,Favourite color,custom.city,Create Date\n' +
      '3001,Maria de la Cruz,+91 77136 43123,0805550100,m@example.com,red,Pune,2019-09-11\n';
    const state = await rig.importText('export.csv', text, { check: true });
    assert.ok(state.kind === 'checked');
    assert.deepEqual(
      state.columns?.map(({ column, takenAs, why }) => [column, takenAs ?? why]),
      [
        ['Record ID', 'user_id'],
        ['Customer name', 'firstname, lastname'],
        ['Mobile No.', 'mobile'],
        ['Phone Number', 'again'],
        ['E-mail Address', 'email'],
        ['Favourite color', 'not-known'],
        ['custom.city', 'custom.city'],
        ['Create Date', 'registered_on'],
      ],
    );
    assert.equal(customersOnTill(rig.db), 0, 'a check imported the file');
    assert.equal((await rig.importText('export.csv', text)).kind, 'done');
    assert.equal(fieldsOf(rig, '43123')?.firstName, 'Maria de la');
    assert.deepEqual(rig.names('cruz'), ['Maria de la Cruz']);
    assert.deepEqual(fieldsOf(rig, 'id:3001')?.registeredOn, '2019-09-11 00:00:00');
  });

  it('that nobody recognises raise a question if nobody would have a mobile or a name without them', async (t) => {
    const rig = await tillWithRita(t);
    const state = await rig.importText('file.csv', 'user_id,Numero,firstname\n3001,917713643123,Rita\n', {
      sure: false,
    });
    assert.ok(state.kind === 'question');
    assert.deepEqual(state.doubts, ['columns']);
    assert.equal(fieldsOf(rig, 'rita')?.lastName, 'James');
  });

  it('may follow a sep= line and end in an extra separator, and lines may end in any way', async (t) => {
    const rig = openImportRig(t);
    const text =
      'sep=;\r\nuser_id;firstname;lastname;\n1;Anna;"Rao\r\nSen";\r2;Berta;Roy\n;;\r\n\r\n3;Carla;Das;;\r4;Dora;Pal';
    const state = await rig.importText('file.csv', text);
    assert.deepEqual(refusedLines(state), ['8,wrong-columns']);
    assert.deepEqual(
      [...rig.names('anna'), ...rig.names('berta'), ...rig.names('dora')],
      ['Anna Rao Sen', 'Berta Roy', 'Dora Pal'],
    );
  });
});

describe('F56: values', () => {
  it('from spreadsheets and databases are restored, or refused', async (t) => {
    const rig = openImportRig(t);
    const text = [
      'user_id,firstname,mobile,email,external_id,registered_on,points',
      '343445001.0,Anna,919845012345.0,NULL,6035001234567890.0,2019-09-11T10:12:00Z,"2,280"',
      '2,Berta,9845012346,\\N,N/A,2019-09-11,#N/A',
      '3,Carla,+91 098450 12347,nan,-,0000-00-00 00:00:00,-',
      '4,Dora,9.19845E+11,,,,',
      '5,Erna,,erna,,,',
      'X6,Frida,,,,,',
      '7,Gerda,,,,31-31-2019,',
      '8,Hanna,,,,2562-01-01,',
      '9,Irma,,,,43719,',
      '10,Jana,,,,,many',
      '11,Nan,,,,,',
      '12,Null,,,,,',
    ].join('\n');
    const state = await rig.importText('file.csv', text);
    assert.deepEqual(refusedLines(state), [
      '5,rounded',
      '6,not-an-email',
      '7,not-an-id',
      '8,not-a-date',
      '9,not-a-date',
      '10,not-a-date',
      '11,not-a-number',
    ]);
    const anna = fieldsOf(rig, 'anna');
    assert.equal(customerRow(rig.db, rig.idOf('anna'))?.user_id, '343445001');
    assert.equal(anna?.mobile, '919845012345');
    assert.equal(anna?.email, null);
    assert.equal(anna?.externalId, '6035001234567890');
    assert.equal(anna?.registeredOn, '2019-09-11 15:42:00', 'not in store time');
    assert.equal(readRecord(rig.db, rig.idOf('anna'))?.loyalty?.points, 2280);
    assert.equal(fieldsOf(rig, 'berta')?.mobile, '919845012346');
    assert.equal(fieldsOf(rig, 'carla')?.mobile, '919845012347');
    assert.equal(fieldsOf(rig, 'carla')?.registeredOn, null);
    assert.deepEqual([...rig.names('nan'), ...rig.names('null')], ['Nan', 'Null']);
  });

  it('that are mobiles are read as in the search and the form, also if they begin with the digits of their country code', () => {
    for (const [countryCode, mobile] of [
      ['BR', '55991234567'],
      ['BR', '5555991234567'],
      ['BR', '11 91234-5678'],
      ['DE', '49050803200'],
      ['IN', '9198123456'],
      ['FR', '33612345678'],
      ['US', '12025550123'],
    ] as const) {
      const read = strictCustomer({ mobile }, { countryCode, timeZone: 'UTC', dateOrder: null });
      const value = typeof read === 'string' ? read : read.mobile;
      assert.equal(value, normalMobile(mobile, countryCode), `${countryCode} ${mobile}`);
    }
  });

  it('that are dates are read if the file leaves no doubt or somebody says how, and otherwise not at all', async (t) => {
    const rig = openImportRig(t);
    const text = 'user_id,firstname,registered_on\n1,Anna,11/09/2019 10:12\n2,Berta,05/03/2019\n';
    assert.deepEqual(await whyNot(rig, text), { why: 'day-or-month', line: null });
    assert.equal(await whyNot(rig, text, { dateOrder: 'month-first' }), 'done');
    assert.equal(fieldsOf(rig, 'anna')?.registeredOn, '2019-11-09 10:12:00');
    const shown = await rig.importText('shown.csv', `${text}3,Carla,25/09/2019\n4,Dora,09/25/2019\n`);
    assert.deepEqual(refusedLines(shown), ['5,not-a-date']);
    assert.equal(fieldsOf(rig, 'anna')?.registeredOn, '2019-09-11 10:12:00');
  });

  it('that are JSON ids with more digits than a number holds are refused', async (t) => {
    const rig = openImportRig(t);
    const state = await rig.importText(
      'f.ndjson',
      '{"user_id":12345678901234567890,"firstname":"A"}\n{"user_id":343445001.0,"firstname":"B"}\n',
    );
    assert.deepEqual(refusedLines(state), ['1,rounded']);
  });
});

describe('which customer a row belongs to', () => {
  /** Three imports of a file without user ids, in which people share a value. */
  for (const shared of ['NULL', '#N/A', 'shop@example.com'] as const) {
    it(`nobody becomes somebody else because several rows share the email ${shared}`, async (t) => {
      const rig = openImportRig(t);
      const people = ['Anna', 'Berta', 'Carla'];
      const file = (order: readonly string[]) =>
        `firstname,email,external_id\n${order.map((name) => `${name},${shared},\n`).join('')}Dora,d@example.com,D-1\n`;
      await rig.importText('1.csv', file(people).replaceAll(`${shared},\n`, `${shared},X\n`).replaceAll(',X', ',X-1'));
      const dora = rig.idOf('dora');
      const before = new Map(people.map((name) => [rig.idOf(name.toLowerCase()), name]));
      for (const order of [people, people.toReversed(), ['Berta', 'Carla']]) {
        await rig.importText('next.csv', file(order));
        for (const [id, name] of before) {
          const row = customerRow(rig.db, id);
          assert.ok(row === null || row.first_name === name, `${name} has become ${row?.first_name}`);
        }
        assert.equal(rig.idOf('dora'), dora, 'an email of her own no longer names Dora');
      }
    });
  }

  it('two rows that match one customer in different ways both become new customers', async (t) => {
    const rig = openImportRig(t);
    await rig.importText('1.csv', 'firstname,mobile,external_id\nAnna,919845000001,A-1\n');
    const anna = rig.idOf('anna');
    await rig.importText('2.csv', 'firstname,mobile,external_id\nBerta,919845000001,\nCarla,,A-1\n');
    assert.equal(customerRow(rig.db, anna), null);
    assert.deepEqual(rig.names('berta'), ['Berta']);
    assert.deepEqual(rig.names('carla'), ['Carla']);
  });

  it('an identifier that staff only typed matches no row', async (t) => {
    const rig = openImportRig(t);
    await rig.importText('1.csv', 'firstname,mobile,external_id\nAnna,919845000001,A-1\n');
    const anna = rig.idOf('anna');
    saveHere(rig, anna, { email: 'new@example.com' }, { email: '' }, { type: 'mobile', value: '919845000001' });
    await rig.importText('2.csv', 'firstname,email\nBerta,new@example.com\n');
    assert.notEqual(rig.idOf('berta'), anna);
    assert.deepEqual(rig.names('anna'), ['Anna'], 'whoever was changed here stays');
  });

  it('the last line of a customer wins, under the id they already have', async (t) => {
    const rig = await tillWithRita(t);
    const id = rig.idOf('rita');
    const state = await rig.importText('2.csv', `${heading}${rita}3001,Rita,Baker,,\n3001,Rita,Third,,\n`);
    assert.deepEqual(refusedLines(state), ['2,told-again', '3,told-again']);
    assert.deepEqual(rig.names('rita'), ['Rita Third']);
    assert.equal(rig.idOf('rita'), id);
    assert.equal(customersOnTill(rig.db), 1);
  });

  it('property: whatever a file holds, nobody known by id turns into anybody else', async (t) => {
    const value = fc.constantFrom('', 'NULL', '919845000001', '919845000002', '919845000003');
    const code = fc.constantFrom('', '-', 'A-1', 'A-2', 'A-3');
    const row = fc.record({ mobile: value, email: fc.constantFrom('', 'nan', 'a@x.example', 'b@x.example'), code });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(row, { minLength: 1, maxLength: 5 }), { minLength: 2, maxLength: 3 }),
        async (files) => {
          const rig = openImportRig(t);
          let known = new Map<number, string>();
          for (const [at, rows] of files.entries()) {
            const text = rows
              .map(({ mobile, email, code: card }, n) => `P${at}x${n},${mobile},${email},${card}\n`)
              .join('');
            await rig.importText('f.csv', `firstname,mobile,email,external_id\n${text}`);
            // A file without anybody in it is refused, and the customers keep their ids.
            if (!/919845|@|A-/.test(text)) continue;
            const now = new Map<number, string>();
            const all = rig.db
              .prepare<
                [],
                { id: number; mobile: string | null; email_key: string | null; external_key: string | null }
              >('select id, mobile, email_key, external_key from region.customers')
              .all();
            for (const { id, mobile, email_key, external_key } of all) {
              const values = [mobile, email_key, external_key].filter((one) => one !== null);
              const before = known.get(id)?.split('|');
              if (before !== undefined) {
                const common = values.filter((one) => before.includes(one));
                const holders = (one: string) =>
                  all.filter((other) => [other.mobile, other.email_key, other.external_key].includes(one)).length;
                assert.ok(
                  common.some((one) => holders(one) === 1),
                  `id ${id} was ${before} and is ${values}`,
                );
              }
              now.set(id, values.join('|'));
            }
            known = now;
          }
        },
      ),
      { numRuns: 15 },
    );
  });
});

describe('F57: a file that would remove customers', () => {
  const many = (from: number, to: number) =>
    Array.from(
      { length: to - from },
      (_, at) => `${from + at},Asha,Nair${from + at},91984500${1000 + from + at},\n`,
    ).join('');

  it('raises a question before more than a fifth is gone, and follows the answer', async (t) => {
    const rig = openImportRig(t);
    await rig.importText('old.csv', heading + many(0, 100));
    assert.equal((await rig.importText('a-fifth.csv', heading + many(0, 80), { sure: false })).kind, 'done');
    const one = rig.newImport();
    const file = path.join(rig.dataDir, 'files', 'few.csv');
    const { writeFileSync } = await import('node:fs');
    writeFileSync(file, heading + many(0, 63));
    one.start(file, plainImport);
    await one.ended;
    assert.ok(one.state.kind === 'question');
    assert.deepEqual(one.state.doubts, ['shrinks']);
    assert.deepEqual([one.state.before, one.state.customers], [80, 63]);
    one.answer(false);
    assert.equal(customersOnTill(rig.db), 80);
    assert.equal(existsSync(path.join(rig.dataDir, 'import.part')), false);
    one.start(file, plainImport);
    await one.ended;
    one.answer(true);
    await one.ended;
    assert.equal(one.state.kind, 'done');
    assert.equal(customersOnTill(rig.db), 63);
  });

  it('raises a question if more than two in a hundred lines are refused', async (t) => {
    const rig = openImportRig(t);
    const state = await rig.importText('f.csv', `${heading}${many(0, 97)}${'\n,Nobody,,,'.repeat(3)}`, { sure: false });
    assert.ok(state.kind === 'question');
    assert.deepEqual(state.doubts, ['many-refused']);
    assert.equal(
      (await rig.importText('f.csv', `${heading}${many(0, 98)}${'\n,Nobody,,,'.repeat(2)}`, { sure: false })).kind,
      'done',
    );
  });

  it('raises a question if its ids have moved to other people', async (t) => {
    const rig = openImportRig(t);
    await rig.importText('old.csv', heading + many(0, 400));
    const lines = many(0, 401)
      .split('\n')
      .slice(0, -1)
      .map((line) => line.split(','));
    // Sorted in a spreadsheet, all columns but one.
    const shifted = lines.slice(0, 400).map(([id], at) => [id, ...(lines[at + 1] ?? []).slice(1)].join(','));
    const state = await rig.importText('shifted.csv', `${heading}${shifted.join('\n')}\n`, { sure: false });
    assert.ok(state.kind === 'question');
    assert.deepEqual(state.doubts, ['other-people']);
  });

  it('keeps the region before it for one step back, and a second step undoes the first', async (t) => {
    const rig = openImportRig(t);
    await rig.importText('old.csv', heading + rita + many(0, 5));
    const id = rig.idOf('rita');
    saveHere(rig, id, { lastName: 'Baker' }, { lastName: 'James' });
    await rig.importText('new.csv', `${heading}3001,Wrong,Person,919845000009,\n`);
    assert.deepEqual(rig.names('wrong'), ['Wrong Baker']);
    const one = rig.newImport();
    one.resumeAtStart();
    await one.ended;
    one.undo();
    await one.ended;
    assert.equal(one.state.kind, 'done');
    assert.deepEqual(rig.names('rita'), ['Rita Baker']);
    assert.equal(readRecord(rig.db, id)?.fields.lastName, 'James');
    assert.equal(customersOnTill(rig.db), 6);
    assert.equal(rig.outbox.counts().queued, 1);
    one.undo();
    await one.ended;
    assert.equal(customersOnTill(rig.db), 1);
    assert.equal(readdirSync(rig.dataDir).filter((name) => name.startsWith('region-')).length, 2);
    assert.equal(regionState(rig.db).kind, 'there');
  });
});
