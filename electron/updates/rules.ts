/**
 * The rules for what can be changed and how each value must look. Pure: known facts about the customer and the
 * organisation go in, cleaned changes or problems come out. `updates.check` (while staff type) and `updates.save` use
 * the same rules; the server has the final say.
 */
import { cleanLines, cleanText, isBroken, plainSigns, showsSomething } from '../model/clean-text.ts';
import {
  type CoreField,
  type FieldChanges,
  type FieldKey,
  type FieldValues,
  type FillableIdentifier,
  fieldKeys,
  type Identifier,
  isCoreField,
  isFillable,
} from '../model/customer.ts';

import { gregorian, normalDateTime } from '../model/date-time.ts';
import { definitionOf, definitionProblem } from '../model/defined-field-rules.ts';
import type { FieldDefinition, OrgPolicy } from '../model/definitions.ts';
import {
  maxEmailLength,
  maxExternalIdLength,
  normalEmail,
  normalIdentifier,
  normalMobile,
} from '../model/identifiers.ts';
import { PatternMatcher } from '../model/pattern.ts';
import { type FieldProblem, fieldProblem, type LockReason } from '../model/update-view.ts';

export type RuleContext = {
  /** The server's known values; unknown fields are absent. */
  readonly server: FieldValues;
  /** The server's values with this till's open edits applied. */
  readonly effective: FieldValues;
  /** The identifier that the update is sent with. */
  readonly identifier: Identifier;
  readonly policy: OrgPolicy;
  readonly definitions: readonly FieldDefinition[];
  /** Whether definitions of this kind are known. If not, any field of the kind that has a value can be edited. */
  readonly definitionsKnown: { readonly [kind in FieldDefinition['kind']]: boolean };
  /** Custom fields reserved for Tillside. */
  readonly reserved: readonly FieldKey[];
  /** The only fields that the current staff may change, also as "custom.*"; null: all. */
  readonly mayChange: readonly string[] | null;
  /** Fields with a value that the current staff have not been shown. */
  readonly masked: readonly FieldKey[];
  readonly countryCode: string;
};

/** The API's longest values. The form of the other fields already limits their length. */
const limits: { readonly [Field in CoreField]?: number } = {
  firstName: 100,
  lastName: 100,
  email: maxEmailLength,
  externalId: maxExternalIdLength,
  registeredTill: 50,
  associatedWith: 50,
};

function isEmpty(value: string | null | undefined): boolean {
  return value === null || value === undefined || value === '';
}

export function isAllowed(key: FieldKey, mayChange: RuleContext['mayChange']): boolean {
  const family = key.replace(/\..*$/, '.*');
  return mayChange === null || mayChange.includes(key) || mayChange.includes(family);
}

/** Why a field cannot be changed at all, or null. From the API's documentation and the organisation's settings. */
export function lockOf(key: FieldKey, context: RuleContext): LockReason | null {
  if (!isAllowed(key, context.mayChange)) return 'not-your-role';
  if (context.masked.includes(key)) return 'masked';
  if (isFillable(key)) {
    if (key === context.identifier.type || !isEmpty(context.server[key])) return 'existing-identifier';
    if (!isEmpty(context.effective[key])) return 'fill-waiting';
    return context.policy.allowFill[key] ? null : 'fill-not-allowed';
  }
  if (key === 'type') return context.effective.type === 'LOYALTY' ? 'already-loyalty' : null;
  const kind = key.startsWith('custom.') ? 'custom' : key.startsWith('extended.') ? 'extended' : null;
  if (kind === null) return null;
  if (context.reserved.some((reserved) => reserved === key)) return 'unknown-field';
  const definition = definitionOf(key, context.definitions);
  if (definition === undefined) {
    // Without definitions, a field that has a value can be edited as plain text. With them, unknown names cannot be
    // sent.
    return context.definitionsKnown[kind] || context.server[key] === undefined ? 'unknown-field' : null;
  }
  return definition.disabled ? 'disabled-field' : null;
}

/** The value to send: clean, in one Unicode form, with identifiers, numbers and dates in the API's form. */
function cleaned(key: FieldKey, typed: string, context: RuleContext): string {
  switch (key) {
    case 'mobile':
    case 'email':
    case 'externalId':
      return normalIdentifier({ type: key, value: typed }, context.countryCode);
    case 'registeredOn': {
      const date = gregorian(typed, context.countryCode);
      return normalDateTime(date) ?? date;
    }
  }
  const definition = definitionOf(key, context.definitions);
  // An option is the organisation's own text and must stay exactly as defined.
  if (definition === undefined) return cleanText(typed);
  if (definition.options.length > 0) return typed.trim();
  if (definition.pattern === null && (definition.widget === 'date' || definition.dataType === 'datetime')) {
    return gregorian(typed, context.countryCode);
  }
  if (definition.dataType === 'integer') return plainSigns(typed);
  if (definition.dataType === 'double') return withDecimalPoint(plainSigns(typed));
  return definition.widget === 'textarea' ? cleanLines(typed) : cleanText(typed);
}

/** Most languages write a decimal comma. `1,234` stays as typed: in others that is a thousand. */
function withDecimalPoint(typed: string): string {
  return typed.replace(/(?<=^[+-]?(?:0|\d+(?=.\d{1,2}$)))[,٫](?=\d+$)/, '.');
}

