/**
 * The main states of the screen beside their pictures in `pictures/`. After a wanted change look at the new ones and keep them:
 * `node node_modules/playwright/cli.js test --config build/playwright.config.ts look.spec --update-snapshots`
 */
import { type ScreenState, states } from '../../helpers/scenes/states.ts';
import { expect, test } from './scenes.ts';

// Without Chinese and Devanagari, whose faces are the machine's.
const main = new Set([
  'welcome',
  'customer',
  'edited',
  'saved-offline',
  'sent',
  'updates',
  'help-paused',
  'damaged-data',
]);
const pictured: readonly ScreenState[] = states.filter(({ name }) => main.has(name));

for (const state of pictured) {
  test(`${state.name} looks as it should, in both themes, in English and in Arabic`, async ({ touchScenes }) => {
    for (const language of ['en', 'ar']) {
      for (const theme of ['light', 'dark'] as const) {
        await touchScenes.show(state, language, theme);
        // A share of the pixels, for the edges of letters are drawn a little otherwise by every version of Chromium.
        await expect
          .soft(touchScenes.page)
          .toHaveScreenshot(`${state.name}-${language}-${theme}.png`, { maxDiffPixelRatio: 0.01 });
      }
    }
  });
}

test('every state that has a picture is there', () => {
  expect(pictured.map(({ name }) => name).toSorted()).toEqual([...main].toSorted());
});
