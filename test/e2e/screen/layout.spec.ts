/** Where things are: the main job above the fold, a locked field in one line, and each thing where it was left. */
import type { Page } from 'playwright/test';
import { expect, type Scenes, stateOf, test } from './scenes.ts';

/** Which of these elements are not fully visible: outside the window, or covered by something. */
async function unseen(page: Page, selectors: readonly string[]): Promise<string[]> {
  return await page.evaluate(
    (all) =>
      all.filter((selector) => {
        const element = document.querySelector(selector);
        if (element === null) return true;
        const { left, top, right, bottom } = element.getBoundingClientRect();
        const corners = [
          [left + 8, top + 8],
          [right - 8, bottom - 8],
        ] as const;
        return !corners.every(([x, y]) => {
          const there = document.elementFromPoint(x, y);
          return there !== null && (element.contains(there) || there.contains(element));
        });
      }),
    selectors,
  );
}

const consent = ['sms_TRANS', 'sms_BULK', 'email_TRANS', 'email_BULK'].map((one) => `#field-subscription_${one}`);
const mainJob = [
  '#customer-name',
  '#field-mobile',
  '#fate li:first-child .word, .no-fate',
  '[role="group"][aria-labelledby="loyalty-points"]',
  '[role="group"][aria-labelledby="loyalty-tier"]',
  '#field-firstName',
  '#field-lastName',
  ...consent,
  '#field-custom_age',
  '#save-customer',
];

async function on({ page, show }: Scenes, name: string, language = 'en'): Promise<Page> {
  await show(stateOf(name), language);
  return page;
}

for (const name of ['customer', 'sent', 'practice', 'edited']) {
  test(`${name}: the main job is above the fold, on a till and on a wide screen`, async ({ touchScenes }) => {
    for (const language of ['en', 'de', 'hi', 'ar']) {
      const page = await on(touchScenes, name, language);
      expect.soft(await unseen(page, mainJob), `${language} at 1024 x 768`).toEqual([]);
      await page.setViewportSize({ width: 1366, height: 768 });
      expect.soft(await unseen(page, mainJob), `${language} at 1366 x 768`).toEqual([]);
    }
  });
}

test('an empty email that may be filled in is above the fold, too', async ({ touchScenes }) => {
  const page = await on(touchScenes, 'non-loyalty');
  expect(await unseen(page, ['#field-firstName', '#field-email', ...consent, '#save-customer'])).toEqual([]);
});

test('a locked field takes one line; its reason and a request are one press away, by keyboard too', async ({
  touchScenes,
}) => {
  const page = await on(touchScenes, 'customer');
  for (const name of ['Mobile', 'Email']) {
    await expect(page.getByRole('textbox', { name, exact: true })).not.toBeEditable();
  }
  await expect(page.getByText('Only head office can change this.').and(page.locator(':not(.sr-only)'))).toHaveCount(0);
  await page.getByRole('button', { name: 'Request a change', exact: true }).press('Enter');
  const panel = page.getByRole('dialog', { name: 'Request a change' });
  // One reason covers both, so it appears once.
  await expect(panel.getByText('Only head office can change this.')).toHaveCount(1);
  await expect(panel.getByRole('button')).toHaveCount(2);
  await page.keyboard.press('Escape');

  const why = page.getByRole('button', { name: 'Why is Loyalty member locked?' });
  await why.press('Enter');
  await expect(why).toHaveAttribute('aria-expanded', 'true');
  await expect(page.getByText(/^Already a member/).and(page.locator(':not(.sr-only)'))).toBeVisible();
});

test("a date is picked or typed in the store's order, and is the same date either way", async ({ touchScenes }) => {
  const page = await on(touchScenes, 'customer');
  const field = page.getByRole('textbox', { name: 'Anniversary', exact: true });
  const picker = page.locator('.date:has(#field-custom_anniversary) .picker');
  await expect(field).toHaveAttribute('placeholder', 'day/month/year');
  await page.getByRole('button', { name: 'Choose a date: Anniversary' }).click();
  await expect.poll(() => picker.evaluate((input) => input.matches(':open'))).toBe(true);
  await picker.evaluate((input: HTMLInputElement) => {
    input.value = '2024-03-31';
    input.dispatchEvent(new Event('change', { bubbles: true }));
  });
  await expect(field).toHaveValue('31/03/2024');
  await page.keyboard.press('Escape');
  for (const typed of ['1/4/2024', '2024-04-01', '01.04.2024']) {
    await field.fill(typed);
    await expect(field).toHaveValue(typed);
    await field.blur();
    await expect(field).toHaveValue('01/04/2024');
  }
  await expect(page.getByRole('button', { name: /^Anniversary/ })).toContainText('1 Apr 2024');
  const registered = page.getByRole('textbox', { name: 'Registered on', exact: true });
  await expect(registered).toHaveValue('11/09/2019 10:12');
  await page.locator('.date:has(#field-registeredOn) .picker').evaluate((input: HTMLInputElement) => {
    input.value = '2020-02-29T18:05';
    input.dispatchEvent(new Event('change', { bubbles: true }));
  });
  await expect(registered).toHaveValue('29/02/2020 18:05');
});

