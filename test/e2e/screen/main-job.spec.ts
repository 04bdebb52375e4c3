import { anchors } from '../../../electron/practice/anchors.ts';
import { smallTargets } from '../../helpers/scenes/targets.ts';
import { expect, type TillScreen, test } from '../till.ts';

const rita = anchors.ritaJames;
const search = (till: TillScreen) => till.page.getByRole('searchbox', { name: 'Find customer' });
const heading = (till: TillScreen, name: string) => till.page.getByRole('heading', { name, level: 1 });

/** Counts the keys that are not text: the work beyond typing. */
function hands(till: TillScreen) {
  let presses = 0;
  return {
    get presses() {
      return presses;
    },
    async press(key: string): Promise<void> {
      presses += 1;
      await till.page.keyboard.press(key);
    },
    type: (text: string) => till.page.keyboard.type(text),
  };
}

test('with scanner and keyboard alone: scan, change two fields and save in four presses at most', async ({ till }) => {
  const keys = hands(till);
  await expect(search(till)).toBeFocused();
  await keys.type(rita.mobile);
  await keys.press('Enter');
  await expect(heading(till, 'Rita James')).toBeVisible();
  await expect(till.field('First name')).toBeFocused();
  await keys.type('Anita');
  await keys.press('Tab');
  await keys.type('Jameson');
  await keys.press('Control+s');
  await expect(till.page.getByText('Saved on this till', { exact: false }).first()).toBeVisible();
  expect(keys.presses).toBeLessThanOrEqual(4);
  await expect
    .poll(() => till.server.control.ledger.map((entry) => entry.changes))
    .toEqual([{ firstName: 'Anita', lastName: 'Jameson' }]);
  await expect(till.status).toHaveText(/^All sent/);
});

test('keys reach everything: the list, the keyboard help, the way back, and the waiting draft', async ({ till }) => {
  const { page } = till;
  await till.find(rita.mobile, /Rita James/);
  await page.keyboard.press('F2');
  await expect(search(till)).toBeFocused();
  await page.keyboard.type('james');
  await expect(page.getByRole('listbox', { name: 'Customers' }).getByRole('option').first()).toBeVisible();
  await page.keyboard.press('ArrowDown');
  await expect(search(till)).toHaveAttribute('aria-activedescendant', 'customer-option-0');
  await page.keyboard.press('Enter');
  await expect(till.field('First name')).toBeFocused();
  await page.keyboard.type('Draft');
  await page.keyboard.press('Escape');
  await expect(search(till)).toBeFocused();
  await expect(page.getByRole('button', { name: /^Rita James First name/ })).toBeVisible();

  await page.keyboard.press('Tab');
  await page.keyboard.press('F1');
  const sheet = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
  await expect(sheet.getByText('Find a customer')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(sheet).toBeHidden();

  // A power cut does not cost what was typed.
  await expect
    .poll(() => page.evaluate(async () => JSON.stringify(await window.till?.call('drafts.list'))))
    .toContain('"Draft"');
  await till.restart('kill');
  await till.page.getByRole('button', { name: /^Rita James First name/ }).click();
  await expect(till.field('First name')).toHaveValue('Draft');
  await expect(till.page.getByRole('button', { name: 'Undo First name' })).toBeVisible();
  expect(till.server.control.ledger).toHaveLength(0);
});

test('Save responds within a tenth of a second', async ({ till }) => {
  await till.find(rita.mobile, /Rita James/);
  await expect(heading(till, 'Rita James')).toBeVisible();
  await till.server.control.setConnection(false);
  const took: number[] = [];
  // The best of a few: what the till can do, not what else this machine is doing.
  for (let round = 1; round <= 12 && Math.min(...took) >= 100; round += 1) {
    await till.field('Last name').fill(`Round ${round}`);
    took.push(
      await till.page.evaluate(async () => {
        const bar = document.querySelector('.bar');
        if (bar === null) throw new Error('there is no save bar');
        const startedMs = performance.now();
        const answered = new Promise<number>((resolve) => {
          new MutationObserver(() => {
            if (bar.textContent?.includes('Saved on this till') === true) resolve(performance.now() - startedMs);
          }).observe(bar, { subtree: true, childList: true, characterData: true });
        });
        window.dispatchEvent(new KeyboardEvent('keydown', { key: 's', ctrlKey: true, bubbles: true }));
        return await answered;
      }),
    );
  }
  expect(Math.min(...took)).toBeLessThan(100);
});

test.describe('without a keyboard', () => {
  test.use({ settings: { touch: true, viewport: { width: 1024, height: 768 } } });

  test('the main job works by touch alone, every target is large enough, and no field is hidden', async ({ till }) => {
    const { page } = till;
    await search(till).tap();
    await search(till).fill(rita.mobile);
    await page
      .getByRole('listbox', { name: 'Customers' })
      .getByRole('option', { name: /Rita James/ })
      .tap();
    await expect(heading(till, 'Rita James')).toBeVisible();
    // The on-screen keyboard waits until a field is touched.
    await expect(till.field('First name')).not.toBeFocused();
    await till.field('Last name').tap();
    await till.field('Last name').fill('Touched');
    await page.getByRole('switch', { name: 'SMS promotional' }).tap();

    expect(await smallTargets(page)).toEqual([]);

    // The on-screen keyboard takes half the screen: the focused field scrolls into the rest.
    await page.setViewportSize({ width: 1024, height: 430 });
    for (const name of ['Last name', 'Associated till']) {
      await till.field(name).tap();
      await expect(till.field(name)).toBeFocused();
      await expect(till.field(name)).toBeInViewport({ ratio: 1 });
    }
    await page.setViewportSize({ width: 1024, height: 768 });
    await page.getByRole('button', { name: 'Save', exact: true }).tap();
    // The status was "All sent" before the press, too, so the server's ledger decides.
    await expect.poll(till.changes).toEqual([{ lastName: 'Touched', 'subscription.sms.BULK': expect.any(String) }]);
    await expect(till.status).toHaveText(/^All sent/);
  });
});
