/** A till with wrong credentials: it pauses, says what to do, is corrected on the screen, and loses nothing. */
import { anchors } from '../../electron/practice/anchors.ts';
import { practiceCredentials } from '../../electron/practice/practice-config.ts';
import { expect, test } from './till.ts';

const { ritaJames } = anchors;

test.use({ settings: { secret: 'wrong' } });

test('wrong credentials pause the till; typing the right password on the screen sends what waited', async ({
  till,
}) => {
  const { page, server } = till;
  await till.find(ritaJames.mobile, /for mobile \+44 7700 900123/);
  await till.field('Last name').fill('Kept');
  await till.save();
  await expect(till.status).toHaveText('Paused · 1 unsent');
  const paused = page.getByText(/did not accept this till’s password\. Sending is paused\. Nothing is lost\. Ask IT/);
  await expect(paused.first()).toBeVisible();
  await page.getByRole('button', { name: 'Check connection' }).click();
  await expect(paused.first()).toBeVisible();
  const asked = server.control.countOf('customer/update');

  await page.getByRole('button', { name: 'Enter password' }).click();
  const password = page.getByLabel('Till password');
  await password.fill('wrong again');
  await page.getByRole('button', { name: 'Connect', exact: true }).click();
  await expect(page.locator('#till-password-trouble')).toContainText('did not accept this till’s password');
  await expect(till.status).toHaveText('Paused · 1 unsent');
  // One request with each password, not a loop.
  expect(server.control.countOf('customer/update')).toBeLessThanOrEqual(asked + 1);

  await password.fill(practiceCredentials.secret);
  await page.getByRole('button', { name: 'Connect', exact: true }).click();
  await expect(
    page.getByText('Connected to Tillside Practice as till practice.till1. The clock is right.'),
  ).toBeVisible();
  await page.getByRole('button', { name: 'Continue' }).click();
  await expect(till.status).toHaveText('All sent · 0 unsent');
  expect(till.changes()).toEqual([{ lastName: 'Kept' }]);
  await expect(page.getByRole('banner')).toContainText('Tillside Practice');

  // From now on the new password is the till's own.
  await till.restart('quit');
  const updates = await till.openUpdates();
  await updates.getByRole('button', { name: 'Check connection' }).click();
  await expect(updates).toContainText('Connected to Tillside Practice as till practice.till1. The clock is right.');
});
