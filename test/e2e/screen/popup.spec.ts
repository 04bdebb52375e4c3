/** The panels that open under a button. */
import type { Page } from 'playwright';
import { expect, stateOf, test } from './scenes.ts';

const panels = ['open-menu', 'open-staff', 'open-status-help', 'known-identifiers', 'customer-more'];

const open = (page: Page) => page.locator('.panel:popover-open');

for (const [language, width] of [
  ['en', 1366],
  ['en', 1024],
  ['ar', 1024],
  ['de', 640],
  ['ar', 640],
] as const) {
  test(`each panel opens at its button and inside the window (${language}, ${width})`, async ({ touchScenes }) => {
    const { page } = touchScenes;
    await touchScenes.show(stateOf('customer'), language);
    await page.setViewportSize({ width, height: 600 });
    for (const id of panels) {
      const button = page.locator(`#${id}`);
      if (!(await button.isVisible())) continue;
      await button.click();
      await expect(open(page)).toHaveCount(1);
      const places = await page.evaluate((opener) => {
        const panel = document.querySelector('.panel:popover-open')?.getBoundingClientRect();
        const from = document.getElementById(opener)?.getBoundingClientRect();
        if (panel === undefined || from === undefined) return null;
        return {
          isInside: panel.left >= 0 && panel.right <= innerWidth && panel.top >= 0 && panel.bottom <= innerHeight,
          isAtItsEdge: Math.abs(panel.left - from.left) < 1 || Math.abs(panel.right - from.right) < 1,
          gap: Math.round(panel.top - from.bottom),
        };
      }, id);
      // In a narrow window it is at the bottom.
      const isBeside = width > 720 ? { isAtItsEdge: true, gap: 6 } : {};
      expect(places, id).toMatchObject({ isInside: true, ...isBeside });
      await page.keyboard.press('Escape');
      await expect(open(page)).toHaveCount(0);
    }
  });
}

test('Escape closes only the panel: the customer stays open, and the focus is on its button', async ({
  touchScenes,
}) => {
  const { page } = touchScenes;
  await touchScenes.show(stateOf('edited'));
  for (const id of panels) {
    await page.locator(`#${id}`).press('Enter');
    await expect(open(page)).toHaveCount(1);
    // The help has nothing to tab to while all is well.
    if (id !== 'open-status-help') {
      await page.keyboard.press('Tab');
      await expect(open(page).locator(':focus')).toHaveCount(1);
    }
    await page.keyboard.press('Escape');
    await expect(open(page)).toHaveCount(0);
    await expect(page.locator(`#${id}`)).toBeFocused();
    await expect(page.locator('#field-lastName')).toHaveValue('Jameson');
  }
});

test('a press elsewhere closes a panel and does what it is for; a second press on the button closes it', async ({
  touchScenes,
}) => {
  const { page } = touchScenes;
  await touchScenes.show(stateOf('welcome'));
  await page.locator('#open-menu').click();
  await page.locator('#open-staff').click();
  await expect(open(page)).toHaveCount(1);
  await expect(page.getByRole('dialog', { name: 'Who’s on this till?' })).toBeVisible();
  await expect(page.locator('#staff-typed')).toBeFocused();
  await page.locator('#open-staff').click();
  await expect(open(page)).toHaveCount(0);
  await page.locator('#open-menu').click();
  await page.locator('#open-updates').click();
  await expect(open(page)).toHaveCount(0);
  await expect(page.getByRole('region', { name: 'Updates' })).toBeVisible();
});

test('by touch, a panel with a box for typing leaves the on-screen keyboard down', async ({ touchScenes }) => {
  const { page } = touchScenes;
  await touchScenes.show(stateOf('welcome'));
  await page.locator('#open-staff').tap();
  await expect(page.getByRole('dialog', { name: 'Who’s on this till?' })).toBeVisible();
  await expect(page.locator('#staff-typed')).not.toBeFocused();
});
