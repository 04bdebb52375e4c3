/** IT's page of the till: what it is, its backups, recovery key, rescue files and region. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Locator } from 'playwright/test';
import { hashPin } from '../../electron/config/pin-hash.ts';
import { anchors } from '../../electron/practice/anchors.ts';
import { expect, type TillScreen, test } from './till.ts';

const { devikaNair, ritaJames } = anchors;

async function openThisTill({ page }: TillScreen) {
  await page.getByRole('button', { name: 'Settings' }).click();
  await page.getByRole('button', { name: 'This till', exact: true }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'This till' })).toBeFocused();
  return page.getByRole('region', { name: 'This till' });
}

/** Moves the only unsent change to a file. While it is being sent, the till refuses, and says so. */
async function move(out: Locator): Promise<void> {
  const moved = out.getByText('Changes moved: 1.');
  const busy = out.getByText('A change is being sent right now. Try again in a moment.');
  await expect(async () => {
    await out.getByRole('button', { name: 'Move to a file' }).click();
    await expect(moved.or(busy)).toBeVisible();
    await expect(moved).toBeVisible({ timeout: 100 });
  }).toPass();
}

test('IT keeps the recovery key, makes a backup, imports customers, and makes the file for support', async ({
  till,
}) => {
  const { page, dataDir } = till;
  const data = path.join(dataDir, 'data');
  const care = await openThisTill(till);
  const glance = care.getByRole('region', { name: 'Summary' });
  await expect(glance).toContainText('practice.till1');
  await expect(glance).toContainText('OK');
  await glance.getByRole('button', { name: 'Back up now' }).click();
  await expect(glance.getByText('Backup made and checked.')).toBeVisible();
  expect(readdirSync(path.join(data, 'backups'))).toHaveLength(1);

  const key = care.getByRole('region', { name: 'Recovery key' });
  await key.getByRole('button', { name: 'Show recovery key' }).click();
  await expect(key.getByRole('status', { name: 'Recovery key' })).toHaveText(/^([0-9A-Z]{4}-){13}[0-9A-Z]{4}$/);
  await key.getByRole('button', { name: 'I’ve saved it' }).click();
  await expect(key).toBeHidden();

  const file = path.join(dataDir, 'region.csv');
  writeFileSync(file, 'user_id,firstname,lastname,mobile\n900001,Quentin,Imported,919800000001\n,,,\n');
  const region = care.getByRole('region', { name: 'Import customers' });
  await till.pickFile(region, path.join(dataDir, 'no-such.csv'));
  await region.getByRole('button', { name: 'Import' }).click();
  await expect(region.getByText('The file was not found')).toBeVisible();
  await till.pickFile(region, file);
  await region.getByRole('button', { name: 'Import' }).click();
  await expect(region.getByText('Done. Customers now on this till: 1')).toBeVisible();

  const support = care.getByRole('region', { name: 'Report a problem' });
  await support.getByRole('button', { name: 'Create file' }).click();
  await expect(support.getByText(/ready to send: .*tillside-support-.*\.zip/)).toBeVisible();
  for (const target of await care.locator('button, input').all()) {
    const box = await target.boundingBox();
    expect(box?.height ?? 0, `a target of ${await target.evaluate((one) => one.outerHTML)}`).toBeGreaterThanOrEqual(44);
  }

  await page.keyboard.press('Escape');
  await expect(page.getByRole('searchbox', { name: 'Find customer' })).toBeFocused();
  await page.getByRole('searchbox', { name: 'Find customer' }).fill('quentin');
  await expect(page.getByRole('option', { name: /Quentin Imported/ })).toBeVisible();
});

