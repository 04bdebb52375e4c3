import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { openTillDatabase } from '../../electron/data/till-database.ts';
import type { Db } from '../../electron/db/open.ts';
import { UpdateDesk } from '../../electron/desk/update-desk.ts';
import { systemClock, systemRandom } from '../../electron/machine/system-clock.ts';
import { Outbox } from '../../electron/updates/outbox.ts';
import { customerDeskOf } from '../helpers/customer-desk.ts';
import { ModelServer, startEngine } from '../helpers/engine-rig.ts';
import { openMigrated } from '../helpers/migrated-database.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { virtualClock } from '../helpers/virtual-clock.ts';

function openServices(t: TestContext): { db: Db; updates: UpdateDesk; save: (lastName: string) => string } {
  const db = openMigrated({ file: `${temporaryFolder()}/tillside.db`, keyHex: 'c'.repeat(64) });
  t.after(() => db.close());
  const updates = new UpdateDesk({
    db,
    outbox: new Outbox(db, systemClock, systemRandom),
    org: () => ({
      policy: { primaryIdentifier: 'mobile', allowFill: { mobile: true, email: true, externalId: false } },
      policyAsOfMs: null,
      fields: [],
      fieldsAsOfMs: { custom: null, extended: null },
      reserved: [],
      mayChange: null,
    }),
    staff: () => null,
    staffRequired: false,
    hidden: () => [],
    till: 'store123',
    countryCode: 'IN',
    isOnline: () => false,
  });
  let customers = 0;
  const save = (lastName: string) => {
    customers += 1;
    const result = updates.save({
      token: crypto.randomUUID(),
      target: { identifier: { type: 'mobile', value: `9198450${String(customers).padStart(5, '0')}` } },
      changes: { lastName },
      replaces: null,
      confirmedFills: [],
    });
    return result.kind === 'not-saved' ? result.why : result.kind;
  };
  return { db, updates, save };
}

function rows(db: Db): unknown {
  return db.prepare('select (select count(*) from updates) + (select count(*) from customers)').pluck().get();
}

describe('F25 a write that is refused', () => {
  it('says that the disk is full, leaves nothing half done, and works again once there is room', (t) => {
    const { db, save } = openServices(t);
    const pages = Number(db.pragma('page_count', { simple: true }));
    db.pragma(`max_page_count = ${pages + 4}`);
    const said: string[] = [];
    // The longest name the rules allow, so that the room is soon used up.
    for (let tries = 0; tries < 200 && !said.includes('disk-full'); tries += 1) said.push(save('N'.repeat(50)));
    assert.equal(said.at(-1), 'disk-full');
    const saved = said.filter((one) => one === 'saved').length;
    assert.equal(rows(db), 2 * saved);
    db.pragma('max_page_count = 1000000');
    assert.equal(save('Room again'), 'saved');
  });

  it('says that the data cannot be written if it is read-only', (t) => {
    const { db, save } = openServices(t);
    db.pragma('query_only = ON');
    assert.equal(save('Refused'), 'read-only');
    db.pragma('query_only = OFF');
    assert.equal(rows(db), 0);
    assert.equal(save('Taken'), 'saved');
  });

  it('says that the data is busy while another program holds it, and saves once it is released', (t) => {
    const { db, save } = openServices(t);
    db.pragma('busy_timeout = 1');
    const other = openTillDatabase({ file: db.name, keyHex: 'c'.repeat(64) });
    t.after(() => other.close());
    other.exec('begin immediate');
    assert.equal(save('Refused'), 'busy');
    other.exec('rollback');
    assert.equal(save('Taken'), 'saved');
  });

  it('blocks no customer: what is known of them is still shown', async (t) => {
    const clock = virtualClock();
    const rig = startEngine({
      server: new ModelServer(clock),
      clock,
      random: systemRandom,
      folder: temporaryFolder(),
    });
    t.after(() => rig.stop());
    const customerId = rig.addCustomer('1', 'Shown');
    const desk = customerDeskOf(rig.context);
    rig.db.pragma('query_only = ON');
    assert.equal(desk.open(customerId)?.fields.lastName, 'Shown');
    rig.db.pragma('query_only = OFF');
  });
});
