/**
 * The main states of the screen beside their pictures in `pictures/`. After a wanted change look at the new ones and keep them:
 * `node node_modules/playwright/cli.js test --config build/playwright.config.ts look.spec --update-snapshots`
 */
import { expect, mainStates, test } from './scenes.ts';

/** German for its long words, Hindi for letters that are higher; the dark theme is the same for them as for English. */
const looks = [
  ['en', 'light'],
  ['en', 'dark'],
  ['ar', 'light'],
  ['ar', 'dark'],
  ['de', 'light'],
  ['hi', 'light'],
] as const;

for (const state of mainStates) {
  test(`${state.name} looks as it should, in both themes and in languages of each kind`, async ({ touchScenes }) => {
    for (const [language, theme] of looks) {
      await touchScenes.show(state, language, theme);
      // A share of the pixels, for the edges of letters are drawn a little otherwise by every version of Chromium.
      await expect
        .soft(touchScenes.page)
        .toHaveScreenshot(`${state.name}-${language}-${theme}.png`, { maxDiffPixelRatio: 0.01 });
    }
  });
}
