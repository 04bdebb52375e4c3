/**
 * The screen's states for the specs, shown one after another in one page, because a page for each would be too slow.
 */
import { test as base, chromium, type Page } from 'playwright/test';
import { chromiumFlags, findChromium, isRoot } from '../../../build/chromium.ts';
import { buildScenePages, type ScenePages } from '../../helpers/scenes/scene-pages.ts';
import { type ScreenState, states } from '../../helpers/scenes/states.ts';

export { expect } from 'playwright/test';

const touchScreen = { width: 1024, height: 768 };

export type Scenes = {
  readonly page: Page;
  /** Brings a state about, from the beginning. */
  readonly show: (state: ScreenState, language?: string, theme?: 'light' | 'dark') => Promise<void>;
};

export function stateOf(name: string): ScreenState {
  const found = states.find((state) => state.name === name);
  if (found === undefined) throw new Error(`there is no state ${name}`);
  return found;
}

/** The states that also have pictures and other languages, without those whose look depends on the machine. */
export const mainStates: readonly ScreenState[] = [
  'welcome',
  'customer',
  'edited',
  'saved-offline',
  'sent',
  'updates',
  'help-paused',
  'damaged-data',
].map(stateOf);

type Shared = { scenePages: ScenePages; touchScenes: Scenes };

export const test = base.extend<Record<never, never>, Shared>({
  scenePages: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads a fixture's needs from this pattern
    async ({}, use) => {
      const executablePath = process.env.TILLSIDE_CHROMIUM ?? (await findChromium(process.platform, process.env));
      const browser = await chromium.launch({
        ...(executablePath === null ? {} : { executablePath }),
        // The same letter shapes on every machine, for the pictures.
        args: [...chromiumFlags(isRoot()), '--font-render-hinting=none', '--disable-lcd-text'],
      });
      const pages = await buildScenePages(browser);
      await use(pages);
      pages.close();
      await browser.close();
    },
    { scope: 'worker', timeout: 120_000 },
  ],

  touchScenes: [
    async ({ scenePages }, use) => {
      // Reduced motion: nothing is measured half-way.
      const page = await scenePages.newPage({
        viewport: touchScreen,
        hasTouch: true,
        colorScheme: 'light',
        reducedMotion: 'reduce',
      });
      await use({
        page,
        show: async ({ scene, way }, language = 'en', theme = 'light') => {
          await page.setViewportSize(touchScreen);
          await page.emulateMedia({ colorScheme: theme });
          await scenePages.show(page, scene, language);
          await way(page);
          await page.evaluate(() => document.fonts.ready);
        },
      });
      await page.context().close();
    },
    { scope: 'worker' },
  ],
});
