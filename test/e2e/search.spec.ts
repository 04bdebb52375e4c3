/** Looking up online who is not on this till. */
import { anchors } from '../../electron/practice/anchors.ts';
import { expect, test } from './till.ts';

const { ashaRaman, ritaJames } = anchors;

test('a full identifier is looked up online, and a failed lookup never reads as an unknown customer', async ({
  till,
}) => {
  const { page, server } = till;
  const box = page.getByRole('searchbox', { name: 'Find customer' });
  const list = page.getByRole('listbox', { name: 'Customers' });
  await box.fill('+91 98888 77777');
  await expect(page.getByText('Head office has no customer with +91 98888 77777.')).toBeVisible();
  await expect(list.getByRole('option')).toHaveText(/for mobile \+91 98888 77777/);

  await server.control.setConnection(false);
  await box.fill(ashaRaman.mobile);
  await expect(page.getByText('You’re offline, so we couldn’t search. The customer may still exist.')).toBeVisible();
  await server.control.setConnection(true);
  await page.getByRole('button', { name: 'Search again' }).click();
  await expect(list.getByRole('option', { name: /Asha Raman/ })).toBeVisible();
  await box.press('Enter');
  await expect(till.field('First name')).toHaveValue('Asha');

  await server.control.setConnection(false);
  await box.fill('raman');
  await expect(list.getByRole('option', { name: /Asha Raman/ })).toBeVisible();
});

test('if two people match the same digits nobody opens automatically, and staff choose by what each one matched', async ({
  till,
}) => {
  const { page, server } = till;
  const digits = '9811117777';
  server.control.changeCustomer(ritaJames.userId, { externalId: digits });
  server.control.changeCustomer(ashaRaman.userId, { mobile: `91${digits}` });
  const box = page.getByRole('searchbox', { name: 'Find customer' });
  const options = page.getByRole('listbox', { name: 'Customers' }).getByRole('option');
  const rita = options.filter({ hasText: 'Rita James' });
  const asha = options.filter({ hasText: 'Asha Raman' });
  const opened = page.getByRole('form', { name: 'Customer details' });

  // First neither is on this till, then both are.
  for (const where of ['at head office', 'on this till']) {
    await box.fill(digits);
    await box.press('Enter');
    await expect(options, where).toHaveCount(2);
    await expect(rita, where).toContainText('External ID');
    await expect(asha, where).toContainText('Mobile');
    // As long as an automatic lookup could take.
    await page.waitForTimeout(1000);
    await expect(opened, where).toHaveCount(0);
    await asha.click();
    await expect(page.getByRole('heading', { level: 1 }), where).toHaveText('Asha Raman');
    await page.keyboard.press('Escape');
    await expect(opened, where).toHaveCount(0);
    await box.fill(digits);
    await box.press('Enter');
    await rita.click();
    await expect(page.getByRole('heading', { level: 1 }), where).toHaveText('Rita James');
    await page.keyboard.press('Escape');
  }
  // A plus sign makes it a mobile and nothing else.
  await box.fill(`+91${digits}`);
  await box.press('Enter');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Asha Raman');
});
