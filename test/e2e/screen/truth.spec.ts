/** The screen says nothing untrue, and no failure takes all of it down. */
import type { Page } from 'playwright/test';
import { anchors } from '../../../electron/practice/anchors.ts';
import { expect, type TillScreen, test } from '../till.ts';

const rita = anchors.ritaJames;
const heading = (till: TillScreen) => till.page.getByRole('heading', { level: 1 });

/** Changes what a call answers on its way to the screen. */
async function answerOf(page: Page, call: string, change: (answer: string) => string | Promise<string>): Promise<void> {
  await page.route('**/ipc', async (route) => {
    if (route.request().postDataJSON()?.name !== call) return await route.fallback();
    const response = await route.fetch();
    await route.fulfill({ response, body: await change(await response.text()) });
  });
}

test("F52: a page that breaks says so in its place, and never leaves the previous customer under another's name", async ({
  till,
}) => {
  const { page } = till;
  await till.find(rita.mobile, /Rita James/);
  await till.field('Last name').fill('Jameson');
  // Not in the panel's lists: only this customer's page breaks.
  await answerOf(page, 'customers.open', (answer) => {
    const { ok } = JSON.parse(answer);
    return JSON.stringify({ ok: ok?.fields?.firstName === 'Devika' ? { ...ok, updates: null, loyalty: 7 } : ok });
  });
  await page.getByRole('searchbox', { name: 'Find customer' }).fill('DN-1004');
  await page.getByRole('option', { name: /Devika/ }).click();
  await expect(heading(till)).toHaveText(/can’t be shown/);
  await expect(page.getByText('Rita James')).toHaveCount(0);
  await page.getByRole('button', { name: 'Back to search' }).click();
  // The draft for the previous customer is still there, and so is everybody else.
  await till.find(rita.mobile, /Rita James/);
  await expect(till.field('Last name')).toHaveValue('Jameson');
});

test("once somebody else is chosen, the previous customer's form takes no more keys", async ({ till }) => {
  const { page } = till;
  await till.find(rita.mobile, /Rita James/);
  await till.field('Last name').focus();
  let answer: () => void = () => undefined;
  const waits = new Promise<void>((resolve) => {
    answer = resolve;
  });
  await answerOf(page, 'customers.open', async (text) => {
    await waits;
    return text;
  });
  await page.getByRole('searchbox', { name: 'Find customer' }).fill('DN-1004');
  await expect(page.getByRole('option', { name: /Devika/ })).toBeVisible();
  await till.field('Last name').focus();
  await page.getByRole('option', { name: /Devika/ }).dispatchEvent('click');
  await page.keyboard.type('xyz', { delay: 60 });
  answer();
  await expect(heading(till)).toHaveText(/^Devika/);
  expect(await page.evaluate(async () => JSON.stringify(await window.till?.call('drafts.list')))).toBe('{"ok":[]}');
});

test('a save without a connection shows no sign of having been sent', async ({ till }) => {
  await till.find(rita.mobile, /Rita James/);
  await till.server.control.setConnection(false);
  await till.field('Last name').fill('Jameson');
  await till.page.keyboard.press('Control+s');
  await expect(till.status).toHaveText(/^Offline/);
  const line = till.page.locator('.bar .line');
  await expect(line.locator('strong')).toContainText('Saved');
  await expect(line.locator('svg.sent')).toHaveCount(0);
});

test('a dialog returns the focus, however it is closed', async ({ till }) => {
  const { page } = till;
  const keys = page.getByRole('button', { name: 'Keyboard shortcuts' }).or(page.locator('#open-keys')).first();
  await keys.click();
  await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
  await expect(keys).toBeFocused();
  await keys.click();
  await page.keyboard.press('Escape');
  await expect(keys).toBeFocused();
});

