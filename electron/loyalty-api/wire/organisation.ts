/** Converts answers about the organisation to the app's definitions. Unreadable parts are left out. */
import type { FillableIdentifier } from '../../model/customer.ts';
import { normalDateTime } from '../../model/date-time.ts';
import {
  definitionLimits,
  type FieldDataType,
  type FieldDefinition,
  type FieldWidget,
  type ServerPolicy,
  type StaffMember,
  type StoreLogin,
} from '../../model/definitions.ts';
import { longestPattern } from '../../model/pattern.ts';
import {
  isObject,
  type JsonObject,
  partOf,
  readBoolean,
  readCleanText,
  readHeldList,
  readList,
  readNumber,
  readShortText,
  readText,
  readWord,
} from './scalars.ts';

/** The value at a path of objects, each of which may be a list of one. */
function within(object: JsonObject, ...path: readonly string[]): unknown {
  return path.reduce<unknown>((holder, key) => partOf(isObject(holder) ? holder : readList(holder)[0], key), object);
}

/** Whether the object that contains a list exists. Without it, an empty list means nothing. */
function holds(object: JsonObject, ...path: readonly string[]): boolean {
  return within(object, ...path) !== undefined;
}

/** `store/login`; `null` if it names no till. */
export function readStoreLogin(object: JsonObject): StoreLogin | null {
  const user = within(object, 'store', 'user') ?? within(object, 'user');
  const signedIn = isObject(user) ? user : readList(user)[0];
  const till = readText(partOf(signedIn, 'username', 'user_name'));
  if (till === null) return null;
  return {
    till,
    organisation: readCleanText(partOf(signedIn, 'org_name')) ?? '',
    organisationId: readText(partOf(signedIn, 'org_id')),
    serverTimeMs: readZonedTimeMs(partOf(signedIn, 'server_time') ?? within(object, 'store', 'server_time')),
  };
}

/** Only a time with a zone can be compared with this machine's clock; others are local to an unknown place. */
function readZonedTimeMs(value: unknown): number | null {
  const text = readText(value);
  if (text === null || !/(z|[+-]\d{2}:?\d{2})$/i.test(text)) return null;
  const timeMs = Date.parse(text.replace(/([+-]\d{2})(\d{2})$/, '$1:$2'));
  return Number.isNaN(timeMs) ? null : timeMs;
}

const primaryKeys: ReadonlyMap<string, FillableIdentifier> = new Map([
  ['MOBILE', 'mobile'],
  ['EMAIL', 'email'],
  ['EXTERNAL_ID', 'externalId'],
  ['EXTERNALID', 'externalId'],
]);

const fillKeys: readonly (readonly [FillableIdentifier, string])[] = [
  ['mobile', 'CONF_ALLOW_MOBILE_UPDATE'],
  ['email', 'CONF_ALLOW_EMAIL_UPDATE'],
  ['externalId', 'CONF_LOYALTY_ALLOW_EXTERNAL_ID_UPDATE'],
];

/** An ISO 4217 code, which is needed to format amounts; null for anything else. */
function currencyCode(value: unknown): string | null {
  const code = readWord(value);
  return code !== null && /^[A-Z]{3}$/.test(code) ? code : null;
}

/** `organization/configs`: only the keys in the answer. */
export function readOrgPolicy(object: JsonObject): ServerPolicy | null {
  if (!holds(object, 'organization', 'configs')) return null;
  const configs = new Map(
    readHeldList(within(object, 'organization', 'configs'), 'config').map((entry) => [
      readText(partOf(entry, 'key')),
      partOf(entry, 'value'),
    ]),
  );
  const code = currencyCode(configs.get('CONF_ORG_CURRENCY_CODE'));
  const symbol = readShortText(configs.get('CONF_ORG_CURRENCY_SYMBOL'), 8);
  const primary = primaryKeys.get(readWord(configs.get('CONF_REGISTRATION_PRIMARY_KEY')) ?? '');
  const allowFill = fillKeys.flatMap(([identifier, key]) => {
    const allowed = readBoolean(configs.get(key));
    return allowed === null ? [] : [[identifier, allowed] as const];
  });
  const earliest = normalDateTime(readText(configs.get('CONF_MIN_REGISTRATION_DATE')) ?? '');
  return {
    ...(earliest === null ? {} : { earliestRegistration: earliest }),
    ...(primary === undefined ? {} : { primaryIdentifier: primary }),
    ...(allowFill.length === 0 ? {} : { allowFill: Object.fromEntries(allowFill) }),
    ...(code === null && symbol === null ? {} : { currency: { code, symbol } }),
  };
}

const widgets: ReadonlyMap<string, FieldWidget> = new Map([
  ['TEXT', 'text'],
  ['TEXTAREA', 'textarea'],
  ['SELECT', 'select'],
  ['CHECKBOX', 'checkbox'],
  ['RADIO', 'radio'],
  ['DATEPICKER', 'date'],
]);

const dataTypes: ReadonlyMap<string, FieldDataType> = new Map([
  ['STRING', 'string'],
  ['INTEGER', 'integer'],
  ['DOUBLE', 'double'],
  ['BOOLEAN', 'boolean'],
  ['DATETIME', 'datetime'],
  ['STANDARD_ENUM', 'enum'],
  ['CUSTOM_ENUM', 'enum'],
]);