test('with a file dialog, IT picks the file; a cancelled dialog changes nothing', async ({ till }) => {
  const { page, dataDir } = till;
  const file = path.join(dataDir, 'region.csv');
  writeFileSync(file, 'user_id,firstname,lastname,mobile\n900001,Quentin,Imported,919800000001\n');
  let picked: string | null = null;
  // The preview has no dialog of its own.
  await page.route('**/ipc', async (route) => {
    const { name } = route.request().postDataJSON();
    if (name === 'app.chooseFile') return await route.fulfill({ json: { ok: picked } });
    if (name !== 'app.info') return await route.fallback();
    const { ok } = await (await route.fetch()).json();
    await route.fulfill({ json: { ok: { ...ok, host: 'desktop' } } });
  });
  await page.reload();
  const region = (await openThisTill(till)).getByRole('region', { name: 'Import customers' });
  const choose = region.getByRole('button', { name: 'Choose file' });
  await expect(choose).toHaveAccessibleDescription('No file chosen');
  await choose.click();
  await expect(region.getByRole('button', { name: 'Import' })).toBeDisabled();
  picked = file;
  await choose.click();
  await expect(choose).toHaveAccessibleDescription(file);
  picked = null;
  await choose.click();
  await expect(choose).toHaveAccessibleDescription(file);
  await region.getByRole('button', { name: 'Import' }).click();
  await expect(region.getByText('Done. Customers now on this till: 1')).toBeVisible();
});

