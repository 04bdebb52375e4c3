/** A card reader types wherever the focus is. Wherever that is, a scan searches and edits nothing. */
import type { Page } from 'playwright/test';
import { hashPin } from '../../electron/config/pin-hash.ts';
import { anchors } from '../../electron/practice/anchors.ts';
import { expect, type TillScreen, test } from './till.ts';

const rita = anchors.ritaJames;
const heading = (till: TillScreen) => till.page.getByRole('heading', { level: 1 });
const box = (page: Page) => page.getByRole('searchbox', { name: 'Find customer' });

type End = 'Enter' | 'Tab' | 'CR LF';

const betweenKeysSeconds = 0.004;
let lastKeyAt = 0;

/** Sends keys as a reader does, a few milliseconds apart by the keyboard's clock, however busy the machine is. */
async function scan(page: Page, code: string, end: End = 'Enter'): Promise<void> {
  const reader = await page.context().newCDPSession(page);
  const keys = [...code].map(keyOf);
  keys.push(...{ Enter: [enter], Tab: [tab], 'CR LF': [enter, keyOf('\n')] }[end]);
  // Never ahead of the clock, and never before the last card.
  let atSeconds = Math.max(lastKeyAt, Date.now() / 1000 - keys.length * betweenKeysSeconds);
  const sent = keys.flatMap((key) => {
    atSeconds += betweenKeysSeconds;
    const event = { ...key, timestamp: atSeconds };
    return [
      reader.send('Input.dispatchKeyEvent', { ...event, type: key.text === '' ? 'rawKeyDown' : 'keyDown' }),
      reader.send('Input.dispatchKeyEvent', { ...event, type: 'keyUp', text: '' }),
    ];
  });
  lastKeyAt = atSeconds;
  await Promise.all(sent);
  await reader.detach();
}

const enter = { key: 'Enter', text: '\r', modifiers: 0, windowsVirtualKeyCode: 13 };
const tab = { key: 'Tab', text: '', modifiers: 0, windowsVirtualKeyCode: 9 };

/** A control character is sent as Ctrl with its letter. */
function keyOf(sign: string) {
  const code = sign.charCodeAt(0);
  if (code < 32) return { key: String.fromCharCode(code + 64).toLowerCase(), text: '', modifiers: 2 };
  return { key: sign, text: sign, modifiers: 0, windowsVirtualKeyCode: sign === ' ' ? 32 : 0 };
}

/** A scan changed nothing: not the form, not the drafts, not the server. */
async function nothingEdited(till: TillScreen): Promise<void> {
  await expect(till.page.getByRole('button', { name: /^Undo / })).toHaveCount(0);
  expect(await till.page.evaluate(async () => JSON.stringify(await window.till?.call('drafts.list')))).toBe(
    '{"ok":[]}',
  );
  expect(till.changes()).toEqual([]);
}

test('wherever the focus is, a scan opens the next customer and leaves the one before unchanged', async ({ till }) => {
  const { page } = till;
  const places: readonly [string, () => Promise<void>][] = [
    ['a field with text', () => till.field('First name').focus()],
    [
      'an empty field',
      () =>
        till
          .field('Last name')
          .fill('')
          .then(() => page.getByRole('button', { name: 'Undo Last name' }).click()),
    ],
    ['a date', () => till.field('Registered on').focus()],
    ['a switch', () => till.switch('SMS promotional').focus()],
    ['a choice', () => page.getByRole('radio').first().focus()],
    ['a list', () => page.getByRole('combobox').first().focus()],
    ['a button', () => page.getByRole('button', { name: 'Updates', exact: true }).focus()],
    ['the search with text in it', () => box(page).fill('somebody else')],
    [
      'nothing',
      () =>
        page
          .evaluate(() => document.activeElement instanceof HTMLElement && document.activeElement.blur())
          .then(() => undefined),
    ],
  ];
  const ends: readonly End[] = ['Enter', 'Tab', 'CR LF'];
  for (const [index, [where, focus]] of places.entries()) {
    await till.find(rita.mobile, /Rita James/);
    await focus();
    await scan(page, 'DN-1004', ends[index % ends.length]);
    await expect(heading(till), where).toHaveText(/^Devika/);
    await expect(till.field('First name'), where).toBeFocused();
    await nothingEdited(till);
    await till.find(rita.mobile, /Rita James/);
    await expect(till.field('First name'), where).toHaveValue('Rita');
    await expect(till.field('Last name'), where).toHaveValue('James');
  }
});

