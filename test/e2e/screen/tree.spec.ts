/** What a screen reader gets: names and roles, announcements, and where the focus is after each step. */
import type { Page } from 'playwright/test';
import { expect, type Scenes, stateOf, test } from './scenes.ts';

async function on(scenes: Scenes, name: string): Promise<Page> {
  await scenes.show(stateOf(name));
  return scenes.page;
}

const search = (page: Page) => page.getByRole('searchbox', { name: 'Find customer' });
const heard = (page: Page) => page.getByRole('log');
const field = (page: Page, name: string) => page.getByRole('textbox', { name, exact: true });

async function openByKeys(page: Page, text: string): Promise<void> {
  await search(page).fill(text);
  await expect(page.getByRole('listbox', { name: 'Customers' }).getByRole('option').first()).toBeVisible();
  await search(page).press('Enter');
  await expect(field(page, 'First name')).toBeFocused();
}

test("a customer reads as a heading, the last change's progress, the figures and a form", async ({ touchScenes }) => {
  const page = await on(touchScenes, 'sent');
  await expect(page.getByRole('main')).toMatchAriaSnapshot(`
    - heading "Rita James" [level=1]
    - text: checked 2 minutes ago
    - button "Refresh"
    - button "Back"
    - textbox "Mobile": /\\+91 77136 43123/
    - textbox "Email": rita.james@example.com
    - button "Request a change"
    - list "Last change":
      - listitem: Saved on this till
      - listitem: Sending
      - listitem: Sent
      - listitem: /50 points added/
    - region "Loyalty":
      - heading "Loyalty" [level=2]
      - term: Points
      - definition:
        - group "Points": 2,280
      - term: Tier
      - definition:
        - group "Tier": gold
      - region "Expiring points": /400 points expire on 18 Jul 2026/
      - region "Next tier"
      - text: 2 coupons
      - button "Show all"
    - form "Customer details":
      - heading "Name" [level=2]
      - text: First name
      - textbox "First name": Rita
      - text: Last name
      - textbox "Last name": James
    - alert
    - paragraph: No changes
    - button "Save" [disabled]
  `);
  await expect(page.getByRole('status', { name: 'Sync status' })).toHaveText('All sent · 0 unsent');
});

test('a locked field says so and why, and a changed field says what it was', async ({ touchScenes }) => {
  const page = await on(touchScenes, 'edited');
  await expect(field(page, 'Mobile')).toHaveAccessibleDescription(/Only head office can change this/);
  await expect(field(page, 'Last name')).toHaveAccessibleDescription('was James');
  await expect(page.getByRole('switch', { name: 'SMS promotional' })).toHaveAccessibleDescription(/was off/);
  await page.getByRole('button', { name: 'Undo Last name' }).press('Enter');
  await expect(field(page, 'Last name')).toHaveValue('James');
  await expect(field(page, 'Last name')).toBeFocused();
});

test('the focus moves to what comes next: the search, the first field, the name, the search again', async ({
  touchScenes,
}) => {
  const page = await on(touchScenes, 'welcome');
  await expect(search(page)).toBeFocused();
  await openByKeys(page, 'james');
  await field(page, 'Last name').fill('Jameson');
  await page.keyboard.press('Control+s');
  // The focus leaves the text field, or the next scan would be typed into this customer's name.
  await expect(page.getByRole('heading', { level: 1 })).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(search(page)).toBeFocused();
});

test('events are announced: the save, its progress, and what was found', async ({ touchScenes }) => {
  const page = await on(touchScenes, 'search');
  await expect(page.getByRole('search').getByRole('status')).toHaveText('3 customers found');
  await openByKeys(page, 'james');
  await field(page, 'Last name').fill('Jameson');
  await page.keyboard.press('Control+s');
  await expect(heard(page)).toHaveText(/^Saved on this till/);
  await page.locator('#open-staff').click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(heard(page)).toHaveText(/signed out/i);
});

