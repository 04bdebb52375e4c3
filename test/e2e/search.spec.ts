/** Looking up online who is not on this till. */
import { anchors } from '../../electron/practice/anchors.ts';
import { expect, test } from './till.ts';

const { ashaRaman } = anchors;

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
