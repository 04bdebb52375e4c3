import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, it } from 'node:test';
import fc from 'fast-check';
import { anchors } from '../../electron/practice/anchors.ts';
import {
  bringIn,
  byServerId,
  openUpdates,
  savedId,
  trySave,
  untilAllSent,
  updateOf,
} from '../helpers/at-the-counter.ts';
import { strewn } from '../helpers/invisible-characters.ts';
import { type RigTill, startTillRig, type TillRig } from '../helpers/till-rig.ts';

const rita = anchors.ritaJames.userId;
const asha = anchors.ashaRaman.userId;

describe('F54 and F55: scanned, typed and pasted text on its way to head office', () => {
  let rig: TillRig;
  let till: RigTill;
  beforeEach(async () => {
    rig = await startTillRig(40);
    till = await rig.openTill(rig.newFolder());
  });
  afterEach(() => rig.close());

  const lookUp = (query: string) => till.call['customers.lookUpOnline']({ query });
  const foundIn = async (query: string) => {
    const found = await lookUp(query);
    return found.kind === 'found' ? found.customer.userId : found.kind;
  };

  it("F54: if the digits are one customer's card and another's mobile, both are shown and staff choose", async () => {
    rig.server.control.changeCustomer(rita, { externalId: '9811117777' });
    rig.server.control.changeCustomer(asha, { mobile: '919811117777' });
    const result = await lookUp('9811117777');
    assert.ok(result.kind === 'choose');
    assert.deepEqual(
      result.people.map(({ customer, answersTo }) => [customer.userId, answersTo]).sort(),
      [
        [String(rita), 'externalId'],
        [String(asha), 'mobile'],
      ].sort(),
    );
    assert.equal(await foundIn('+91 98111 17777'), String(asha), 'nothing but a mobile has a plus sign');
  });

  it('F54: all readings are looked up in one call for each kind of identifier, however many forms there are', async () => {
    const callsFor = async (query: string) => {
      const before = rig.server.control.countOf('customer/get');
      assert.equal(await foundIn(query), 'not-found');
      return rig.server.control.countOf('customer/get') - before;
    };
    assert.equal(await callsFor('+91 98888 77777'), 1);
    // Mobile, external id, customer number and the two kinds of card; the external id has three forms.
    assert.equal(await callsFor('2912345678901'), 5);
    assert.equal(await callsFor('12345678905'), 5);
  });

  it('F54: a card that only head office knows is found, whatever else its digits could mean', async () => {
    for (const card of ['2912345678901', '10020030', '0012345678905']) {
      rig.server.control.changeCustomer(rita, { externalId: card });
      assert.equal(await foundIn(card), String(rita), card);
    }
    assert.equal(await foundIn('12345678905'), String(rita), 'the reader left the zeros out');
    rig.server.control.changeCustomer(rita, { externalId: '12345678905' });
    assert.equal(await foundIn('0012345678905'), String(rita), 'the reader filled it with zeros');
    rig.server.control.changeCustomer(rita, { externalId: 'RJ-1001' });
    for (const text of ['RJ 1001', 'RJ1001', '*RJ-1001*', ']C1RJ-1001'])
      assert.equal(await foundIn(text), String(rita));
  });

  it('F54: a customer found by one reading is not opened automatically while another reading could not be looked up', async () => {
    await bringIn(till, byServerId(rita));
    await rig.server.control.setConnection(false);
    assert.equal(await foundIn('9811117777'), 'failed', 'and "nobody" is never said (F31)');
  });

  it('F55: an identifier with stray characters finds its owner, and still counts as taken', async () => {
    rig.server.control.changeCustomer(rita, { mobile: '919845099999' });
    const email = anchors.ritaJames.email;
    for (const text of [`\u200b${email}`, `mailto:${email}`, '\u202a+91 98450 99999\u202c', 'Mob: ९८४५० ९९९९९,']) {
      assert.equal(await foundIn(text), String(rita), text);
    }
    const other = await bringIn(till, byServerId(asha));
    for (const value of [`\u200b${email}`, `${email},`, email.toUpperCase(), `mailto:${email}`]) {
      const owner = await till.call['customers.whoElseHas']({
        identifier: { type: 'email', value },
        exceptId: other.customerId,
      });
      assert.equal(owner.kind === 'found' && owner.customer.userId, String(rita), value);
    }
  });

  const clean = {
    firstName: 'Ana María',
    lastName: 'Núñez',
    email: 'ana@example.com',
    externalId: 'K-77',
    registeredTill: 'london.till2',
    'custom.occupation': 'Teacher',
    'custom.age': '46',
    'custom.delivery_note': 'ring\ntwice',
    'extended.city': 'London',
  } as const;
  type Cleaned = keyof typeof clean;
  const keys = Object.keys(clean) as Cleaned[];
  /** Each value as head office may have it, with invisible characters anywhere. */
  const strewnAll = fc.tuple(...keys.map((key) => strewn(clean[key]))).map((values) => {
    const of = (key: Cleaned) => values[keys.indexOf(key)] ?? '';
    return {
      firstName: of('firstName'),
      lastName: of('lastName'),
      email: of('email'),
      externalId: of('externalId'),
      registeredTill: of('registeredTill'),
      customFields: {
        occupation: of('custom.occupation'),
        age: of('custom.age'),
        delivery_note: of('custom.delivery_note'),
      },
      extendedFields: { city: of('extended.city') },
    };
  });
  const cleanOf = (fields: { readonly [key: string]: string | null | undefined }) =>
    Object.fromEntries(keys.map((key) => [key, fields[key]]));

  it('F55: invisible characters in any field from head office are not shown, and never sent back as a change', async () => {
    const { customerId } = await bringIn(till, byServerId(asha));
    await fc.assert(
      fc.asyncProperty(strewnAll, async (dirty) => {
        rig.server.control.changeCustomer(asha, dirty);
        const refreshed = await till.call['customers.refresh']({ customerId });
        assert.ok(refreshed.kind === 'found');
        assert.deepEqual(cleanOf(refreshed.customer.fields), clean);
        // Typing a value again as shown changes nothing, and a search for it finds the customer.
        assert.equal((await trySave(till, customerId, clean)).kind, 'nothing-changed');
        for (const query of ['núñez', 'k-77', 'ana@example.com']) {
          const { hits } = await till.call['customers.search']({ query, limit: 5 });
          const shown = hits.map(({ firstName, lastName, email, externalId }) => [
            firstName,
            lastName,
            email,
            externalId,
          ]);
          assert.deepEqual(shown, [[clean.firstName, clean.lastName, clean.email, clean.externalId]], query);
        }
      }),
      { numRuns: 40 },
    );
    assert.deepEqual(rig.server.control.ledger, []);
  });

  it('F55: a read-back with invisible characters in it still proves that the update arrived', async () => {
    const { customerId } = await bringIn(till, byServerId(asha));
    rig.server.control.changeCustomer(asha, { lastName: 'Ra\u200bman', email: '\u200basha@example.com' });
    await till.call['customers.refresh']({ customerId });
    rig.server.control.setFault('drop-reply', { times: 1, endpoint: 'customer/update' });
    const hold = rig.server.control.hold('received', { endpoint: 'customer/get' });
    const updateId = savedId(await trySave(till, customerId, { firstName: 'Āsha', 'custom.occupation': 'Baker' }));
    await hold.reached;
    rig.server.control.changeCustomer(asha, {
      firstName: '\u2060A\u0304sha\u00a0',
      customFields: { occupation: 'Ba\u00adker' },
    });
    hold.release();
    await untilAllSent(till);
    assert.deepEqual(await openUpdates(till), []);
    assert.equal((await updateOf(till, customerId, updateId)).state, 'applied');
    assert.deepEqual(
      rig.server.control.ledger.map(({ changes }) => changes),
      [{ firstName: 'Āsha', 'custom.occupation': 'Baker' }],
    );
  });

  it('F55: a request to change an identifier names the old one as head office spells it', async () => {
    const { customerId } = await bringIn(till, byServerId(asha));
    rig.server.control.changeCustomer(asha, { email: 'asha\u2060@example.com' });
    const refreshed = await till.call['customers.refresh']({ customerId });
    assert.equal(refreshed.kind === 'found' && refreshed.customer.fields.email, 'asha@example.com');
    const request = (newValue: string) =>
      till.call['updates.requestIdentityChange']({
        token: randomUUID(),
        customerId,
        type: 'email',
        newValue,
        replaces: null,
      });
    assert.equal((await request('asha@example.com')).kind, 'nothing-changed');
    savedId(await request('asha.raman@example.com'));
    await untilAllSent(till);
    assert.deepEqual(
      rig.server.control.ledger.map(({ changes }) => changes),
      [{ email: 'asha.raman@example.com' }],
    );
  });
});
