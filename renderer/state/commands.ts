/** The keys of the whole screen: what a key does is written here once, with the places where it does it. */

/** What fills the screen beside the search, and is in front. */
export type Place = 'starting' | 'set-up' | 'till' | 'updates' | 'customer' | 'home';
export type Command = 'save' | 'find' | 'back' | 'help' | 'type-ahead';

type Pressed = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>;
type Key = {
  readonly command: Command;
  readonly is: (pressed: Pressed) => boolean;
  /** Also where text is typed into a field. */
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
  // Whoever types outside of a field means the search.
  {
    command: 'type-ahead',
    is: (pressed) => pressed.key.length === 1 && pressed.key !== ' ' && plain(pressed),
    whileTyping: false,
    places: work,
  },
];

/** @returns null where the key is nobody's here, and its field or the browser has it */
export function commandOf(pressed: Pressed, place: Place, isTyping: boolean): Command | null {
  const key = keys.find((one) => one.is(pressed) && (one.whileTyping || !isTyping));
  return key?.places.has(place) === true ? key.command : null;
}
