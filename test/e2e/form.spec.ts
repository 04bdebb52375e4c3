/** The form for everything `customer/update` takes: only what changed is sent, and what cannot change says why. */
import { anchors } from '../../electron/practice/anchors.ts';
import { expect, inGroups, test } from './till.ts';

const { ashaRaman, bjornWeiss, devikaNair, kabirBose, maryamAlMansoori, ritaJames } = anchors;

test.describe('when the organisation lets tills fill in every identifier', () => {
  test.use({
    settings: { server: { orgConfig: { allowFill: { mobile: true, email: true, external_id: true } } } },
  });

  test('every field can be changed, and one update takes exactly the changed fields to the server', async ({
    till,
  }) => {
    const { page } = till;
    await till.find(ashaRaman.mobile, /Asha Raman/);
    await expect(till.field('First name')).toHaveValue('Asha');
    // The organisation's own fields come a moment after the first answer.
    await expect(till.field('City')).toBeVisible();
    const typed: readonly (readonly [string, string])[] = [
      ['First name', 'Aasha'],
      ['Last name', 'Ramanathan'],
      ['Email', 'asha.raman@example.com'],
      ['External ID', 'AR-2001'],
      ['Registered on', '2019-09-12 09:30:00'],
      ['Registered till', 'mumbai.till1'],
      ['Associated till', 'delhi.till4'],
      ['Birthday', '1990-02-28'],
      ['Occupation', 'Teacher'],
      ['Age', '36'],
      ['Postcode', '600001'],
      ['Delivery note', 'Ring twice'],
      ['Members of the household', '4'],
      ['City', 'Madurai'],
      ['Children', '2'],
      ['Height in metres', '1.62'],
      ['Wedding date', '2015-05-20'],
    ];
    for (const [name, value] of typed) await till.field(name).fill(value);
    for (const name of ['SMS promotional', 'Email transactional', 'Email promotional']) await till.switch(name).check();
    await till.switch('SMS transactional').uncheck();
    await page.getByRole('radiogroup', { name: 'Fraud status' }).getByRole('radio', { name: 'Confirmed' }).check();
    const chosen: readonly (readonly [string, string])[] = [
      ['Preferred language', 'English'],
      ['Shoe size', '38'],
      ['Gender', 'Other'],
      ['Marital status', 'Married'],
      ['Favourite department', 'Home'],
    ];
    for (const [name, value] of chosen) await page.getByRole('combobox', { name }).selectOption(value);
    await page.getByRole('group', { name: 'Hobbies' }).getByRole('checkbox', { name: 'Cooking' }).check();
    await page.getByRole('radiogroup', { name: 'Best time to call' }).getByRole('radio', { name: 'Evening' }).check();
    await till.switch('Gift wrapping').check();
    await till.switch('Owns a car').check();
    await till.save();

    await expect.poll(till.changes).toEqual([
      {
        firstName: 'Aasha',
        lastName: 'Ramanathan',
        email: 'asha.raman@example.com',
        externalId: 'AR-2001',
        registeredOn: '2019-09-12 09:30:00',
        registeredTill: 'mumbai.till1',
        associatedWith: 'delhi.till4',
        fraudStatus: 'CONFIRMED',
        'subscription.sms.TRANS': '0',
        'subscription.sms.BULK': '1',
        'subscription.email.TRANS': '1',
        'subscription.email.BULK': '1',
        'custom.preferred_language': 'English',
        'custom.hobbies': '["Reading","Cooking"]',
        'custom.birthday': '1990-02-28',
        'custom.occupation': 'Teacher',
        'custom.age': '36',
        'custom.postcode': '600001',
        'custom.contact_time': 'Evening',
        'custom.delivery_note': 'Ring twice',
        'custom.shoe_size': '38',
        'custom.family_members': '4',
        'custom.gift_wrapping': 'true',
        'extended.gender': 'Other',
        'extended.marital_status': 'Married',
        'extended.city': 'Madurai',
        'extended.children': '2',
        'extended.height_m': '1.62',
        'extended.owns_car': 'true',
        'extended.wedding_date': '2015-05-20',
        'extended.favourite_department': 'Home',
      },
    ]);
    expect(till.server.control.countOf('customer/update')).toBe(1);
    await expect(till.status).toHaveText(/^All sent/);
    // Dates show the way people type them here, however they were typed.
    const shown = new Map([
      ['Registered on', '12/09/2019 09:30'],
      ['Birthday', '28/02/1990'],
      ['Wedding date', '20/05/2015'],
    ]);
    for (const [name, value] of typed) await expect(till.field(name)).toHaveValue(shown.get(name) ?? value);
    await expect(page.getByText('Fraud confirmed')).toBeVisible();
  });
});

