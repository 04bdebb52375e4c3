/** Long lists, of which only the rows in view are made. */
import type { Locator } from 'playwright';
import { expect, stateOf, test } from './scenes.ts';

/** Whether the rows of a scrolling list, by the positions that they announce, fill it without a gap. */
async function rowsOf(scroller: Locator) {
  return await scroller.evaluate((element) => {
    const { top, bottom } = element.getBoundingClientRect();
    const rows = [...element.querySelectorAll('[aria-posinset]')].map((row) => {
      const place = row.getBoundingClientRect();
      return { place: Number(row.getAttribute('aria-posinset')), top: place.top, bottom: place.bottom };
    });
    rows.sort((a, b) => a.place - b.place);
    const gaps = rows.filter((row, index) => {
      const next = rows[index + 1];
      return next !== undefined && (next.place !== row.place + 1 || Math.abs(next.top - row.bottom) > 1);
    });
    return {
      made: rows.length,
      first: rows[0]?.place ?? 0,
      fills: (rows[0]?.top ?? Infinity) <= top && (rows.at(-1)?.bottom ?? 0) >= bottom,
      gaps: gaps.length,
    };
  });
}

test('wherever a list of ten thousand is scrolled to, its rows fill the view without a gap', async ({
  touchScenes,
}) => {
  const { page } = touchScenes;
  await touchScenes.show(stateOf('thousands'));
  const scroller = page.locator('.updates .scroll');
  for (const px of [0, 40_000, 500_000, 12_345]) {
    await scroller.evaluate((element, top) => {
      element.scrollTop = top;
    }, px);
    const first = Math.max(1, Math.floor(px / 96) - 5);
    await expect.poll(() => rowsOf(scroller)).toMatchObject({ first, fills: true, gaps: 0 });
    await expect(page.getByRole('listitem').first()).toContainText('Customer');
    const { made } = await rowsOf(scroller);
    expect(made).toBeLessThan(30);
  }
});

test('an opened row moves those below it down, also while it is out of view', async ({ touchScenes }) => {
  const { page } = touchScenes;
  await touchScenes.show(stateOf('thousands'));
  const scroller = page.locator('.updates .scroll');
  const heightOf = () => scroller.evaluate((element) => element.scrollHeight);
  const closed = await heightOf();
  await page
    .getByRole('button', { name: /^Details/ })
    .nth(1)
    .click();
  await expect.poll(heightOf).toBeGreaterThan(closed + 100);
  await expect.poll(() => rowsOf(scroller)).toMatchObject({ first: 1, fills: true, gaps: 0 });
  const opened = await heightOf();
  await scroller.evaluate((element) => {
    element.scrollTop = 100_000;
  });
  await expect.poll(() => rowsOf(scroller)).toMatchObject({ fills: true, gaps: 0 });
  expect(await heightOf()).toBe(opened);
});

test('the arrow keys keep the marked customer in view', async ({ touchScenes }) => {
  const { page } = touchScenes;
  await touchScenes.show(stateOf('welcome'));
  await page.setViewportSize({ width: 1024, height: 320 });
  await page.getByRole('searchbox', { name: 'Find customer' }).focus();
  const marked = page.getByRole('option', { selected: true });
  for (const key of ['ArrowDown', 'ArrowDown', 'ArrowDown', 'ArrowDown', 'ArrowDown', 'ArrowUp']) {
    await page.keyboard.press(key);
    const isWhole = () =>
      marked.evaluate((option) => {
        const row = option.getBoundingClientRect();
        const list = option.closest('.scroll')?.getBoundingClientRect();
        return list !== undefined && row.top >= list.top - 1 && row.bottom <= list.bottom + 1;
      });
    await expect.poll(isWhole, key).toBe(true);
  }
});
