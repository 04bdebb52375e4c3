/**
 * The main states of the screen against their pictures in `pictures/`. After an intended change, look at the new ones
 * and keep them: `node node_modules/playwright/cli.js test --config build/playwright.config.ts look.spec
 * --update-snapshots`
 */
import { expect, mainStates, test } from './scenes.ts';

test.use({ takesPictures: true });

/** German for its long words, Hindi for its tall letters; dark is the same for all, so English is enough. */
const looks = [
  ['en', 'light'],
  ['en', 'dark'],
  ['ar', 'light'],
  ['ar', 'dark'],
  ['de', 'light'],
  ['hi', 'light'],
] as const;

for (const state of mainStates) {
  test(`${state.name} looks right, in both themes and in languages of each kind`, async ({ touchScenes }) => {
    for (const [language, theme] of looks) {
      await touchScenes.show(state, language, theme);
      // Allows a share of the pixels, because each Chromium version draws letter edges a little differently.
      await expect
        .soft(touchScenes.page)
        .toHaveScreenshot(`${state.name}-${language}-${theme}.png`, { maxDiffPixelRatio: 0.01 });
    }
  });
}
