import { mount, unmount } from 'svelte';
import './theme/base.css';
import App from './App.svelte';
import { type Services, servicesOfWindow } from './bridge.ts';
import { startLanguage } from './i18n/language.svelte.ts';
import { fetchLaterTexts, m } from './i18n/messages.ts';
import { Guide } from './state/guide.svelte.ts';
import { browserMachine } from './state/machine.ts';
import { overPage, Screen } from './state/screen.svelte.ts';
import { followTheme } from './theme/theme.svelte.ts';

/**
 * Shows the till's screen in an empty element.
 * @returns a function that removes it
 */
export async function startScreen(target: HTMLElement): Promise<() => Promise<void>> {
  document.addEventListener('submit', byHandler);
  document.addEventListener('click', unlessLocked);
  const theme = followTheme();
  let screen: Screen | null = null;
  const services = servicesOfWindow((asking) => askForAdmin(asking, () => screen?.pageDialog()));
  // If there is no answer, the app reports that itself.
  const trouble = (await services?.call('trouble.view').catch(() => null)) ?? null;
  const language = await startLanguage(
    async () => trouble?.locale ?? (await services?.call('app.info'))?.locale ?? navigator.language,
    // A till that is not open has no listener.
    (tag) => void services?.call('app.languageShown', { tag }).catch(() => undefined),
  );
  if (services === null) {
    target.textContent = m.app_no_program();
    return async () => target.replaceChildren();
  }
  if (trouble !== null) {
    const [{ default: TroublePage }] = await Promise.all([import('./pages/TroublePage.svelte'), fetchLaterTexts()]);
    const page = mount(TroublePage, { target, props: { services, first: trouble } });
    return () => unmount(page);
  }
  screen = new Screen(services, browserMachine, language);
  const app = mount(App, { target, props: { screen, theme, language, guide: new Guide(localStorage) } });
  return () => unmount(app);
}

/** A form is submitted by its own handler, never by the browser. */
function byHandler(event: SubmitEvent): void {
  event.preventDefault();
}

/** A locked control can be focused, so that its reason is heard, and stays as it is. */
function unlessLocked(event: MouseEvent): void {
  if (event.target instanceof HTMLInputElement && event.target.ariaDisabled === 'true') event.preventDefault();
}

/**
 * Over any page, including that of a till that could not be opened.
 * @param tellPage as `Dialog` calls it
 */
async function askForAdmin(services: Services, tellPage: () => (() => void) | undefined): Promise<boolean> {
  const { default: AdminDialog } = await import('./parts/AdminDialog.svelte');
  return new Promise((resolve) => {
    const onDone = (isAdmitted: boolean) => {
      void unmount(dialog);
      resolve(isAdmitted);
    };
    const context = new Map([[overPage, tellPage]]);
    const dialog = mount(AdminDialog, { target: document.body, context, props: { services, onDone } });
  });
}
