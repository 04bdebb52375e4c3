/** The screen's keys, each once: what it does and where, and how the list of shortcuts shows it. */
import { m } from '../i18n/messages.ts';

/** The page beside the search, in front. */
export type Place = 'starting' | 'set-up' | 'till' | 'updates' | 'customer' | 'home';
export type Command = 'save' | 'find' | 'back' | 'help' | 'type-ahead';

type Pressed = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>;
type Key = {
  /** As `spelled` does. */
  readonly keys: readonly string[];
  readonly does: () => string;
  /** Absent: the browser or the search box acts. */
  readonly command?: Command;
  /** The only place where it acts; absent: on every page. */
  readonly at?: Place;
};

export const keyMap: readonly Key[] = [
  { keys: ['F2'], command: 'find', does: m.shortcuts_find },
  { keys: ['ArrowUp', 'ArrowDown'], does: m.shortcuts_choose },
  { keys: ['Enter'], does: m.shortcuts_open },
  { keys: ['Control+s'], command: 'save', at: 'customer', does: m.shortcuts_save },
  { keys: ['Escape'], command: 'back', does: m.shortcuts_back },
  { keys: ['Tab'], does: m.shortcuts_next },
  { keys: ['?', 'F1'], command: 'help', does: m.shortcuts_help },
];

const keyWords: { readonly [key: string]: () => string } = {
  ArrowUp: () => '↑',
  ArrowDown: () => '↓',
  Enter: m.key_enter,
  'Control+s': m.key_save,
  Escape: m.key_escape,
  Tab: m.key_tab,
};

export function keyWord(key: string): string {
  return keyWords[key]?.() ?? key;
}

/** For the control that does the same (`aria-keyshortcuts`). */
export function keysOf(command: Command): string {
  return keyMap.flatMap((key) => (key.command === command ? key.keys : [])).join(' ');
}

/** A character with what is held; one character alone is typing. Of other keys the browser's own name. */
function spelled({ key, ctrlKey, metaKey, altKey, shiftKey }: Pressed): string {
  if (key.length > 1 || !(ctrlKey || metaKey || altKey)) return key;
  return `${altKey ? 'Alt+' : ''}${shiftKey ? 'Shift+' : ''}${ctrlKey || metaKey ? 'Control+' : ''}${key.toLowerCase()}`;
}

/** @returns null if the key has no meaning here, and the field or the browser gets it */
export function commandOf(pressed: Pressed, place: Place, isTyping: boolean): Command | null {
  const key = spelled(pressed);
  const isCharacter = key.length === 1;
  if (place === 'starting' || place === 'set-up' || (isCharacter && isTyping)) return null;
  const known = keyMap.find(({ keys }) => keys.includes(key));
  // Typing outside of a field goes to the search; a space is a press.
  if (known === undefined) return isCharacter && key !== ' ' ? 'type-ahead' : null;
  return known.at === undefined || known.at === place ? (known.command ?? null) : null;
}
