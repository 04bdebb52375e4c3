/** The sync status and the "Updates" region: nothing unsent is out of sight or out of reach. */
import { anchors } from '../../electron/practice/anchors.ts';
import { expect, test } from './till.ts';

const { ashaRaman, ritaJames } = anchors;

test('the status names each state with the count of unsent updates', async ({ till }) => {
  const { control } = till.server;
  const save = async (lastName: string) => {
    await till.field('Last name').fill(lastName);
    await till.save();
  };
  const sendNow = async () => {
    const updates = await till.openUpdates();
    await updates.getByRole('button', { name: 'Send now' }).click();
    await expect(till.status).toHaveText('All sent · 0 waiting');
    await updates.getByRole('button', { name: 'Close' }).click();
  };
  await till.find(ritaJames.mobile, /Rita James/);
  await expect(till.status).toHaveText('All sent · 0 waiting');

  const sending = control.hold('received', { endpoint: 'customer/update' });
  await save('Sending');
  await expect(till.status).toHaveText('Sending · 1 waiting');
  sending.release();
  await expect(till.status).toHaveText('All sent · 0 waiting');

  control.setFault('drop-reply', { times: 1 });
  const reading = control.hold('received', { endpoint: 'customer/get' });
  await save('Checking');
  await expect(till.status).toHaveText('Checking · 1 waiting');
  reading.release();
  await expect(till.status).toHaveText('All sent · 0 waiting');
  await expect(till.page.getByText(/Saved on this till/).first()).toBeVisible();

  control.setFault('busy', { retryAfterSeconds: 2 });
  await save('Waiting');
  await expect(till.status).toHaveText('Waiting · 1 waiting');
  control.setFault('none');
  await sendNow();

  control.setFault('credentials');
  await save('Paused');
  await expect(till.status).toHaveText('Paused · 1 waiting');
  await expect(till.page.getByText(/does not accept this till's password/).first()).toBeVisible();
  control.setFault('none');
  await sendNow();

  await control.setConnection(false);
  await save('Offline');
  await expect(till.status).toHaveText('Offline · 1 waiting');
  await control.setConnection(true);
  await sendNow();

  control.setFault('refuse', { times: 1 });
  await save('Refused');
  await expect(till.status).toHaveText('Needs attention · 1 waiting');
  expect(till.changes().map(({ lastName }) => lastName)).toEqual([
    'Sending',
    'Checking',
    'Waiting',
    'Paused',
    'Offline',
  ]);
});

test('a waiting update is changed, another is taken back, and the server hears of neither old text', async ({
  till,
}) => {
  const { page, server } = till;
  await till.find(ritaJames.mobile, /Rita James/);
  await till.find(ashaRaman.mobile, /Asha Raman/);
  await server.control.setConnection(false);
  await till.field('Last name').fill('Taken-Back');
  await till.save();
  await till.find('rita', /Rita James/);
  await till.field('Last name').fill('First-Text');
  await till.save();
  await expect(till.status).toHaveText('Offline · 2 waiting');

  const updates = await till.openUpdates();
  await expect(updates).toContainText('2 changes are not with head office yet.');
  const ritas = updates.getByRole('listitem').filter({ hasText: 'Rita' });
  for (const part of ['Waiting', 'Last name: James → First-Text', /now|sec/, 'Goes by itself']) {
    await expect(ritas).toContainText(part);
  }
  await ritas.getByRole('button', { name: 'Change', exact: true }).click();
  await expect(page.getByText('Changing what waits to be sent')).toBeVisible();
  await expect(till.field('Last name')).toHaveValue('First-Text');
  await till.field('Last name').fill('Second-Text');
  await till.save();
  await expect(page.getByText('Goes to head office when the line is back').first()).toBeVisible();

  await till.openUpdates();
  await expect(ritas).toContainText('Last name: James → Second-Text');
  const ashas = updates.getByRole('listitem').filter({ hasText: 'Asha' });
  await ashas.getByRole('button', { name: 'Take back', exact: true }).click();
  await ashas.getByRole('button', { name: 'Take it back for good' }).click();
  await expect(till.status).toHaveText('Offline · 1 waiting');

  await server.control.setConnection(true);
  await updates.getByRole('button', { name: 'Send now' }).click();
  await expect(till.status).toHaveText('All sent · 0 waiting');
  expect(till.changes()).toEqual([{ lastName: 'Second-Text' }]);
  await updates.getByRole('button', { name: 'Recent' }).click();
  await expect(ritas.filter({ hasText: 'Second-Text' })).toContainText('50 points awarded');
  await expect(ashas).toContainText('Taken back');
});

test('a refused update is corrected and goes; another is given up with a reason', async ({ till }) => {
  const { page, server } = till;
  await till.find(ritaJames.mobile, /Rita James/);
  server.control.setFault('refuse', { times: 1, code: 1017, message: 'Provided Custom Field is invalid - occupation' });
  await till.field('Occupation').fill('Pilot?');
  await till.save();
  await expect(till.status).toHaveText('Needs attention · 1 waiting');

  const updates = await till.openUpdates();
  const items = updates.getByRole('listitem');
  await expect(items).toContainText('Needs you');
  await expect(items).toContainText('Head office did not take Occupation. Correct it.');
  await items.getByRole('button', { name: 'Correct it' }).click();
  await expect(till.field('Occupation')).toHaveValue('Pilot?');
  await till.field('Occupation').fill('Pilot');
  await till.save();
  await expect(till.status).toHaveText('All sent · 0 waiting');
  expect(till.changes()).toEqual([{ 'custom.occupation': 'Pilot' }]);

  server.control.setFault('refuse', { times: 1, code: 618, message: 'Customer is marked as fraud' });
  await till.field('Last name').fill('Refused');
  await till.save();
  await expect(till.status).toHaveText('Needs attention · 1 waiting');
  await expect(page.getByText('Head office has marked this customer for fraud. Call a manager.').first()).toBeVisible();
  await till.openUpdates();
  await items.getByRole('button', { name: 'Give up…' }).click();
  const forGood = items.getByRole('button', { name: 'Give up for good' });
  await expect(forGood).toBeDisabled();
  await items.getByRole('textbox', { name: 'Why is it given up?' }).fill('The customer left');
  await forGood.click();
  await expect(till.status).toHaveText('All sent · 0 waiting');

  await updates.getByRole('button', { name: 'Recent' }).click();
  const givenUp = items.filter({ hasText: 'Given up' });
  await expect(givenUp).toContainText('Reason: The customer left');
  await expect(items.filter({ hasText: 'Pilot?' })).toContainText('Corrected');
  await givenUp.getByRole('button', { name: 'Details' }).click();
  await expect(till.figure(givenUp, 'Item code')).toHaveText('618');
  expect(till.changes()).toHaveLength(1);
});
