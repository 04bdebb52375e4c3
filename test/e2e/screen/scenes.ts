/**
 * The screen's states for the specs, shown one after another in one page, because a page for each would be too slow.
 */
import path from 'node:path';
import { test as base, type Page } from 'playwright/test';
import { launchChromium } from '../../helpers/browser.ts';
import { buildScenes, openScenePages, type ScenePages } from '../../helpers/scenes/scene-pages.ts';
import { type ScreenState, states } from '../../helpers/scenes/states.ts';

export { expect } from 'playwright/test';

const touchScreen = { width: 1024, height: 768 };

/** The states without their look: laid out but not painted, because painting is a fifth of the work. */
export type Layouts = {
  readonly page: Page;
  /** Brings a state about, from the beginning. */
  readonly show: (state: ScreenState, language?: string) => Promise<void>;
};

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

type Shared = {
  /** Whether the specs compare pixels. */
  takesPictures: boolean;
  scenePages: ScenePages;
  touchScenes: Scenes;
  layouts: Layouts;
};

export const test = base.extend<Record<never, never>, Shared>({
  takesPictures: [false, { option: true, scope: 'worker' }],

  scenePages: [
    async ({ takesPictures }, use, { project }) => {
      // Emptied by Playwright before each run.
      const folder = path.join(project.outputDir, 'scenes');
      await buildScenes(folder);
      // The same letter shapes on every machine, for the pictures.
      const browser = await launchChromium(takesPictures, ['--font-render-hinting=none', '--disable-lcd-text']);
      const pages = await openScenePages(browser, folder);
      await use(pages);
      pages.close();
      await browser.close();
    },
    { scope: 'worker', timeout: 120_000 },
  ],

  touchScenes: [
    async ({ scenePages }, use) => {
      const page = await touchPage(scenePages);
      await use({
        page,
        show: async (state, language = 'en', theme = 'light') => {
          await page.emulateMedia({ colorScheme: theme });
          await show(scenePages, page, state, language);
        },
      });
      await page.context().close();
    },
    { scope: 'worker' },
  ],

  layouts: [
    async ({ scenePages }, use) => {
      const page = await touchPage(scenePages);
      await page.addInitScript(() => {
        const sheet = new CSSStyleSheet();
        sheet.replaceSync(':root { opacity: 0 }');
        document.adoptedStyleSheets = [sheet];
      });
      await use({ page, show: (state, language = 'en') => show(scenePages, page, state, language) });
      await page.context().close();
    },
    { scope: 'worker' },
  ],
});

/** Reduced motion: nothing is measured half-way. */
const touchPage = (scenePages: ScenePages): Promise<Page> =>
  scenePages.newPage({ viewport: touchScreen, hasTouch: true, colorScheme: 'light', reducedMotion: 'reduce' });

async function show(scenePages: ScenePages, page: Page, { scene, way }: ScreenState, language: string): Promise<void> {
  if (page.viewportSize()?.width !== touchScreen.width || page.viewportSize()?.height !== touchScreen.height) {
    await page.setViewportSize(touchScreen);
  }
  await scenePages.show(page, scene, language);
  await way(page);
  await page.evaluate(() => document.fonts.ready);
}
