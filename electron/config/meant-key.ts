import { nearest } from '../model/slips.ts';
import { configJsonSchema } from './config-schema.ts';
import { joinedPath } from './config-text.ts';

/** A part of the config's JSON Schema. */
type Part = {
  readonly properties?: { readonly [key: string]: Part };
  readonly additionalProperties?: Part | boolean;
  readonly items?: Part;
  readonly anyOf?: readonly Part[];
  readonly oneOf?: readonly Part[];
};

/** @returns the path of the known key that was most likely meant by an unknown one; null: none is near */
export function keyMeant(path: readonly PropertyKey[], key: string): string | null {
  const schema: Part = configJsonSchema();
  const section = path.reduce<readonly Part[]>((parts, name) => parts.flatMap((part) => inside(part, name)), [schema]);
  const near = nearest(
    key,
    section.flatMap((part) => Object.keys(propertiesOf(part))),
  );
  if (near !== null) return [...path.map(String), near].join('.');
  // The right key in the wrong section.
  const elsewhere = pathsOf(schema, '').filter((one) => one.split('.').at(-1)?.toLowerCase() === key.toLowerCase());
  return elsewhere.length === 1 ? (elsewhere[0] ?? null) : null;
}

function propertiesOf({ properties = {}, anyOf = [], oneOf = [] }: Part): { readonly [key: string]: Part } {
  return Object.assign({}, properties, ...[...anyOf, ...oneOf].map(propertiesOf));
}

function inside(part: Part, name: PropertyKey): readonly Part[] {
  const { additionalProperties, items, anyOf = [], oneOf = [] } = part;
  const named = part.properties?.[String(name)];
  const any = typeof additionalProperties === 'object' ? [additionalProperties] : [];
  const own = typeof name === 'number' ? [] : named === undefined ? any : [named];
  return [
    ...own,
    ...(typeof name === 'number' && items !== undefined ? [items] : []),
    ...[...anyOf, ...oneOf].flatMap((one) => inside(one, name)),
  ];
}

function pathsOf(part: Part, at: string): readonly string[] {
  return Object.entries(propertiesOf(part)).flatMap(([key, inner]) => [
    joinedPath(at, key),
    ...pathsOf(inner, joinedPath(at, key)),
  ]);
}