/**
 * Options: a list, a JSON array in a string, or text separated by commas or lines. Each may be an object with a value.
 */
function readOptions(value: unknown): readonly string[] {
  const text = typeof value === 'string' ? value.trim() : null;
  if (text?.startsWith('[') === true) {
    try {
      const parsed: unknown = JSON.parse(text);
      if (Array.isArray(parsed)) return readOptions(parsed);
    } catch {
      // Not JSON, so it is read as plain text below.
    }
  }
  const entries = text === null ? readHeldList(value, 'option') : text.split(/[,\n]/);
  const options = entries.flatMap((entry) => {
    const option = readText(isObject(entry) ? partOf(entry, 'value', 'name', 'label') : entry);
    return option === null || option.length > definitionLimits.option ? [] : [option];
  });
  return [...new Set(options)].slice(0, definitionLimits.options);
}

/** The organisation's pattern without surrounding slashes. It is not checked here. */
function readPattern(entry: unknown): FieldDefinition['pattern'] {
  const text = readText(partOf(entry, 'regex'));
  if (text === null) return null;
  const regex = (/^\/(.*)\/[a-z]*$/s.exec(text)?.[1] ?? text).slice(0, longestPattern + 1);
  return { regex, error: readShortText(partOf(entry, 'error'), definitionLimits.error) };
}

function widgetOf(type: FieldWidget | undefined, dataType: FieldDataType, options: readonly string[]): FieldWidget {
  if (type !== undefined && type !== 'text') return type;
  if (dataType === 'integer' || dataType === 'double') return 'number';
  if (dataType === 'boolean' && options.length === 0) return 'checkbox';
  if (dataType === 'datetime') return 'date';
  return dataType === 'enum' && options.length > 0 ? 'select' : 'text';
}

function readDefinition(entry: unknown, kind: FieldDefinition['kind'], position: number): FieldDefinition[] {
  const name = readText(partOf(entry, 'name'));
  if (name === null || name.length > definitionLimits.name) return [];
  const dataType = dataTypes.get(readWord(partOf(entry, 'datatype', 'dataType')) ?? '') ?? 'string';
  const options = readOptions(partOf(entry, 'options', 'enumValues', 'values'));
  return [
    {
      kind,
      name,
      label: readShortText(partOf(entry, 'label'), definitionLimits.label) ?? name,
      widget: widgetOf(widgets.get(readWord(partOf(entry, 'type')) ?? ''), dataType, options),
      dataType,
      options,
      default: readShortText(partOf(entry, 'default'), definitionLimits.default),
      position,
      pattern: readPattern(entry),
      mandatory: readBoolean(partOf(entry, 'is_mandatory', 'isMandatory')) ?? false,
      disabled: readBoolean(partOf(entry, 'is_disabled', 'isDisabled')) ?? false,
    },
  ];
}

/** The first definitions by `position`, within the limits for options. */
function readDefinitions(entries: readonly unknown[], kind: FieldDefinition['kind']): readonly FieldDefinition[] {
  let textLeft: number = definitionLimits.optionsText;
  return entries
    .map((entry, index) => ({ entry, position: readNumber(partOf(entry, 'position')) ?? index }))
    .sort((a, b) => a.position - b.position)
    .slice(0, definitionLimits.fields)
    .flatMap(({ entry, position }) => readDefinition(entry, kind, position))
    .map((definition) => {
      textLeft -= definition.options.reduce((length, option) => length + option.length, 0);
      // With some options missing, a field would reject them; without any options it accepts any text.
      return textLeft >= 0 ? definition : { ...definition, options: [] };
    });
}

/** `organization/customfields`, in the order of their `position`. */
export function readCustomFields(object: JsonObject): readonly FieldDefinition[] | null {
  if (!holds(object, 'organization', 'custom_fields')) return null;
  return readDefinitions(readHeldList(within(object, 'organization', 'custom_fields'), 'field'), 'custom');
}

/** `v2/extendedFields` of customers. */
export function readExtendedFields(object: JsonObject): readonly FieldDefinition[] | null {
  if (!holds(object, 'entity')) return null;
  return readDefinitions(readList(within(object, 'entity', 'CUSTOMER')), 'extended');
}

/** `store/staff`, without people who have no code. */
export function readStaff(object: JsonObject): readonly StaffMember[] | null {
  if (!holds(object, 'store', 'staff')) return null;
  const members = readHeldList(within(object, 'store', 'staff'), 'user').flatMap((entry): StaffMember[] => {
    const code = readText(partOf(entry, 'code'));
    if (code === null || code.length > definitionLimits.staffCode) return [];
    const names = [readCleanText(partOf(entry, 'firstname')), readCleanText(partOf(entry, 'lastname'))];
    const role = readWord(partOf(entry, 'type'));
    return [
      {
        code,
        name:
          names
            .filter((name) => name !== null)
            .join(' ')
            .slice(0, definitionLimits.staffName) || code,
        role: role === 'ASSOCIATE' || role === 'MANAGER' ? role : 'OTHER',
      },
    ];
  });
  return members.slice(0, definitionLimits.staff);
}
