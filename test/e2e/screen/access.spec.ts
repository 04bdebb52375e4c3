/** The screen for everybody: axe in every state, finger-sized targets, the on-screen keyboard, contrast and motion. */
import { states } from '../../helpers/scenes/states.ts';
import { hiddenFields, smallTargets } from '../../helpers/scenes/targets.ts';
import { findings } from './axe.ts';
import { expect, mainStates, stateOf, test } from './scenes.ts';

for (const state of states) {
  test(`${state.name}: axe finds nothing, light and dark, and every target fits a finger`, async ({ touchScenes }) => {
    const { page } = touchScenes;
    await touchScenes.show(state);
    expect.soft(await smallTargets(page)).toEqual([]);
    expect.soft(await findings(page, 'all'), 'by light').toEqual([]);
    // Only colours differ in the dark.
    await page.emulateMedia({ colorScheme: 'dark' });
    expect.soft(await findings(page, 'colours'), 'in the dark').toEqual([]);
  });
}

for (const state of mainStates) {
  test(`${state.name}: axe finds nothing in Arabic`, async ({ touchScenes }) => {
    await touchScenes.show(state, 'ar');
    expect(await findings(touchScenes.page, 'all-but-colours')).toEqual([]);
  });
}

for (const name of ['customer', 'many-fields', 'invalid', 'secret-needed', 'key-unreadable', 'updates-conflict']) {
  test(`${name}: the focused field stays visible above an on-screen keyboard`, async ({ touchScenes }) => {
    const { page } = touchScenes;
    await touchScenes.show(stateOf(name));
    await page.setViewportSize({ width: 1024, height: 400 });
    expect(await hiddenFields(page)).toEqual([]);
  });
}

test('nothing moves if the system asks for reduced motion', async ({ touchScenes }) => {
  const { page } = touchScenes;
  const moving = () =>
    page.evaluate(() =>
      [...document.querySelectorAll('*')]
        .filter((element) => {
          const { transitionDuration, animationName } = getComputedStyle(element);
          return animationName !== 'none' || transitionDuration.split(', ').some((time) => time !== '0s');
        })
        .map((element) => element.className),
    );
  await touchScenes.show(stateOf('edited'));
  expect(await moving()).toEqual([]);
  await page.emulateMedia({ reducedMotion: 'no-preference' });
  expect(await moving()).not.toEqual([]);
  await page.emulateMedia({ reducedMotion: 'reduce' });
});

test('if the system asks for more contrast, lines and small text are as strong as the rest', async ({
  touchScenes,
}) => {
  const { page } = touchScenes;
  const colours = () =>
    page.evaluate(() => {
      const root = getComputedStyle(document.documentElement);
      return {
        lines: [root.getPropertyValue('--line'), root.getPropertyValue('--line-strong')],
        words: [root.getPropertyValue('--ink-2'), root.getPropertyValue('--ink')],
      };
    });
  for (const theme of ['light', 'dark'] as const) {
    await touchScenes.show(stateOf('customer'), 'en', theme);
    expect(new Set((await colours()).words).size).toBe(2);
    await page.emulateMedia({ contrast: 'more' });
    const { lines, words } = await colours();
    expect([new Set(lines).size, new Set(words).size]).toEqual([1, 1]);
    await page.emulateMedia({ contrast: 'no-preference' });
  }
});

test('in high-contrast colours, changed, selected and focused things can still be told apart', async ({
  touchScenes,
}) => {
  const { page } = touchScenes;
  await touchScenes.show(stateOf('edited'));
  await page.emulateMedia({ forcedColors: 'active' });
  const style = (selector: string, property: string) =>
    page
      .locator(selector)
      .first()
      .evaluate((element, name) => getComputedStyle(element).getPropertyValue(name), property);
  expect(await style('.frame.changed', 'border-inline-start-color')).not.toBe(
    await style('.frame:not(.changed)', 'border-inline-start-color'),
  );
  expect(await style('.row.active', 'outline-style')).toBe('solid');
  expect(await style('.rail span', 'background-color')).not.toBe(await style('.rail', 'background-color'));
  await page.emulateMedia({ forcedColors: 'none' });
});
