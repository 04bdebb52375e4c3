import { anchors } from '../../../electron/practice/anchors.ts';
import { expect, inGroups, test } from '../till.ts';

const { ashaRaman, ritaJames, kabirBose } = anchors;

test.describe("filling in somebody else's email", () => {
  test.use({ settings: { server: { orgConfig: { whenOccupied: 'merge' } } } });

  test.beforeEach(async ({ till }) => {
    // Opening Rita once brings her to this till, so that it knows whose email it is.
    await till.find(ritaJames.mobile, /Rita James/);
    await expect(till.field('Last name')).toHaveValue('James');
    await till.find(String(ashaRaman.mobile), /Asha Raman/);
    await expect(till.field('Last name')).toHaveValue('Raman');
    await till.field('Email').fill(ritaJames.email);
    await till.field('Email').blur();
  });

  test('shows both customers, and is sent only after staff say they are one person', async ({ till }) => {
    const { page } = till;
    await page.getByRole('button', { name: 'Compare customers' }).click();
    const dialog = page.getByRole('dialog', { name: /Whose Email is this/ });
    await expect(dialog).toContainText('Asha Raman');
    await expect(dialog).toContainText('Rita James');
    await expect(dialog).toContainText('This can’t be undone');
    await page.keyboard.press('Control+s');
    expect(till.server.control.ledger).toHaveLength(0);
    await dialog.getByRole('button', { name: 'Same person: use it' }).click();
    await expect(dialog).toBeHidden();
    await expect(page.getByText(/You confirmed this is the same person/)).toBeVisible();
    await till.save();
    await expect
      .poll(() => till.server.control.ledger.map(({ changes }) => changes))
      .toEqual([{ email: ritaJames.email }]);
    await expect(till.status).toHaveText(/^All sent/);
    expect(till.server.control.customer(ashaRaman.userId)?.email).toBe(ritaJames.email);
  });

  test('is cancelled if they are two people', async ({ till }) => {
    const { page } = till;
    await page.getByRole('button', { name: 'Compare customers' }).click();
    await page.getByRole('button', { name: 'Different people: undo' }).click();
    await expect(till.field('Email')).toHaveValue('');
    await expect(page.getByRole('button', { name: 'Compare customers' })).toBeHidden();
  });

  test('needs a connection: the merge cannot be confirmed offline', async ({ till }) => {
    const { page } = till;
    await till.server.control.setConnection(false);
    await page.getByRole('button', { name: 'Refresh' }).click();
    await expect(till.status).toHaveText(/^Offline/);
    await page.getByRole('button', { name: 'Compare customers' }).click();
    const dialog = page.getByRole('dialog');
    await expect(dialog).toContainText('Rita James');
    await expect(dialog.getByRole('button', { name: 'Same person: use it' })).toBeDisabled();
    await expect(dialog).toContainText('need to be online');
  });
});

test('a change of an existing mobile is requested, survives a kill, and waits for approval', async ({ till }) => {
  await till.find(kabirBose.mobile, /Kabir Bose/);
  await till.server.control.setConnection(false);
  await till.page.getByRole('button', { name: 'Request a change', exact: true }).click();
  await till.page.getByRole('button', { name: 'Request a change Mobile' }).click();
  const dialog = till.page.getByRole('dialog', { name: 'Request a change: Mobile' });
  await expect(dialog).toContainText(inGroups(kabirBose.mobile));
  await dialog.getByRole('textbox', { name: 'New Mobile' }).fill('12');
  await dialog.getByRole('button', { name: 'Send request' }).click();
  await expect(dialog.getByRole('alert')).toBeVisible();
  await dialog.getByRole('textbox', { name: 'New Mobile' }).fill('98450 12399');
  await dialog.getByRole('button', { name: 'Send request' }).click();
  await expect(dialog).toBeHidden();
  await expect(till.page.getByText(/Change to .*98450\s12399.* requested\./)).toBeVisible();
  await till.restart('kill');
  await till.server.control.setConnection(true);
  await expect(till.status).toHaveText(/^All sent/);
  await till.find(kabirBose.mobile, /Kabir Bose/);
  await expect(till.page.getByText(/Waiting for approval/)).toBeVisible();
  await expect(till.field('Mobile')).toHaveValue(inGroups(kabirBose.mobile));
  const [entry] = till.server.control.ledger;
  expect([entry?.endpoint, entry?.changes]).toEqual(['customer/update_identity', { mobile: '919845012399' }]);
  const updates = await till.openUpdates();
  await updates.getByRole('button', { name: 'Done' }).click();
  const item = updates.getByRole('listitem').first();
  await expect(item).toContainText('Requested');
  await expect(item).toContainText('Request to change Mobile');
});

test('a refused request is corrected in place', async ({ till }) => {
  await till.find(kabirBose.mobile, /Kabir Bose/);
  till.server.control.setFault('refuse', { endpoint: 'customer/update_identity', times: 1 });
  await till.page.getByRole('button', { name: 'Request a change', exact: true }).click();
  await till.page.getByRole('button', { name: 'Request a change Mobile' }).click();
  await till.page.getByRole('textbox', { name: 'New Mobile' }).fill('98450 12377');
  await till.page.getByRole('button', { name: 'Send request' }).click();
  await expect(till.status).toHaveText(/^Needs attention.*1/);
  const updates = await till.openUpdates();
  await updates.getByRole('button', { name: 'Fix' }).click();
  await till.page.getByRole('textbox', { name: 'New Mobile' }).fill('98450 12399');
  await till.page.getByRole('button', { name: 'Send request' }).click();
  await expect(till.status).toHaveText(/^All sent/);
  expect(till.server.control.ledger.map(({ changes }) => changes)).toEqual([{ mobile: '919845012399' }]);
});
