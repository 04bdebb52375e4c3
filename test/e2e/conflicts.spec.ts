/** Two tills on one server: nobody's change is overwritten unseen, and staff choose where two changes collide. */
import type { Locator } from 'playwright/test';
import { anchors } from '../../electron/practice/anchors.ts';
import { expect, type TillScreen, test } from './till.ts';

const { ashaRaman, ritaJames } = anchors;
const allSent = 'All sent · 0 unsent';

// Each test starts two tills and two screens.
test.slow();
test.use({ settings: { customers: 40 } });

async function sendNow(till: TillScreen): Promise<void> {
  const updates = await till.openUpdates();
  await updates.getByRole('button', { name: 'Send now' }).click();
}

test('F21 changes of different fields, made offline on two tills, both reach head office', async ({
  till,
  secondTill,
}) => {
  const { control } = till.server;
  await till.find(ritaJames.mobile, /Rita James/);
  await secondTill.find(ritaJames.mobile, /Rita James/);
  await control.setConnection(false);
  await till.field('First name').fill('Riitta');
  await till.save();
  await secondTill.field('Last name').fill('Jaakkola');
  await secondTill.save();
  await expect(till.status).toHaveText('Offline · 1 unsent');
  await expect(secondTill.status).toHaveText('Offline · 1 unsent');

  await control.setConnection(true);
  await sendNow(till);
  await expect(till.status).toHaveText(allSent);
  await sendNow(secondTill);
  await expect(secondTill.status).toHaveText(allSent);
  // Each sends as soon as it is online, in either order.
  expect(till.changes()).toHaveLength(2);
  expect(till.changes()).toEqual(expect.arrayContaining([{ firstName: 'Riitta' }, { lastName: 'Jaakkola' }]));
  const { firstName, lastName } = control.customer(ritaJames.userId) ?? {};
  expect([firstName, lastName]).toEqual(['Riitta', 'Jaakkola']);
});

/** The second till changed a field offline and was off when the first changed the same field at head office. */
async function meet(till: TillScreen, secondTill: TillScreen): Promise<void> {
  const { control } = till.server;
  await till.find(ritaJames.mobile, /Rita James/);
  await secondTill.find(ritaJames.mobile, /Rita James/);
  await control.setConnection(false);
  await secondTill.field('Last name').fill('Ours');
  await secondTill.field('Occupation').fill('Pilot');
  await secondTill.save();
  await expect(secondTill.status).toHaveText('Offline · 1 unsent');
  await secondTill.restart('kill', async () => {
    await control.setConnection(true);
    await till.field('Last name').fill('Theirs');
    await till.save();
    await sendNow(till);
    await expect.poll(till.changes).toEqual([{ lastName: 'Theirs' }]);
    await expect(till.status).toHaveText(allSent);
  });
  await expect(secondTill.status).toHaveText('Needs attention · 1 unsent');
}

async function meetAndChoose(till: TillScreen, secondTill: TillScreen): Promise<Locator> {
  await meet(till, secondTill);
  const updates = await secondTill.openUpdates();
  await updates.getByRole('button', { name: 'Choose' }).click();
  return updates;
}

test('F22 staff settle a field that another till changed, and see was, theirs and ours', async ({
  till,
  secondTill,
}) => {
  const updates = await meetAndChoose(till, secondTill);
  const choice = updates.getByRole('radiogroup', { name: 'Last name' });
  await expect(choice).toContainText('Before: James');
  await expect(choice.getByRole('radio', { name: /Theirs/ })).not.toBeChecked();
  await choice.getByRole('radio', { name: /Ours/ }).check();
  await updates.getByRole('button', { name: 'Confirm' }).click();
  await expect(secondTill.status).toHaveText(allSent);
  expect(till.changes()).toEqual([{ lastName: 'Theirs' }, { lastName: 'Ours', 'custom.occupation': 'Pilot' }]);
});

test("F22 a conflict that was put off stands out at the customer's next visit, and is never lost", async ({
  till,
  secondTill,
}) => {
  const updates = await meetAndChoose(till, secondTill);
  await updates.getByRole('button', { name: 'Ask at next visit' }).click();
  await expect(secondTill.status).toHaveText('Waiting · 1 unsent');
  await expect(updates.getByRole('listitem').first()).toContainText('when you next open this customer');

  await secondTill.restart('kill');
  await expect(secondTill.status).toHaveText('Waiting · 1 unsent');
  await secondTill.find('rita', /Rita/);
  const question = secondTill.page.getByRole('region', { name: 'Ask the customer about: Last name' });
  await expect(question).toBeVisible();
  await expect(secondTill.field('Last name')).toHaveValue('Theirs');
  await secondTill.find(ashaRaman.mobile, /Asha Raman/);
  await expect(question).toBeHidden();
  await secondTill.find('rita', /Rita/);
  await question.getByRole('button', { name: 'Choose' }).click();
  await question
    .getByRole('radiogroup', { name: 'Last name' })
    .getByRole('radio', { name: /Theirs/ })
    .check();
  await question.getByRole('button', { name: 'Confirm' }).click();
  await expect(question).toBeHidden();
  await expect(secondTill.status).toHaveText(allSent);
  expect(till.changes()).toEqual([{ lastName: 'Theirs' }, { 'custom.occupation': 'Pilot' }]);
});
