/** Validates values of custom and extended fields like the server. */

import { parseJson } from './json.ts';
import type { CustomFieldDefinition, ExtendedFieldDefinition } from './practice-org.ts';
import { isStoreMoment } from './store-time.ts';

const isInteger = (value: string) => /^-?\d{1,15}$/.test(value);
const isNumber = (value: string) => /^-?\d{1,15}(\.\d+)?$/.test(value);
const isBoolean = (value: string) => /^(true|false|0|1)$/i.test(value);
const isDay = (value: string) => isStoreMoment(`${value} 00:00:00`);

/** The values of a field that can hold several: a JSON array in a string, or a single value. */
function severalValues(value: string): readonly unknown[] {
  const parsed = value.startsWith('[') ? parseJson(value) : undefined;
  return Array.isArray(parsed) ? parsed : [value];
}

function fitsOptions(field: CustomFieldDefinition, value: string): boolean {
  if (field.options.length === 0) return true;
  const chosen = field.type === 'checkbox' ? severalValues(value) : [value];
  return chosen.every((one) => typeof one === 'string' && field.options.includes(one));
}

/** An empty value clears a field that is not mandatory. */
export function acceptsCustomValue(field: CustomFieldDefinition, value: string): boolean {
  if (field.disabled) return false;
  if (value === '') return !field.mandatory;
  if (field.datatype === 'Integer' && !isInteger(value)) return false;
  if (field.datatype === 'Double' && !isNumber(value)) return false;
  if (field.datatype === 'Boolean' && !isBoolean(value)) return false;
  if (field.type === 'datepicker' && !isDay(value) && !isStoreMoment(value)) return false;
  if (field.regex !== '' && !new RegExp(field.regex, 'u').test(value)) return false;
  return fitsOptions(field, value);
}

/** The vendor's limit for an extended field. */
const maxExtendedLength = 255;

export function acceptsExtendedValue(field: ExtendedFieldDefinition, value: string): boolean {
  if (value === '') return true;
  switch (field.dataType) {
    case 'INTEGER':
      return isInteger(value);
    case 'DOUBLE':
      return isNumber(value);
    case 'BOOLEAN':
      return isBoolean(value);
    case 'DATETIME':
      return isDay(value) || isStoreMoment(value);
    case 'STANDARD_ENUM':
    case 'CUSTOM_ENUM':
      return field.values.some((known) => known.toLowerCase() === value.toLowerCase());
    case 'STRING':
      return value.length <= maxExtendedLength;
  }
}