test('membership goes one way, and an identifier is filled in once', async ({ till }) => {
  await till.find(kabirBose.email, /Kabir Bose/);
  await till.page.getByRole('button', { name: 'Sign them up' }).click();
  await expect(till.switch('Loyalty member')).toBeChecked();
  await till.save();
  await expect(till.status).toHaveText(/^All sent/);
  await expect(till.switch('Loyalty member')).toHaveAccessibleDescription(/Already a member/);
  await till.switch('Loyalty member').click({ force: true });
  await expect(till.switch('Loyalty member')).toBeChecked();

  await till.find(bjornWeiss.email, /Björn Weiß/);
  await till.field('Mobile').fill('+49 1512 3456789');
  await till.save();
  await expect.poll(till.changes).toEqual([{ type: 'LOYALTY' }, { mobile: '4915123456789' }]);
  await expect(till.field('Mobile')).toHaveValue(inGroups('4915123456789'));
  await expect(till.field('Mobile')).not.toBeEditable();
});

test.describe('a field that cannot be changed', () => {
  const rita = { ...ritaJames, customFields: { legacy_card: 'OLD-77', shirt: 'L' } };
  test.use({ settings: { server: { customers: [rita, ashaRaman] } } });

  test('is read-only and says why', async ({ till }) => {
    await till.find(ritaJames.mobile, /Rita James/);
    await expect(till.field('Old card number')).toHaveValue('OLD-77');
    const reasons: readonly (readonly [string, RegExp])[] = [
      ['Mobile', /Only head office can change this/],
      ['Email', /Only head office can change this/],
      ['External ID', /Only head office can change this/],
      ['Old card number', /read-only/],
      ['shirt', /doesn’t use this field/],
    ];
    for (const [name, reason] of reasons) {
      await expect(till.field(name)).not.toBeEditable();
      await expect(till.field(name)).toHaveAccessibleDescription(reason);
    }

    await till.find(ashaRaman.mobile, /Asha Raman/);
    await expect(till.field('External ID')).not.toBeEditable();
    await expect(till.field('External ID')).toHaveAccessibleDescription(/aren’t allowed to add this/);
    await till.server.control.setConnection(false);
    await till.field('Email').fill('asha.raman@example.com');
    await till.save();
    await expect(till.field('Email')).toHaveAccessibleDescription(/waiting to be sent/);
    await expect(till.field('Email')).not.toBeEditable();
  });
});

test('a customer not on this till is updated by any identifier, and the reply brings them in', async ({ till }) => {
  const { page, server } = till;
  await server.control.setConnection(false);
  const strangers: readonly (readonly [string, RegExp, string, number])[] = [
    [ritaJames.mobile, /for mobile \+44 7700 900123/, 'By-Mobile', ritaJames.userId],
    [kabirBose.email, /for email kabir\.bose/, 'By-Email', kabirBose.userId],
    [devikaNair.externalId, /for external ID DN-1004/, 'By-Card', devikaNair.userId],
    [`id: ${maryamAlMansoori.userId}`, /for customer number 343445005/, 'By-Id', maryamAlMansoori.userId],
  ];
  for (const [index, [query, option, lastName]] of strangers.entries()) {
    await till.find(query, option);
    await expect(page.getByText('This customer isn’t on this till', { exact: false })).toBeVisible();
    await till.field('Last name').fill(lastName);
    await till.save();
    await expect(till.status).toHaveText(new RegExp(`^Offline.*${index + 1}`));
  }
  await server.control.setConnection(true);
  const updates = await till.openUpdates();
  await updates.getByRole('button', { name: 'Send now' }).click();
  await expect(till.status).toHaveText(/^All sent/);
  expect(
    server.control.ledger
      .map(({ customerId, changes }) => [customerId, changes])
      .toSorted(([a], [b]) => Number(a) - Number(b)),
  ).toEqual(
    strangers.map(([, , lastName, userId]) => [userId, { lastName }]).toSorted(([a], [b]) => Number(a) - Number(b)),
  );
  await server.control.setConnection(false);
  await till.find('rita by', /Rita By-Mobile/);
  await expect(till.field('Email')).toHaveValue(ritaJames.email);
  await expect(till.figure(page.getByRole('region', { name: 'Loyalty' }), 'Points')).toHaveText('4,230');
});
