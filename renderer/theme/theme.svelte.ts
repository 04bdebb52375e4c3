export const themeChoices = ['system', 'light', 'dark'] as const;
export type ThemeChoice = (typeof themeChoices)[number];

const storageKey = 'tillside.theme';

export type Theme = {
  readonly choice: ThemeChoice;
  readonly choose: (choice: ThemeChoice) => void;
};

/** Light or dark as the computer prefers or as chosen on it; written to `<html data-theme>`. */
export function followTheme(): Theme {
  const dark = window.matchMedia('(prefers-color-scheme: dark)');
  const kept = localStorage.getItem(storageKey);
  let choice = $state<ThemeChoice>(themeChoices.find((known) => known === kept) ?? 'system');
  const show = () => {
    const theme = choice === 'system' ? (dark.matches ? 'dark' : 'light') : choice;
    document.documentElement.dataset.theme = theme;
  };
  dark.addEventListener('change', show);
  show();
  return {
    get choice() {
      return choice;
    },
    choose(next) {
      choice = next;
      localStorage.setItem(storageKey, next);
      show();
    },
  };
}