test('unsent changes move to a sealed file and back, and a customer is erased only when nothing is unsent', async ({
  till,
}) => {
  const { page, server, dataDir } = till;
  await till.find(ritaJames.mobile, /Rita James/);
  await server.control.setConnection(false);
  await till.field('Last name').fill('Rescued');
  await till.save();
  await expect(till.status).toHaveText(/^Offline.*1/);
  const more = page.getByRole('button', { name: 'More', exact: true });
  const dialog = page.getByRole('dialog', { name: /^Erase Rita Rescued/ });
  await more.click();
  await page.getByRole('button', { name: 'Erase this customer…' }).click();
  await expect(dialog).toContainText('Backups and the last imported file keep the customer');
  await dialog.getByRole('button', { name: 'Erase customer' }).click();
  await expect(dialog.getByRole('alert')).toHaveText(/unsent changes: 1/);
  await page.keyboard.press('Escape');

  const care = await openThisTill(till);
  const out = care.getByRole('region', { name: 'Move unsent changes to another till' });
  const passphrase = 'correct horse battery';
  await out.getByLabel('Passphrase', { exact: true }).fill(passphrase);
  await out.getByLabel('Repeat passphrase').fill('something else');
  await out.getByRole('button', { name: 'Move to a file' }).click();
  await expect(out.getByText('The passphrases don’t match.')).toBeVisible();
  await out.getByLabel('Repeat passphrase').fill(passphrase);
  await move(out);
  await expect(till.status).toHaveText(/^Offline.*0 unsent/);

  const [name = ''] = readdirSync(path.join(dataDir, 'data', 'rescue'));
  const back = care.getByRole('region', { name: 'Import a rescue file' });
  await back.getByLabel('Rescue file').setInputFiles(path.join(dataDir, 'data', 'rescue', name));
  await back.getByLabel('File passphrase').fill('not the passphrase');
  await back.getByRole('button', { name: 'Import' }).click();
  await expect(back.getByText('Wrong passphrase.')).toBeVisible();
  await back.getByLabel('File passphrase').fill(passphrase);
  await back.getByRole('button', { name: 'Import' }).click();
  await expect(back.getByText('From till practice.till1: 1 imported')).toBeVisible();

  await server.control.setConnection(true);
  const updates = await till.openUpdates();
  await updates.getByRole('button', { name: 'Send now' }).click();
  await expect(till.status).toHaveText(/^All sent/);
  expect(till.changes()).toEqual([{ lastName: 'Rescued' }]);

  await till.find('rescued', /Rita Rescued/);
  await more.click();
  await page.getByRole('button', { name: 'Erase this customer…' }).click();
  await dialog.getByRole('button', { name: 'Erase customer' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Who is at the counter?' })).toBeVisible();
  await server.control.setConnection(false);
  await till.find(devikaNair.externalId, /Devika|external ID/);
  await page.getByRole('searchbox', { name: 'Find customer' }).fill('rescued');
  await expect(page.getByRole('listbox', { name: 'Customers' }).getByRole('option')).toHaveCount(0);
});

test('what was moved to a file is never called sent until IT confirms that another till has it', async ({ till }) => {
  const { page, server } = till;
  await till.find(ritaJames.mobile, /Rita James/);
  await server.control.setConnection(false);
  await till.field('Last name').fill('Rescued');
  await till.save();
  await expect(till.status).toHaveText(/^Offline.*1/);
  const out = (await openThisTill(till)).getByRole('region', { name: 'Move unsent changes to another till' });
  await out.getByLabel('Passphrase', { exact: true }).fill('correct horse battery');
  await out.getByLabel('Repeat passphrase').fill('correct horse battery');
  await move(out);

  await server.control.setConnection(true);
  const updates = await till.openUpdates();
  await updates.getByRole('button', { name: 'Check connection' }).click();
  await expect(till.status).toHaveText(/^Waiting.*0 unsent/);
  await expect(updates).toContainText('No unsent changes on this till.');
  await expect(updates).toContainText(
    /Changes moved to a file: 1, the last on .*2026.* when another till imports the file/,
  );
  await expect(updates).not.toContainText('All changes have been sent');
  await page.getByRole('button', { name: 'What this status means' }).click();
  await expect(page.getByText(/Ask IT to import the file on another till/)).toBeVisible();
  await page.keyboard.press('Escape');
  await updates.getByRole('button', { name: 'Done', exact: true }).click();
  await expect(updates.getByRole('listitem')).toContainText('Moved to a file for another till to send.');

  const care = await openThisTill(till);
  await care.getByRole('button', { name: 'Another till has imported it' }).click();
  await expect(care.getByText('Confirmed. Changes that another till has: 1')).toBeVisible();
  await expect(till.status).toHaveText(/^All sent/);
  await expect(care.getByRole('button', { name: 'Another till has imported it' })).toBeHidden();
  expect(till.changes()).toEqual([]);
});

test('the pages that follow a search are loaded before anybody opens them', async ({ till }) => {
  const { page } = till;
  const isFetched = (part: string) =>
    page.evaluate((name) => performance.getEntriesByType('resource').some((file) => file.name.includes(name)), part);
  for (const part of ['CustomerPage', 'UpdatesPage', 'ThisTillPage'])
    await expect.poll(() => isFetched(part)).toBe(true);
  // From here on nothing more can be loaded.
  await page.route('**/assets/**', (route) => route.abort());
  await till.find(ritaJames.mobile, /Rita/);
  await expect(await till.openUpdates()).toBeVisible();
  await openThisTill(till);
  await page.keyboard.press('F1');
  await expect(page.getByRole('dialog', { name: 'Keyboard shortcuts' })).toBeVisible();
});

const pin = '8402-19';
const pinHash = await hashPin(pin);

test.describe('when IT has set a PIN', () => {
  test.use({ settings: { mode: 'live', config: { admin: { pin: pinHash } } } });

  test('the page asks for it, a wrong one shows nothing, and the right one continues with the request', async ({
    till,
  }) => {
    const care = await openThisTill(till);
    const key = care.getByRole('region', { name: 'Recovery key' });
    const dialog = till.page.getByRole('dialog', { name: 'Only for IT' });
    await key.getByRole('button', { name: 'Show recovery key' }).click();
    await dialog.getByLabel('PIN').fill('12345678');
    await dialog.getByRole('button', { name: 'Continue' }).click();
    await expect(dialog.getByRole('alert')).toHaveText('Wrong PIN.');
    await till.page.keyboard.press('Escape');
    await expect(dialog).toBeHidden();
    await expect(key.getByRole('status', { name: 'Recovery key' })).toBeHidden();
    await key.getByRole('button', { name: 'Show recovery key' }).click();
    await dialog.getByLabel('PIN').fill(pin);
    await till.page.keyboard.press('Enter');
    await expect(key.getByRole('status', { name: 'Recovery key' })).toHaveText(/^([0-9A-Z]{4}-){13}[0-9A-Z]{4}$/);
    const audit = readFileSync(path.join(till.dataDir, 'data', 'audit.jsonl'), 'utf8');
    expect(audit.match(/(?<="action":"|"outcome":")[a-z-]+/g)).toEqual([
      'wrong-pin',
      'unlocked',
      'recovery-key',
      'begun',
      'recovery-key',
      'done',
    ]);
  });
});