test('two cards in a row open the second, the same card twice opens once, and framing is stripped', async ({
  till,
}) => {
  const { page } = till;
  await expect(box(page)).toBeFocused();
  await scan(page, 'RJ-1001');
  await scan(page, 'DN-1004');
  await expect(heading(till)).toHaveText(/^Devika/);
  await scan(page, 'SI-1008');
  await scan(page, 'SI-1008');
  await expect(heading(till)).not.toHaveText(/^Devika/);
  for (const framed of ['*RJ-1001*', ']C1RJ-1001', '\u0002RJ-1001\u0003', '\u001dRJ-1001']) {
    await scan(page, 'DN-1004');
    await expect(heading(till)).toHaveText(/^Devika/);
    await scan(page, framed);
    await expect(heading(till), JSON.stringify(framed)).toHaveText('Rita James');
  }
  await nothingEdited(till);
});

test('a short code is a scan too: it opens its customer and stands in the search, wherever the focus was', async ({
  till,
}) => {
  const { page, server } = till;
  for (const code of ['12345', 'A123', 'AB 123']) {
    // Several mobiles end in 12345: only head office knows whose card this is.
    server.control.changeCustomer(anchors.ashaRaman.userId, { externalId: code });
    for (const focus of [() => till.field('First name').focus(), () => till.switch('SMS promotional').focus()]) {
      await till.find(rita.mobile, /Rita James/);
      await focus();
      await scan(page, code);
      await expect(heading(till), code).toHaveText('Asha Raman');
      await expect(box(page)).toHaveValue(code);
      await nothingEdited(till);
    }
  }
});

test('unsaved text for the previous customer is kept as a draft', async ({ till }) => {
  const { page } = till;
  await till.find(rita.mobile, /Rita James/);
  await till.field('Last name').fill('Jameson');
  await scan(page, 'DN-1004');
  await expect(heading(till)).toHaveText(/^Devika/);
  await till.find(rita.mobile, /Rita James/);
  await expect(till.field('Last name')).toHaveValue('Jameson');
  expect(till.changes()).toEqual([]);
});

test('a scan over an open dialog presses nothing; its customer opens once the dialog is closed', async ({ till }) => {
  const { page } = till;
  await till.find(rita.mobile, /Rita James/);
  await page.getByRole('button', { name: 'More', exact: true }).click();
  await page.getByRole('dialog').getByRole('button').first().click();
  const dialog = page.locator('main dialog');
  await expect(dialog).toBeVisible();
  for (const button of await dialog.getByRole('button').all()) {
    await button.focus();
    await scan(page, 'DN-1004');
    await expect(dialog).toBeVisible();
    await expect(heading(till)).toHaveText('Rita James');
  }
  await page.keyboard.press('Escape');
  await expect(heading(till)).toHaveText(/^Devika/);
  expect(await page.evaluate(() => window.till?.call('customers.search', { query: 'RJ-1001' }))).toMatchObject({
    ok: { hits: [{ firstName: 'Rita' }] },
  });
  await nothingEdited(till);
});

const pinHash = await hashPin('482913');

test.describe('when IT has set a PIN', () => {
  test.use({ settings: { config: { admin: { pin: pinHash } } } });

  test('a scan over the dialog that asks for it leaves the page as it is, and opens once it is closed', async ({
    till,
  }) => {
    const { page } = till;
    await till.find(rita.mobile, /Rita James/);
    await page.locator('#open-menu').click();
    await page.getByRole('button', { name: 'This till' }).click();
    await page.getByRole('button', { name: 'Show recovery key' }).click();
    const dialog = page.getByRole('dialog', { name: 'Only for IT' });
    await dialog.getByRole('button', { name: 'Not now' }).focus();
    await scan(page, 'DN-1004');
    await expect(box(page)).toHaveValue('DN-1004');
    await expect(page.getByRole('option', { name: /Devika/ })).toHaveCount(1);
    await expect(dialog).toBeVisible();
    await expect(heading(till)).toHaveText('This till');
    await page.keyboard.press('Escape');
    await expect(heading(till)).toHaveText(/^Devika/);
  });
});

