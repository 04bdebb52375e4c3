/** Masks hidden mobiles and emails in everything that goes to the screen. */
import type { FieldChanges, FieldKey, FieldValues, Identifier } from '../model/customer.ts';
import type { CustomerHit, CustomerView } from '../model/customer-view.ts';
import { type MaskableField, maskedText } from '../model/masked.ts';
import type { AttentionReason, UpdateHistoryEntry, UpdateView } from '../model/update-view.ts';

type Hidden = readonly MaskableField[];

/** Up to this many last digits may be searched for. More would reveal a hidden number digit by digit. */
const searchableDigits = 4;

function hiddenField(key: FieldKey, hidden: Hidden): MaskableField | undefined {
  return hidden.find((field) => field === key);
}

function maskValue<Value extends string | null | undefined>(key: FieldKey, value: Value, hidden: Hidden) {
  const field = hiddenField(key, hidden);
  return field === undefined || !value ? value : maskedText(field, value);
}

function maskFields<Fields extends FieldValues | FieldChanges>(fields: Fields, hidden: Hidden): Fields {
  const covered = hidden.filter((field) => fields[field]);
  if (covered.length === 0) return fields;
  return { ...fields, ...Object.fromEntries(covered.map((field) => [field, maskedText(field, fields[field] ?? '')])) };
}

function maskIdentifier({ type, value }: Identifier, hidden: Hidden): Identifier {
  return { type, value: type === 'userId' ? value : maskValue(type, value, hidden) };
}

/** @returns null if the customer was only found by guessing at a hidden value */
export function maskHit(hit: CustomerHit, hidden: Hidden): CustomerHit | null {
  if (hidden.length === 0) return hit;
  const isHidden = (name: string) => hidden.some((field) => field === name);
  const matches = hit.matches.filter((match) => !isHidden(match.in));
  const isFoundByHidden = hit.answersTo === null && hit.matches.length > 0 && matches.length === 0;
  if (isFoundByHidden && !hit.matches.some((match) => isLastDigits(match, hit))) return null;
  return { ...hit, ...maskFields({ mobile: hit.mobile, email: hit.email }, hidden), matches };
}

function isLastDigits({ in: name, from, to }: CustomerHit['matches'][number], { mobile }: CustomerHit): boolean {
  return name === 'mobile' && to === mobile?.length && to - from <= searchableDigits;
}

export function maskView(view: CustomerView, hidden: Hidden): CustomerView {
  if (hidden.length === 0) return view;
  return {
    ...view,
    identifier: maskIdentifier(view.identifier, hidden),
    fields: maskFields(view.fields, hidden),
    server: maskFields(view.server, hidden),
    masked: hidden.filter((field) => view.fields[field] || view.server[field]),
  };
}

export function maskUpdate(update: UpdateView, hidden: Hidden): UpdateView {
  if (hidden.length === 0) return update;
  // The server's messages may contain a value.
  const values = valuesOf(update, hidden);
  return {
    ...update,
    identifier: maskIdentifier(update.identifier, hidden),
    changes: update.changes.map(({ key, to, ...change }) => ({
      key,
      to: maskValue(key, to, hidden),
      ...('was' in change ? { was: maskValue(key, change.was, hidden) } : {}),
    })),
    reason: maskReason(update.reason, hidden, values),
    result: maskTexts(update.result, values),
    lastAnswer: maskTexts(update.lastAnswer, values),
  };
}

export function maskHistory(entry: UpdateHistoryEntry, hidden: Hidden): UpdateHistoryEntry {
  return {
    ...entry,
    before: entry.before === null ? null : maskFields(entry.before, hidden),
    after: entry.after === null ? null : maskFields(entry.after, hidden),
  };
}

function maskReason(reason: AttentionReason | null, hidden: Hidden, values: Values): AttentionReason | null {
  if (reason?.kind !== 'conflict') return maskTexts(reason, values);
  return {
    ...reason,
    fields: reason.fields.map(({ key, was, theirs, ours }) => ({
      key,
      was: maskValue(key, was, hidden),
      theirs: maskValue(key, theirs, hidden),
      ours: maskValue(key, ours, hidden),
    })),
  };
}

/** Hidden values with what is shown instead. */
type Values = ReadonlyMap<string, string>;

function valuesOf({ identifier, changes }: UpdateView, hidden: Hidden): Values {
  const named: (readonly [FieldKey | 'userId', string | null | undefined])[] = [
    [identifier.type, identifier.value],
    ...changes.flatMap(({ key, was, to }) => [[key, was] as const, [key, to] as const]),
  ];
  return new Map(
    named.flatMap(([key, value]) => {
      const field = hidden.find((one) => one === key);
      return field === undefined || !value ? [] : [[value, maskedText(field, value)] as const];
    }),
  );
}

function maskTexts<Texts>(texts: Texts, values: Values): Texts {
  if (values.size === 0 || texts === null) return texts;
  return JSON.parse(JSON.stringify(texts), (_key, value: unknown) => {
    if (typeof value !== 'string') return value;
    return [...values].reduce((text, [from, to]) => text.replaceAll(from, to), value);
  });
}
