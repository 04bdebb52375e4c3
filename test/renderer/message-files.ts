/** The texts of the screen as they are in their files. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { dialogTexts } from '../../electron/desktop/dialog-words.ts';

const plural = z.array(z.object({ match: z.record(z.string(), z.string()) })).length(1);
const file = z.record(z.string(), z.union([z.string(), plural]));
const folder = path.resolve(import.meta.dirname, '../../renderer/i18n/messages');

export type Text = z.infer<typeof file>[string];

export function read(locale: string): Readonly<Record<string, Text>> {
  const parsed: unknown = JSON.parse(readFileSync(path.join(folder, `${locale}.json`), 'utf8'));
  const { $schema: _schema, ...texts } = z.record(z.string(), z.unknown()).parse(parsed);
  return file.parse(texts);
}

/** Those of the screen and those of the desktop shell. */
export function readAll(locale: string): Readonly<Record<string, Text>> {
  const { unsent, ...rest } = dialogTexts[locale.split('-')[0] ?? ''] ?? {};
  const match = Object.fromEntries(
    Object.entries(unsent ?? {}).map(([category, form]) => [`plural=${category}`, form]),
  );
  const ofShell = Object.entries({ ...rest, unsent: [{ match }] }).map(([name, text]) => [`dialog ${name}`, text]);
  return { ...read(locale), ...file.parse(Object.fromEntries(ofShell)) };
}

/** A text, or each of its plural forms by category. */
export function byCategory(text: Text): ReadonlyMap<string, string> {
  if (typeof text === 'string') return new Map([['', text]]);
  return new Map(
    text.flatMap(({ match }) => Object.entries(match).map(([key, form]) => [key.replace('plural=', ''), form])),
  );
}

export function formsOf(text: Text): readonly string[] {
  return [...byCategory(text).values()];
}
