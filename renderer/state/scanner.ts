/**
 * A card reader is a keyboard that types wherever the focus is. This sits above everything on the page: it takes a
 * whole scan back out of the focused element, suppresses its last key, and passes the code on.
 */
import { noFraming, type ReaderFraming, withoutFraming } from '../../electron/model/scan-framing.ts';
import { type Scan, ScanBurst } from './scan-burst.ts';

const storageKey = 'tillside.scanner';
/** Readers that end with CR and LF send two keys: the second belongs to the scan, too. */
const tailMs = 120;
/** A reader's control characters come as Ctrl with a letter: STX, ETX, EOT, GS, RS. */
const controlCharacters = new Set(['b', 'c', 'd', ']', '^']);

/** Modifiers: they go with other keys, and are none themselves. */
const ownKeys = new Set(['Shift', 'Control', 'CapsLock', 'AltGraph']);

type Settings = {
  /** Undefined: not known yet, or nothing configured. */
  readonly framing: () => ReaderFraming | undefined;
  readonly storage: Pick<Storage, 'getItem' | 'setItem'>;
  /** Texts in this box are searched anyway. */
  readonly searchBox: string;
  readonly onScan: (code: string) => void;
};

/** @returns a function that stops listening */
export function watchScanner(window: Window, { framing, storage, searchBox, onScan }: Settings): () => void {
  const burst = new ScanBurst(() => framing() ?? noFraming, Number(storage.getItem(storageKey)) || null);
  /** Restores the fields that a scan was typed into, with the number of the first character that went there. */
  let held: { readonly from: number; readonly putBack: () => void }[] = [];
  let holding: Element | null = null;
  let scannedAtMs = Number.NEGATIVE_INFINITY;
  /** The last key's character. Text without one was typed by its number (Alt and digits). */
  let pressed = '';

  function typed(text: string, atMs: number): number {
    const { number, mayBegin } = burst.add(text, atMs);
    // From here on an Enter ends this scan, not the previous one.
    scannedAtMs = Number.NEGATIVE_INFINITY;
    if (number === 0) held = [];
    const focused = window.document.activeElement;
    // The search box gets the whole code.
    const isHeld = (mayBegin || focused !== holding) && !isSearchBox(focused);
    if (isHeld) held.push({ from: number, putBack: hold(focused) });
    holding = focused;
    return number;
  }

  function scanned({ read, from }: Scan, event: Event): void {
    event.preventDefault();
    event.stopImmediatePropagation();
    scannedAtMs = event.timeStamp;
    // In reverse, so that each field ends as it was before the scan's first character.
    for (const one of held.toReversed()) if (one.from >= from) one.putBack();
    held = [];
    onScan(withoutFraming(read, framing() ?? noFraming));
  }

  function onKey(event: KeyboardEvent): void {
    if (event.isComposing || event.altKey || event.metaKey || ownKeys.has(event.key) || isSecret(event.target)) return;
    const { key, timeStamp } = event;
    const isEnd = key === 'Enter' || key === 'Tab' || (event.ctrlKey && ['j', 'm'].includes(key.toLowerCase()));
    if (isEnd) {
      if (timeStamp - scannedAtMs <= tailMs) {
        event.preventDefault();
        event.stopImmediatePropagation();
        return;
      }
      if (isSearchBox(event.target) && burst.learn()) storage.setItem(storageKey, String(burst.learnedMs));
      const scan = burst.end(timeStamp);
      // In the search box, earlier text belongs to it, too, such as the beginning of a code before a break.
      if (scan !== null && !(scan.from > 0 && isSearchBox(event.target))) scanned(scan, event);
    } else if (event.ctrlKey) {
      if (controlCharacters.has(key.toLowerCase()) && burst.isQuick(timeStamp)) event.preventDefault();
    } else if (key.length === 1 && !event.repeat) {
      pressed = key;
      const isQuick = burst.isQuick(timeStamp);
      const number = typed(key, timeStamp);
      // Outside of text a key is a press: a letter in a list, or a space on a button, which nobody presses right after
      // a letter.
      if ((isQuick || (key === ' ' && number > 0)) && !isText(event.target)) {
        event.preventDefault();
        event.stopImmediatePropagation();
      }
      const scan = burst.ended();
      if (scan !== null) scanned(scan, event);
    }
  }

  function onText(event: InputEvent): void {
    const { data } = event;
    if (event.isComposing || data === null || event.inputType !== 'insertText' || isSecret(event.target)) return;
    // A whole word at once comes from no key: it was dictated, chosen or inserted by a program.
    if (data.length > 1) burst.end(event.timeStamp);
    else if (data !== pressed) typed(data, event.timeStamp);
    pressed = '';
  }

  function isSearchBox(target: EventTarget | null): boolean {
    return target instanceof HTMLInputElement && target.id === searchBox;
  }

  const listening = new AbortController();
  const options = { capture: true, signal: listening.signal };
  window.addEventListener('keydown', onKey, options);
  window.addEventListener('beforeinput', onText, options);
  return () => listening.abort();
}

/** A password may come from a reader, and must not reach the search. */
function isSecret(target: EventTarget | null): boolean {
  return target instanceof HTMLInputElement && target.type === 'password';
}

function isText(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLTextAreaElement ||
    (target instanceof HTMLInputElement && !['checkbox', 'radio', 'button', 'submit', 'file'].includes(target.type))
  );
}

/** Remembers what a field holds now. @returns what restores it, as if somebody had typed it */
function hold(field: Element | null): () => void {
  if (field instanceof HTMLSelectElement) {
    const { value } = field;
    return () => {
      if (field.value === value) return;
      field.value = value;
      field.dispatchEvent(new Event('change', { bubbles: true }));
    };
  }
  if (field instanceof HTMLTextAreaElement || (field instanceof HTMLInputElement && isText(field))) {
    const { value } = field;
    return () => {
      if (field.value === value && field.type !== 'date') return;
      field.value = value;
      field.dispatchEvent(new InputEvent('input', { bubbles: true, inputType: 'historyUndo' }));
    };
  }
  return () => undefined;
}