/** The typed text is invisible, or holds characters that come from a broken encoding. */
function cannotBeSeen(key: FieldKey, typed: string, definition: FieldDefinition | undefined): boolean {
  if (/[^ \t\r\n]/.test(typed) && !showsSomething(typed)) return true;
  if (isFillable(key) || (definition?.options.length ?? 0) > 0) return false;
  return isBroken(definition?.widget === 'textarea' ? typed.replace(/[\u2028\u2029]/g, '\n') : typed);
}

/** @param typed as staff typed it, because a mobile in the API's form has lost its plus sign */
function coreProblem(key: CoreField, value: string, typed: string, context: RuleContext): FieldProblem | null {
  const longest = limits[key];
  if (longest !== undefined && value.length > longest) return fieldProblem(key, 'too-long', { limit: longest });
  const code = formProblem(key, value, typed, context);
  return code === null ? null : fieldProblem(key, code);
}

function formProblem(key: CoreField, value: string, typed: string, context: RuleContext): FieldProblem['code'] | null {
  switch (key) {
    case 'firstName':
    case 'lastName':
    case 'registeredTill':
    case 'associatedWith':
    case 'externalId':
      return null;
    case 'mobile':
      return normalMobile(typed, context.countryCode) === null ? 'mobile' : null;
    case 'email':
      return normalEmail(value) === null ? 'email' : null;
    case 'registeredOn':
      return normalDateTime(value) === null ? 'date' : null;
    case 'type':
      return value === 'LOYALTY' ? null : 'already-loyalty';
    case 'fraudStatus':
      return value === 'CONFIRMED' || value === 'NONE' ? null : 'not-an-option';
  }
}

/** Names and free fields can be emptied. For others, the API documents no empty value. */
function mayBeEmptied(key: FieldKey): boolean {
  return key === 'firstName' || key === 'lastName' || key.startsWith('custom.') || key.startsWith('extended.');
}

function problemOf(
  key: FieldKey,
  value: string,
  typed: string,
  context: RuleContext,
  matcher: PatternMatcher,
): FieldProblem | null {
  const problem = (code: FieldProblem['code']) => fieldProblem(key, code);
  const lock = lockOf(key, context);
  if (lock !== null) return problem(lock);
  const definition = definitionOf(key, context.definitions);
  if (cannotBeSeen(key, typed, definition)) return problem('control-characters');
  if (value === '') {
    if (definition?.mandatory === true) return problem('required');
    return mayBeEmptied(key) ? null : problem('may-not-be-emptied');
  }
  if (isCoreField(key)) {
    const wrong = coreProblem(key, value, typed, context);
    if (wrong !== null) return wrong;
    const { earliestRegistration: earliest } = context.policy;
    const isTooEarly = key === 'registeredOn' && earliest !== undefined && value < earliest;
    return isTooEarly ? fieldProblem(key, 'too-early', { detail: earliest.slice(0, 10) }) : null;
  }
  if (key.startsWith('subscription.')) return value === '0' || value === '1' ? null : problem('yes-or-no');
  const limit = definition?.widget === 'textarea' ? 4000 : 1000;
  if (value.length > limit) return fieldProblem(key, 'too-long', { limit });
  return definition === undefined ? null : definitionProblem(key, value, definition, matcher);
}

export type Checked = {
  /** Only values that differ from the effective ones, in the API's form. */
  readonly changes: FieldChanges;
  readonly problems: readonly FieldProblem[];
};

/** Checks what staff typed. Unchanged fields are left out, because only changed fields are ever sent. */
export function checkChanges(typed: FieldChanges, context: RuleContext): Checked {
  const problems: FieldProblem[] = [];
  const changes: [FieldKey, string][] = [];
  const matcher = new PatternMatcher();
  for (const key of fieldKeys(typed)) {
    const text = typed[key] ?? '';
    const value = cleaned(key, text, context);
    const there = context.effective[key] ?? '';
    const isMasked = context.masked.includes(key);
    // A server value with invisible characters that staff did not touch also counts as unchanged.
    if (text === there && !isMasked) continue;
    if (value === there && !isMasked && !cannotBeSeen(key, text, definitionOf(key, context.definitions))) continue;
    const problem = problemOf(key, value, text, context, matcher);
    if (problem === null) changes.push([key, value]);
    else problems.push(problem);
  }
  return { changes: Object.fromEntries(changes), problems };
}

/** The rules for a request to change an existing identifier. */
export function checkIdentityChange(
  type: FillableIdentifier,
  oldValue: string,
  typed: string,
  context: RuleContext,
): Checked {
  const value = cleaned(type, typed, context);
  const problem = (code: FieldProblem['code']): Checked => ({ changes: {}, problems: [fieldProblem(type, code)] });
  if (!isAllowed(type, context.mayChange)) return problem('not-your-role');
  if (context.masked.includes(type)) return problem('masked');
  if (oldValue === '') return problem('nothing-to-change');
  if (value === oldValue) return { changes: {}, problems: [] };
  if (cannotBeSeen(type, typed, undefined)) return problem('control-characters');
  if (value === '') return problem('may-not-be-emptied');
  const wrong = coreProblem(type, value, typed, context);
  return wrong === null ? { changes: { [type]: value }, problems: [] } : { changes: {}, problems: [wrong] };
}