test('a save with problems says so at once, lists them and focuses the first; each leads to its field', async ({
  touchScenes,
}) => {
  const page = await on(touchScenes, 'invalid');
  await expect(page.getByRole('alert')).toContainText('2');
  const summary = page.getByRole('region', { name: /^Fix 2 / });
  await expect(summary.getByRole('listitem')).toHaveCount(2);
  const email = field(page, 'Email');
  await expect(email).toBeFocused();
  await expect(email).toHaveAttribute('aria-invalid', 'true');
  await expect(email).toHaveAccessibleDescription(/@/);
  await summary.getByRole('button', { name: /^Registered on/ }).press('Enter');
  await expect(field(page, 'Registered on')).toBeFocused();
  // A corrected field is no problem any more; the other still is.
  await email.fill('rita@example.com');
  await email.blur();
  await expect(email).not.toHaveAttribute('aria-invalid', 'true');
  await expect(field(page, 'Registered on')).toHaveAttribute('aria-invalid', 'true');
});

test('a panel or sheet returns the focus to what opened it', async ({ touchScenes }) => {
  const page = await on(touchScenes, 'welcome');
  for (const [opener, panel] of [
    ['#open-menu', 'Settings'],
    ['#open-staff', 'Who’s on this till?'],
    ['#open-status-help', 'What this status means'],
  ] as const) {
    await page.locator(opener).press('Enter');
    await expect(page.getByRole('dialog', { name: panel })).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(page.getByRole('dialog')).toHaveCount(0);
    await expect(page.locator(opener)).toBeFocused();
    // Tab goes on from the button through the panel; leaving it closes it.
    await page.locator(opener).press('Enter');
    await search(page).focus();
    await expect(page.getByRole('dialog')).toHaveCount(0);
  }
  await page.locator('#open-keys').press('Enter');
  await expect(page.getByRole('dialog', { name: 'Keyboard shortcuts' })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.locator('#open-keys')).toBeFocused();
});

test('the first steps follow what staff do, announce each step, and can be skipped for good', async ({
  touchScenes,
}) => {
  const page = await on(touchScenes, 'guide');
  const guide = page.getByRole('region', { name: 'Getting started' });
  await expect(guide.getByRole('heading')).toHaveText('Find a customer');
  await expect(guide.locator('[aria-live="polite"]')).toContainText('Type “rita”');
  await openByKeys(page, 'james');
  await expect(guide.getByRole('heading')).toHaveText('Change a detail');
  await expect(field(page, 'First name')).toBeFocused();
  await field(page, 'Last name').fill('Jameson');
  await expect(guide.getByRole('heading')).toHaveText('Save');
  await page.keyboard.press('Control+s');
  await expect(guide.getByRole('heading')).toHaveText('Follow your change');
  await guide.getByRole('button', { name: 'Next' }).tap();
  await expect(guide).toContainText('Step 5 of 5');
  await guide.getByRole('button', { name: 'Back' }).press('Enter');
  await expect(guide).toContainText('Step 4 of 5');
  await guide.getByRole('button', { name: 'Skip' }).tap();
  await expect(guide).toHaveCount(0);
  await page.reload();
  await expect(page.getByRole('region', { name: 'Practice mode' })).toBeVisible();
  await expect(guide).toHaveCount(0);
  await page.getByRole('button', { name: 'Show getting started' }).tap();
  await expect(guide).toContainText('Step 1 of 5');
  await page.evaluate(() => localStorage.clear());
});

test('checking the connection reports its result in the status panel, and keeps the focus there', async ({
  touchScenes,
}) => {
  for (const [scene, text] of [
    ['help-saved-offline', /Meridian Stores.*store12\.till3/],
    ['help-paused', /did not accept this till.s password/],
  ] as const) {
    const page = await on(touchScenes, scene);
    const panel = page.getByRole('dialog', { name: 'What this status means' });
    const check = panel.getByRole('button', { name: 'Check connection' });
    await check.press('Enter');
    await expect(panel.locator('[aria-live="polite"]')).toHaveText(text);
    await expect(panel.getByText(text)).toHaveCount(1);
    await expect(check).toBeFocused();
  }
});