test('Escape in a field leads back without an error, and keeps what was typed', async ({ till }) => {
  const errors: string[] = [];
  till.page.on('pageerror', (error) => errors.push(error.name));
  await till.find(rita.mobile, /Rita James/);
  await till.field('Registered on').fill('2019-09-12 10:12');
  await till.page.keyboard.press('Escape');
  await expect(heading(till)).not.toHaveText('Rita James');
  await till.find(rita.mobile, /Rita James/);
  await expect(till.field('Registered on')).toHaveValue(/^12.09.2019|^2019-09-12/);
  expect(errors).toEqual([]);
});

test('pasted text of any length is searched, and nobody is told to close Tillside', async ({ till }) => {
  await till.page.getByRole('searchbox', { name: 'Find customer' }).fill('7'.repeat(275));
  await expect(till.page.getByText(/matches/)).toBeVisible();
  await expect(till.page.getByText(/isn’t responding/)).toHaveCount(0);
});

test('a locked field can be reached by keyboard, says why, and stays as it is', async ({ till }) => {
  const { page } = till;
  await answerOf(page, 'customers.open', (answer) => {
    const { ok } = JSON.parse(answer);
    const own = Object.keys(ok.locks)
      .concat(Object.keys(ok.fields))
      .filter((key) => /^(custom|extended)\./.test(key));
    const locks = Object.fromEntries(['fraudStatus', ...own].map((key) => [key, 'disabled-field']));
    return JSON.stringify({ ok: { ...ok, locks: { ...ok.locks, ...locks } } });
  });
  await till.find(rita.mobile, /Rita James/);
  const list = page.locator('main select[aria-disabled="true"]').first();
  const before = await list.inputValue();
  const none = page.getByRole('radio', { name: 'None' });
  for (const control of [list, none]) {
    await control.focus();
    await expect(control).toBeFocused();
    await expect(control).toHaveAccessibleDescription(/\S/);
    for (const key of ['ArrowDown', 'ArrowRight', 'End']) await page.keyboard.press(key);
  }
  expect(await list.inputValue()).toBe(before);
  await expect(none).toBeChecked();
  await expect(page.getByRole('button', { name: /^Undo / })).toHaveCount(0);
});

/** Every list of an answer, with everything in it twice. */
function twice(value: unknown): unknown {
  if (Array.isArray(value)) return [...value, ...value].map(twice);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, twice(one)]));
}

test('F51: duplicates in any answer take no page down: customer, changes, fields, staff, search', async ({ till }) => {
  const { page } = till;
  const broken: string[] = [];
  page.on('pageerror', (error) => broken.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') broken.push(message.text());
  });
  await till.find(rita.mobile, /Rita James/);
  await till.field('Last name').fill('Jameson');
  await till.save();
  // The status was "All sent" before the press, too: reloading before it went would lose it.
  await expect.poll(till.changes).toEqual([{ lastName: 'Jameson' }]);
  await expect(till.status).toHaveText(/^All sent/);
  for (const call of [
    'customers.search',
    'customers.open',
    'customers.view',
    'updates.list',
    'updates.history',
    'org.view',
    'staff.list',
    'drafts.list',
  ]) {
    await answerOf(page, call, (answer) => JSON.stringify(twice(JSON.parse(answer))));
  }
  await page.reload();
  await till.find(rita.mobile, /Rita Jameson/);
  await expect(heading(till)).toHaveText('Rita Jameson');
  await expect(page.getByRole('region', { name: 'Loyalty', exact: true })).toBeVisible();
  await till.field('First name').fill('Margarita');
  await till.save();
  await expect.poll(till.changes).toHaveLength(2);
  await expect(till.status).toHaveText(/^All sent/);
  const updates = await till.openUpdates();
  await updates.getByRole('button', { name: 'Recent' }).or(updates.locator('fieldset button').nth(1)).first().click();
  await updates
    .getByRole('button', { name: /^Details/ })
    .first()
    .click();
  await expect(updates.getByText('Rita Jameson').first()).toBeVisible();
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('dialog')).toBeVisible();
  await expect(page.getByText('can’t be shown')).toHaveCount(0);
  expect(broken).toEqual([]);
});
