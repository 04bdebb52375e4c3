/**
 * Answers that differ from a documented one in ways no test author would think of: parts missing, null, duplicated or
 * of another type, huge numbers and texts, impossible dates, unknown kinds, nesting, invisible characters. The same
 * seed makes the same answers.
 */

type Chance = () => number;
type Holder = { [key: string]: unknown } | unknown[];

const times = [
  '0000-00-00 00:00:00',
  '9999-99-99 99:99:99',
  '2026-02-30 25:61:61',
  '2027-01-04T19:47:12+05:30',
  '12/31/2027',
  '275761-01-01 00:00:00',
  '-1',
  1_767_225_600_000,
];
const numbers = [
  ...[0, -0, -1, 0.1 + 0.2, 1e-9, 1e21, 1e308, 2 ** 53, -(2 ** 31)],
  ...['', ' ', '1e400', 'NaN', '-Infinity', '0x10', '1,234.5', '٣٤٥', '9'.repeat(400)],
];
const words = [
  ...['MOON_PHASE', '__proto__', 'constructor', 'toString', 'hasOwnProperty', 'undefined', 'null', '[object Object]'],
  ...['<img src=x onerror=alert(1)>', '{{name}}', '$&', '%s %d', '["Playing",["Singing"],null]', '{"a":1}'],
  ...[
    '\u202eeman rehtona',
    '\u200b',
    '\u2066\u2067\u2068',
    '\ufeff',
    '\u00ad'.repeat(50),
    '\ud800',
    '\udfff\ud800',
    '\u0000',
  ],
  ...[
    'ليلى القحطاني',
    'שלום 123 abc',
    '👩‍👩‍👧‍👦'.repeat(20),
    `a${'\u0301'.repeat(60)}`,
    'x'.repeat(20_000),
    'two\nlines\r\u2028three',
  ],
  ...['word '.repeat(4000), 'W'.repeat(199)],
];
const others = [true, false, null, [], {}, [[]], [null], [{}], { status: {} }, 7, 'seven'];

function isHolder(value: unknown): value is Holder {
  return typeof value === 'object' && value !== null;
}

function keysOf(holder: Holder): readonly string[] {
  return Object.keys(holder);
}

/** Every place in a value that holds something, except under the protected keys. */
function placesIn(value: unknown, kept: readonly string[]): { readonly holder: Holder; readonly key: string }[] {
  if (!isHolder(value)) return [];
  return keysOf(value)
    .filter((key) => !kept.includes(key))
    .flatMap((key) => [{ holder: value, key }, ...placesIn(Reflect.get(value, key), kept)]);
}

function oneOf<T>(all: readonly T[], chance: Chance): T | undefined {
  return all[Math.floor(chance() * all.length)];
}

/** Nesting deeper than in any answer. */
function deep(value: unknown, depth: number): unknown {
  let within = value;
  for (let level = 0; level < depth; level += 1) within = level % 2 === 0 ? { value: within } : [within];
  return within;
}

/** Replaces a value. */
const shifts: readonly ((value: unknown, chance: Chance) => unknown)[] = [
  () => undefined,
  () => null,
  (_value, chance) => structuredClone(oneOf(others, chance)),
  (_value, chance) => oneOf(times, chance),
  (_value, chance) => oneOf(numbers, chance),
  (_value, chance) => oneOf(words, chance),
  (value) => (Array.isArray(value) ? [...value, ...value] : [value, value]),
  (value) => (Array.isArray(value) ? Object.fromEntries(value.entries()) : [value]),
  (value) => (Array.isArray(value) ? Array.from({ length: 300 }, () => value[0]) : { value }),
  (value, chance) => deep(value, Math.floor(chance() * 90)),
  (value, chance) => (typeof value === 'string' ? `${oneOf(words, chance)}${value}` : String(value)),
  (value, chance) =>
    isHolder(value) && !Array.isArray(value) ? { ...value, [`${oneOf(words, chance)}`]: value } : value,
];

/** Repeating it over and over would fill the memory before it proves anything. */
const mostPlaces = 2000;

/** @param kept keys whose values stay: who the answer is about */
export function shapeShifted<Sample>(sample: Sample, chance: Chance, kept: readonly string[]): unknown {
  const shifted = structuredClone(sample);
  const changes = 1 + Math.floor(chance() ** 2 * 12);
  for (let change = 0; change < changes; change += 1) {
    const places = placesIn(shifted, kept);
    const place = oneOf(places, chance);
    const shift = oneOf(shifts, chance);
    if (place === undefined || shift === undefined || places.length > mostPlaces) break;
    Reflect.set(place.holder, place.key, shift(Reflect.get(place.holder, place.key), chance));
  }
  return shifted;
}