test('"not a member" is said once, and one press makes the customer a member with the next save', async ({
  touchScenes,
}) => {
  const page = await on(touchScenes, 'non-loyalty');
  const loyalty = page.getByRole('region', { name: 'Loyalty' });
  await expect(page.getByText('Not a member', { exact: true })).toHaveCount(1);
  await expect(loyalty.getByText('Not a member', { exact: true })).toBeVisible();
  await expect(loyalty.getByText('not known').filter({ visible: true })).toHaveCount(0);
  await loyalty.getByRole('button', { name: 'Sign them up' }).press('Enter');
  await expect(page.getByRole('switch', { name: 'Loyalty member' })).toBeFocused();
  await expect(page.getByRole('switch', { name: 'Loyalty member' })).toBeChecked();
  await expect(loyalty).toContainText('Joins when you save');
  await page.keyboard.press('Control+s');
  await expect(heard(page)).toHaveText(/^Saved on this till/);
});

test('switching the language changes words and direction at once, and what was typed stays', async ({
  touchScenes,
}) => {
  const page = await on(touchScenes, 'edited');
  for (const [name, language, direction, save] of [
    ['Deutsch', 'de', 'ltr', 'Speichern'],
    ['العربية', 'ar', 'rtl', 'حفظ'],
    ['简体中文', 'zh-CN', 'ltr', '保存'],
    ['English', 'en', 'ltr', 'Save'],
  ] as const) {
    await page.locator('#open-menu').press('Enter');
    await page.getByRole('button', { name, exact: true }).press('Enter');
    await expect(page.getByRole('button', { name: save, exact: true })).toBeVisible();
    await expect(page.locator('html')).toHaveAttribute('lang', language);
    await expect(page.locator('html')).toHaveAttribute('dir', direction);
    await expect(page.locator('#open-menu')).toBeFocused();
    await expect(page.locator('#field-lastName')).toHaveValue('Jameson');
  }
  await page.evaluate(() => localStorage.clear());
});

test('staff report a problem from where they are, and what was typed stays', async ({ touchScenes }) => {
  const page = await on(touchScenes, 'edited');
  await page.locator('#open-menu').press('Enter');
  await page.getByRole('button', { name: 'Report a problem' }).press('Enter');
  const sheet = page.getByRole('dialog', { name: 'Report a problem' });
  await sheet.getByRole('button', { name: 'Create file' }).press('Enter');
  await expect(sheet.locator('[aria-live="polite"]')).toContainText('File ready to send');
  await page.keyboard.press('Escape');
  await expect(sheet).toHaveCount(0);
  await expect(page.locator('#open-menu')).toBeFocused();
  await expect(field(page, 'Last name')).toHaveValue('Jameson');
});

test('data that cannot be opened is replaced only after a second press, and a refusal is announced', async ({
  touchScenes,
}) => {
  const page = await on(touchScenes, 'damaged-data');
  const announced = page.getByRole('main').locator('[aria-live="polite"]');
  const sure = page.getByRole('button', { name: 'Yes, continue' });
  for (const step of ['Restore this backup', 'Start with empty data']) {
    await page.getByRole('button', { name: step }).press('Enter');
    await expect(sure).toHaveCount(1);
    await expect(announced).toHaveText('');
    await page.getByRole('button', { name: 'Not now' }).press('Enter');
    await expect(sure).toHaveCount(0);
  }
  await page.getByRole('button', { name: 'Restore this backup' }).press('Enter');
  await sure.press('Enter');
  await expect(announced).toHaveText(/This backup can’t be read/);
  await expect(sure).toHaveCount(0);
  // Still damaged: the same trouble, without the old refusal.
  await page.getByRole('button', { name: 'Try again' }).press('Enter');
  await expect(announced).toHaveText('');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(/can’t open/);

  const locked = await on(touchScenes, 'key-unreadable');
  const use = locked.getByRole('button', { name: 'Unlock data' });
  await expect(use).toBeDisabled();
  await locked.getByRole('textbox', { name: 'Recovery key' }).fill('7KQ2');
  await use.press('Enter');
  await expect(announced).toHaveText(/That isn’t a recovery key/);
});
