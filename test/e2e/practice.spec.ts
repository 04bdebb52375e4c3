/** Practice mode, as `npm start` opens it: the main job from search to points, through a kill. */
import type { Page } from 'playwright/test';
import { anchors } from '../../electron/practice/anchors.ts';
import { expect, test } from './till.ts';

test.use({ settings: { mode: 'practice', secret: null, customers: 1 } });

const rita = anchors.ritaJames;

const bar = (page: Page) => page.getByRole('region', { name: 'Practice mode' });
const options = (page: Page) => page.getByRole('listbox', { name: 'Customers' }).getByRole('option');

async function serverBehaves(page: Page, how: string): Promise<void> {
  const button = bar(page).getByRole('button', { name: /^Simulate a problem/ });
  await button.click();
  await bar(page).getByRole('radio', { name: how, exact: true }).check();
  await page.keyboard.press('Escape');
  await expect(button).toHaveAccessibleName(`Simulate a problem ${how}`);
}

test('a change saved with "No connection" survives a kill, and is sent with its points when the connection is back', async ({
  till,
}) => {
  await expect(bar(till.page)).toContainText('Real customers are not affected');
  await till.find('rita jam', /Rita James/);
  await till.switch('No connection').check();
  await till.field('Last name').fill('Jameson');
  await till.save();
  await expect(till.page.getByText('Saved on this till', { exact: true }).first()).toBeVisible();
  await expect(till.status).toHaveText('Offline · 1 unsent');

  await till.restart('kill');
  await expect(till.status).toHaveText(/ · 1 unsent$/);
  await expect(till.switch('No connection')).toBeChecked();
  await till.find('Jameson', /Rita Jameson/);
  const loyalty = till.page.getByRole('region', { name: 'Loyalty', exact: true });
  await expect(till.figure(loyalty, 'Points')).toHaveText('4,180');

  await till.switch('No connection').uncheck();
  await expect(till.status).toHaveText('All sent · 0 unsent');
  await expect(till.figure(loyalty, 'Points')).toHaveText('4,230');
  await expect(loyalty).toContainText('50 points added');
  await expect(till.field('Last name')).toHaveValue('Jameson');
  await expect(till.page.getByRole('contentinfo').or(till.page.locator('.bar'))).toContainText(/Sent|No changes/);
});

test('2,000 sample customers are found by name, last four digits, mobile, email and card', async ({ till }) => {
  const { page } = till;
  const box = page.getByRole('searchbox', { name: 'Find customer' });
  await expect(page.getByText(/Customers on this till\s*2,\d{3}/)).toBeVisible();
  const queries: readonly (readonly [string, RegExp])[] = [
    ['rita james', /Rita James/],
    ['james ri', /Rita James/],
    [rita.mobile.slice(-4), /Rita James/],
    [`+${rita.mobile}`, /Rita James/],
    [rita.email.slice(0, 12), /Rita James/],
    [rita.externalId, /Rita James/],
    ['nunez', /José Núñez Peña/],
    ['王', /秀英 王/],
    ['المنصوري', /مريم المنصوري/],
  ];
  for (const [query, name] of queries) {
    await box.fill(query);
    await expect(options(page).filter({ hasText: name }).first()).toBeVisible();
  }
  await box.fill('nobody of this name');
  await expect(page.getByText('No one on this till matches')).toBeVisible();
  await expect(options(page)).toHaveCount(0);
  // With one hit, Enter opens it, as a scanner's Enter does.
  await box.fill(rita.externalId);
  await box.press('Enter');
  await expect(till.field('First name')).toBeFocused();
});

test('a trainer makes the server misbehave from the practice bar, and staff fix it', async ({ till }) => {
  const { page } = till;
  await till.find('asha raman', /Asha Raman/);
  const save = async (lastName: string) => {
    await till.field('Last name').fill(lastName);
    await till.save();
  };
  await serverBehaves(page, 'Lost answer');
  await save('Lost');
  await expect(till.status).toHaveText('Checking · 1 unsent');
  await expect(till.status).toHaveText('All sent · 0 unsent');

  await serverBehaves(page, 'Wi-Fi sign-in page');
  await save('Portal');
  await expect(till.status).toHaveText('Offline · 1 unsent');
  await till.openUpdates();
  await expect(page.getByText('The network needs you to sign in', { exact: false }).first()).toBeVisible();
  await page.getByRole('button', { name: 'Close' }).click();

  await serverBehaves(page, 'Rejects this till');
  await expect(till.status).toHaveText('Paused · 1 unsent');
  await serverBehaves(page, 'None');
  await expect(till.status).toHaveText('All sent · 0 unsent');

  await serverBehaves(page, 'Rejects the change');
  await save('Refused');
  await expect(till.status).toHaveText('Needs attention · 1 unsent');
  await serverBehaves(page, 'None');
  await page.getByRole('button', { name: 'Fix' }).click();
  await expect(page.getByText('Fixing a rejected change')).toBeVisible();
  await save('Right');
  await expect(till.status).toHaveText('All sent · 0 unsent');
  await till.find('asha right', /Asha Right/);
  // The practice bar's list must not be mistaken for a list of customers.
  await expect(page.locator('[role=option]')).toHaveCount(await options(page).count());
});
