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
    await expect(till.status).toHaveText('All sent · 0 unsent');
    await updates.getByRole('button', { name: 'Close' }).click();
  };
  await till.find(ritaJames.mobile, /Rita James/);
  await expect(till.status).toHaveText('All sent · 0 unsent');

  const sending = control.hold('received', { endpoint: 'customer/update' });
  await save('Sending');
  await expect(till.status).toHaveText('Sending · 1 unsent');
  sending.release();
  await expect(till.status).toHaveText('All sent · 0 unsent');

  control.setFault('drop-reply', { times: 1 });
  const reading = control.hold('received', { endpoint: 'customer/get' });
  await save('Checking');
  await expect(till.status).toHaveText('Checking · 1 unsent');
  reading.release();
  await expect(till.status).toHaveText('All sent · 0 unsent');
  await expect(till.page.getByText(/Saved on this till/).first()).toBeVisible();

  control.setFault('busy', { retryAfterSeconds: 2 });
  await save('Waiting');
  await expect(till.status).toHaveText('Waiting · 1 unsent');
  control.setFault('none');
  await sendNow();

  control.setFault('credentials');
  await save('Paused');
  await expect(till.status).toHaveText('Paused · 1 unsent');
  await expect(till.page.getByText(/did not accept this till’s password/).first()).toBeVisible();
  control.setFault('none');
  await sendNow();

  await control.setConnection(false);
  await save('Offline');
  await expect(till.status).toHaveText('Offline · 1 unsent');
  await control.setConnection(true);
  await sendNow();

  control.setFault('refuse', { times: 1 });
  await save('Refused');
  await expect(till.status).toHaveText('Needs attention · 1 unsent');
  expect(till.changes().map(({ lastName }) => lastName)).toEqual([
    'Sending',
    'Checking',
    'Waiting',
    'Paused',
    'Offline',
  ]);
});

test('a waiting update is edited, another is cancelled, and the server never sees either old text', async ({
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
  await expect(till.status).toHaveText('Offline · 2 unsent');

  const updates = await till.openUpdates();
  await expect(updates).toContainText('2 changes not sent yet.');
  const ritas = updates.getByRole('listitem').filter({ hasText: 'Rita' });
  for (const part of ['Waiting', 'Last name: James → First-Text', /now|sec/, 'Sends automatically']) {
    await expect(ritas).toContainText(part);
  }
  await ritas.getByRole('button', { name: 'Edit', exact: true }).click();
  await expect(page.getByText('Editing a change that is not sent yet')).toBeVisible();
  await expect(till.field('Last name')).toHaveValue('First-Text');
  await till.field('Last name').fill('Second-Text');
  await till.save();
  await expect(page.getByText('Will be sent when you’re back online').first()).toBeVisible();

  await till.openUpdates();
  await expect(ritas).toContainText('Last name: James → Second-Text');
  const ashas = updates.getByRole('listitem').filter({ hasText: 'Asha' });
  await ashas.getByRole('button', { name: 'Cancel change', exact: true }).click();
  await ashas.getByRole('button', { name: 'Yes, cancel change' }).click();
  await expect(till.status).toHaveText('Offline · 1 unsent');

  await server.control.setConnection(true);
  await updates.getByRole('button', { name: 'Send now' }).click();
  await expect(till.status).toHaveText('All sent · 0 unsent');
  expect(till.changes()).toEqual([{ lastName: 'Second-Text' }]);
  await updates.getByRole('button', { name: 'Done' }).click();
  await expect(ritas.filter({ hasText: 'Second-Text' })).toContainText('50 points added');
  await expect(ashas).toContainText('Cancelled');
});

test('a refused update is corrected and sent; another is discarded with a reason', async ({ till }) => {
  const { page, server } = till;
  await till.find(ritaJames.mobile, /Rita James/);
  server.control.setFault('refuse', { times: 1, code: 1017, message: 'Provided Custom Field is invalid - occupation' });
  await till.field('Occupation').fill('Pilot?');
  await till.save();
  await expect(till.status).toHaveText('Needs attention · 1 unsent');

  const updates = await till.openUpdates();
  const items = updates.getByRole('listitem');
  await expect(items).toContainText('Needs attention');
  await expect(items).toContainText('Head office did not accept Occupation. Fix it.');
  await items.getByRole('button', { name: 'Fix' }).click();
  await expect(till.field('Occupation')).toHaveValue('Pilot?');
  await till.field('Occupation').fill('Pilot');
  await till.save();
  await expect(till.status).toHaveText('All sent · 0 unsent');
  expect(till.changes()).toEqual([{ 'custom.occupation': 'Pilot' }]);

  server.control.setFault('refuse', { times: 1, code: 618, message: 'Customer is marked as fraud' });
  await till.field('Last name').fill('Refused');
  await till.save();
  await expect(till.status).toHaveText('Needs attention · 1 unsent');
  await expect(
    page.getByText('Head office has marked this customer as fraud. Call your manager.').first(),
  ).toBeVisible();
  await till.openUpdates();
  await items.getByRole('button', { name: 'Discard…' }).click();
  const forGood = items.getByRole('button', { name: 'Discard change' });
  await expect(forGood).toBeDisabled();
  await items.getByRole('textbox', { name: 'Why are you discarding it?' }).fill('The customer left');
  await forGood.click();
  await expect(till.status).toHaveText('All sent · 0 unsent');

  await updates.getByRole('button', { name: 'Done' }).click();
  const givenUp = items.filter({ hasText: 'Discarded' });
  await expect(givenUp).toContainText('Reason: The customer left');
  await expect(items.filter({ hasText: 'Pilot?' })).toContainText('Fixed');
  await givenUp.getByRole('button', { name: 'Details' }).click();
  await expect(till.figure(givenUp, 'Item code')).toHaveText('618');
  expect(till.changes()).toHaveLength(1);
});
