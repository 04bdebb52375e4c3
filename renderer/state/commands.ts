/** The screen's keys: what each does, together with the places where it does it. */

/** The page beside the search, in front. */
export type Place = 'starting' | 'set-up' | 'till' | 'updates' | 'customer' | 'home';
export type Command = 'save' | 'find' | 'back' | 'help' | 'type-ahead';

type Pressed = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>;
type Key = {
  readonly command: Command;
  readonly is: (pressed: Pressed) => boolean;
  /** Also while typing in a field. */
  readonly whileTyping: boolean;
  readonly places: ReadonlySet<Place>;
};

const work = new Set<Place>(['till', 'updates', 'customer', 'home']);
const plain = ({ ctrlKey, metaKey, altKey }: Pressed) => !ctrlKey && !metaKey && !altKey;

const keys: readonly Key[] = [
  {
    command: 'save',
    is: (pressed) =>
      (pressed.ctrlKey || pressed.metaKey) && !pressed.altKey && !pressed.shiftKey && pressed.key.toLowerCase() === 's',
    whileTyping: true,
    places: new Set(['customer']),
  },
  { command: 'find', is: ({ key }) => key === 'F2', whileTyping: true, places: work },
  { command: 'back', is: ({ key }) => key === 'Escape', whileTyping: true, places: work },
  { command: 'help', is: ({ key }) => key === 'F1', whileTyping: true, places: work },
  { command: 'help', is: (pressed) => pressed.key === '?' && plain(pressed), whileTyping: false, places: work },
  // Typing outside of a field goes to the search.
  {
    command: 'type-ahead',
    is: (pressed) => pressed.key.length === 1 && pressed.key !== ' ' && plain(pressed),
    whileTyping: false,
    places: work,
  },
];

/** @returns null if the key has no meaning here, and the field or the browser gets it */
export function commandOf(pressed: Pressed, place: Place, isTyping: boolean): Command | null {
  const key = keys.find((one) => one.is(pressed) && (one.whileTyping || !isTyping));
  return key?.places.has(place) === true ? key.command : null;
}