test('Enter in a form field saves nothing', async ({ till }) => {
  await till.find(rita.mobile, /Rita James/);
  await till.field('Last name').fill('Jameson');
  await till.page.keyboard.press('Enter');
  await expect(till.field('Last name')).toBeFocused();
  await till.field('Last name').fill('Jamison');
  await till.page.keyboard.press('Control+s');
  await expect.poll(() => till.changes()).toEqual([{ lastName: 'Jamison' }]);
});

test("a card whose digits are somebody else's mobile opens nobody automatically, neither from head office nor from this till", async ({
  till,
}) => {
  const { page, server } = till;
  server.control.changeCustomer(rita.userId, { externalId: '9811117777' });
  server.control.changeCustomer(anchors.ashaRaman.userId, { mobile: '919811117777' });
  const options = page.getByRole('listbox', { name: 'Customers' }).getByRole('option');
  await expect(box(page)).toBeFocused();
  for (let round = 0; round < 2; round += 1) {
    await scan(page, '9811117777');
    // Each with the value that the digits are.
    await expect(options.filter({ hasText: 'Rita James' })).toContainText(/External ID\s*9811117777/);
    await expect(options.filter({ hasText: 'Asha Raman' })).toContainText(/Mobile\s*\+91 98111 17777/);
    // As long as an automatic lookup could take.
    await page.waitForTimeout(1000);
    await expect(page.getByRole('form', { name: 'Customer details' })).toHaveCount(0);
  }
  await nothingEdited(till);
});

test('F53: scans at any moment, on any page, edit nothing and send nothing', async ({ till }) => {
  const { page } = till;
  await till.find(rita.mobile, /Rita James/);
  await page.evaluate(() => {
    const focusable = 'input:not([readonly]), select, textarea, button, [tabindex]';
    Object.assign(window, {
      focusAny: (at: number) => {
        const all = [...document.querySelectorAll<HTMLElement>(focusable)].filter((one) => one.checkVisibility());
        all[Math.floor(at * all.length)]?.focus();
      },
    });
  });
  const codes = ['RJ-1001', 'DN-1004', 'SI-1008', '000000', 'NO SUCH CARD 17', '6035 0012', 'xx@example.com'];
  // A fixed pseudo-random walk: a failure repeats.
  let seed = 20_260_109;
  const chance = () => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return seed / 2_147_483_648;
  };
  const menu = () => page.locator('#open-menu').click();
  const places = [
    menu,
    () => till.openUpdates(),
    () => menu().then(() => page.getByRole('button', { name: 'This till' }).click()),
    () => page.locator('#open-keys').click(),
    () => page.locator('#open-staff').click(),
    () => page.locator('#open-status-help').click(),
  ];
  for (let round = 0; round < 60; round += 1) {
    if (chance() < 0.3) {
      // A dialog in front takes every press.
      if ((await page.locator('dialog[open]').count()) > 0) await page.keyboard.press('Escape');
      await places[Math.floor(chance() * places.length)]?.();
    }
    await page.evaluate((at) => Reflect.get(window, 'focusAny')(at), chance());
    const code = codes[Math.floor(chance() * codes.length)] ?? '';
    await scan(page, code, chance() < 0.5 ? 'Enter' : 'Tab');
    if (chance() < 0.3) await page.waitForTimeout(chance() * 200);
    // No field of IT's received a key either: a file path, a passphrase.
    const typed = page
      .locator('main input.box:not([type="search"])')
      .and(page.locator('[id^="import-"], [id^="rescue-"]'));
    for (const value of await typed.evaluateAll((all) => all.map((one) => Reflect.get(one, 'value')))) {
      expect(value, `round ${round}`).toBe('');
    }
  }
  await expect(box(page)).toBeVisible();
  await page.waitForTimeout(500);
  await nothingEdited(till);
  const rows = await page.evaluate(() => window.till?.call('updates.list', { which: 'open' }));
  expect(rows).toMatchObject({ ok: { total: 0 } });
});