test('the loyalty column answers what customers ask, in their order, and leaves out what is not known', async ({
  touchScenes,
}) => {
  const page = await on(touchScenes, 'customer');
  const loyalty = page.getByRole('region', { name: 'Loyalty', exact: true });
  const part = (name: string) => loyalty.getByRole('region', { name, exact: true });
  const parts = ['Expiring points', 'Next tier', 'Coupons', 'Programs', 'Recent purchases'];

  // A strip on a till, one press from the full view.
  await expect(part('Expiring points')).toContainText('400 points expire on 18 Jul 2026');
  await expect(part('Next tier')).toContainText('1,520 more in purchases');
  await expect(loyalty).toContainText('2 coupons');
  await expect(part('Coupons')).toHaveCount(0);
  await loyalty.getByRole('button', { name: 'Show all' }).click();
  for (const name of parts) await expect(part(name)).toBeVisible();
  expect(await unseen(page, ['[role="group"][aria-labelledby="loyalty-points"]'])).toEqual([]);
  // It does not cover a focused field.
  await page.getByRole('button', { name: 'Show less' }).click();

  await page.setViewportSize({ width: 1366, height: 768 });
  const tops = [];
  for (const name of parts) tops.push((await part(name).boundingBox())?.y ?? -1);
  expect(tops).toEqual(tops.toSorted((a, b) => a - b));
  expect(tops[0]).toBeGreaterThan(0);
  await expect(part('Next tier')).toContainText('by 6 May 2026');
  await expect(part('Coupons')).not.toContainText('OLD1');
  await expect(part('Recent purchases').getByRole('listitem')).toHaveCount(3);
  await part('Recent purchases').getByRole('button', { name: 'Show all' }).click();
  await expect(part('Recent purchases').getByRole('listitem')).toHaveCount(4);
  // The scene's head office does not return amounts: what is known stays, and says so.
  await expect(part('Recent purchases').getByRole('status')).toContainText('Couldn’t refresh');

  // Rita Jones: none of this was ever known.
  await touchScenes.show(stateOf('invalid'));
  await page.setViewportSize({ width: 1366, height: 768 });
  await expect(loyalty.getByRole('group', { name: 'Points', exact: true })).toHaveText('410');
  for (const name of parts.filter((one) => one !== 'Programs')) await expect(part(name)).toHaveCount(0);

  // A customer whom no server ever returned may well have programs.
  await touchScenes.show(stateOf('by-identifier'));
  await page.setViewportSize({ width: 1366, height: 768 });
  await expect(part('Programs')).toContainText('not known');
});

test('a mobile is grouped wherever it appears, and the searched part is highlighted', async ({ touchScenes }) => {
  const page = await on(touchScenes, 'search');
  await page.getByRole('searchbox').fill('98450');
  const option = page.getByRole('listbox', { name: 'Customers' }).getByRole('option');
  await expect(option).toContainText('+91 98450 12881');
  await expect(option.locator('mark')).toHaveText('98450');
});

test('the start page leads to what needs attention, with the last customers served beside it', async ({
  touchScenes,
}) => {
  const page = await on(touchScenes, 'drafts');
  await expect(page.getByRole('search').getByRole('heading')).toHaveText('Served last at this till');
  await expect(page.getByRole('button', { name: /^Rita James Last name/ })).toBeVisible();
  await expect(page.getByRole('main')).toContainText('1 change needs attention');
  await page.getByRole('main').getByRole('button', { name: 'Open Updates' }).click();
  await expect(page.getByRole('region', { name: 'Updates', exact: true }).getByRole('listitem')).toHaveCount(1);
});

test('after a wrong PIN the next one can be typed at once', async ({ touchScenes }) => {
  const page = await on(touchScenes, 'admin-pin');
  await expect(page.getByLabel('PIN', { exact: true })).toBeFocused();
});

test('among several found online, each shows what matched, and no other value stands behind its label', async ({
  touchScenes,
}) => {
  const page = await on(touchScenes, 'choose-online');
  const options = page.getByRole('listbox', { name: 'Customers' }).getByRole('option');
  await expect(options.nth(0)).toContainText(/Mobile\s*\+86/);
  await expect(options.nth(1)).toContainText(/External ID\s*TS100471/);
  await expect(options.nth(2)).toContainText(/Card number ·\s*\+49/);
});

test('a long list stays where it was scrolled to', async ({ touchScenes }) => {
  const page = await on(touchScenes, 'thousands');
  const list = page.locator('.updates .scroll');
  await list.evaluate((element) => {
    element.scrollTop = 40_000;
  });
  const row = page.getByRole('listitem').first();
  await expect(row).toContainText('Customer 4');
  await page.keyboard.press('Escape');
  await expect(list).toHaveCount(0);
  await page.getByRole('button', { name: 'Updates', exact: true }).click();
  await expect.poll(() => list.evaluate((element) => element.scrollTop)).toBe(40_000);
});
