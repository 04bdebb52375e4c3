/** What the practice organisation allows and defines. */
import { z } from 'zod';

const identifierName = z.enum(['mobile', 'email', 'external_id']);
export type IdentifierName = z.infer<typeof identifierName>;

export const orgConfigSchema = z.strictObject({
  primaryKey: identifierName,
  allowFill: z.record(identifierName, z.boolean()).readonly(),
  /**
   * What happens if a value to fill in belongs to another customer: it is ignored with warning 91007, both accounts are
   * merged into the one being updated, or the whole update is refused (1016, 1032, 1033).
   */
  whenOccupied: z.enum(['ignore', 'merge', 'refuse']),
});
export type PracticeOrgConfig = Readonly<z.infer<typeof orgConfigSchema>>;

export const defaultOrgConfig: PracticeOrgConfig = {
  primaryKey: 'mobile',
  allowFill: { mobile: true, email: true, external_id: false },
  whenOccupied: 'ignore',
};

export type CustomFieldDefinition = {
  readonly name: string;
  readonly label: string;
  readonly type: 'text' | 'textarea' | 'select' | 'checkbox' | 'radio' | 'datepicker';
  readonly datatype: 'String' | 'Integer' | 'Double' | 'Boolean';
  readonly default: string;
  readonly position: number;
  readonly regex: string;
  readonly error: string;
  readonly options: readonly string[];
  readonly mandatory: boolean;
  readonly disabled: boolean;
};

function customField(
  position: number,
  name: string,
  label: string,
  type: CustomFieldDefinition['type'],
  more: Partial<CustomFieldDefinition> = {},
): CustomFieldDefinition {
  return {
    name,
    label,
    type,
    datatype: 'String',
    default: '',
    position,
    regex: '',
    error: '',
    options: [],
    mandatory: false,
    disabled: false,
    ...more,
  };
}

export const customFields: readonly CustomFieldDefinition[] = [
  customField(1, 'preferred_language', 'Preferred language', 'select', {
    options: ['English', 'हिन्दी', 'العربية', 'Español', 'Français', 'Deutsch', 'Bahasa Indonesia', '中文', '日本語'],
    mandatory: true,
  }),
  customField(2, 'hobbies', 'Hobbies', 'checkbox', {
    options: ['Playing', 'Singing', 'Reading', 'Cooking', 'Travel', 'Gardening'],
  }),
  customField(3, 'birthday', 'Birthday', 'datepicker'),
  customField(4, 'occupation', 'Occupation', 'text'),
  customField(5, 'age', 'Age', 'text', { datatype: 'Integer' }),
  customField(6, 'postcode', 'Postcode', 'text', {
    regex: '^[A-Za-z0-9][A-Za-z0-9 \\-]{2,9}$',
    error: 'A postcode has 3 to 10 letters and digits',
  }),
  customField(7, 'contact_time', 'Best time to call', 'radio', { options: ['Morning', 'Afternoon', 'Evening'] }),
  customField(8, 'delivery_note', 'Delivery note', 'textarea'),
  customField(9, 'shoe_size', 'Shoe size', 'select', {
    options: ['36', '37', '38', '39', '40', '41', '42', '43', '44', '45', '46'],
  }),
  customField(10, 'family_members', 'Members of the household', 'text', { datatype: 'Integer' }),
  customField(11, 'gift_wrapping', 'Gift wrapping', 'checkbox', { datatype: 'Boolean' }),
  customField(12, 'legacy_card', 'Old card number', 'text', { disabled: true }),
];

export type ExtendedFieldDefinition = {
  readonly name: string;
  readonly label: string;
  readonly dataType: 'STRING' | 'INTEGER' | 'DOUBLE' | 'BOOLEAN' | 'DATETIME' | 'STANDARD_ENUM' | 'CUSTOM_ENUM';
  readonly values: readonly string[];
  /** Labels by ISO language code, for the `language` header. */
  readonly labels: { readonly [language: string]: string };
};

export const extendedFields: readonly ExtendedFieldDefinition[] = [
  {
    name: 'gender',
    label: 'Gender',
    dataType: 'STANDARD_ENUM',
    values: ['Male', 'Female', 'Other'],
    labels: { es: 'Género', fr: 'Genre', ar: 'الجنس', zh: '性别' },
  },
  {
    name: 'marital_status',
    label: 'Marital status',
    dataType: 'STANDARD_ENUM',
    values: ['Single', 'Married', 'Divorced', 'Widowed'],
    labels: { es: 'Estado civil', fr: 'État civil', ar: 'الحالة الاجتماعية', zh: '婚姻状况' },
  },
  { name: 'city', label: 'City', dataType: 'STRING', values: [], labels: { es: 'Ciudad', fr: 'Ville', zh: '城市' } },
  { name: 'children', label: 'Children', dataType: 'INTEGER', values: [], labels: { es: 'Hijos', fr: 'Enfants' } },
  { name: 'height_m', label: 'Height in metres', dataType: 'DOUBLE', values: [], labels: {} },
  { name: 'owns_car', label: 'Owns a car', dataType: 'BOOLEAN', values: [], labels: {} },
  { name: 'wedding_date', label: 'Wedding date', dataType: 'DATETIME', values: [], labels: {} },
  {
    name: 'favourite_department',
    label: 'Favourite department',
    dataType: 'CUSTOM_ENUM',
    values: ['Women', 'Men', 'Kids', 'Home', 'Beauty'],
    labels: {},
  },
];

export type PracticeStaff = {
  readonly id: number;
  readonly type: 'ASSOCIATE' | 'MANAGER';
  readonly code: string;
  readonly firstName: string;
  readonly lastName: string;
};

export const staff: readonly PracticeStaff[] = [
  { id: 501, type: 'MANAGER', code: 'M001', firstName: 'Leela', lastName: 'Krishnan' },
  { id: 502, type: 'ASSOCIATE', code: 'A001', firstName: 'Arjun', lastName: 'Mehta' },
  { id: 503, type: 'ASSOCIATE', code: 'A002', firstName: 'Fatima', lastName: 'Shaikh' },
  { id: 504, type: 'ASSOCIATE', code: 'A003', firstName: 'Thomas', lastName: 'Kurian' },
  { id: 505, type: 'ASSOCIATE', code: 'A004', firstName: 'Grace', lastName: 'Okafor' },
  { id: 506, type: 'ASSOCIATE', code: 'A005', firstName: 'José', lastName: 'Muñoz' },
  { id: 507, type: 'ASSOCIATE', code: 'A006', firstName: 'Mei', lastName: '' },
  { id: 508, type: 'MANAGER', code: 'M002', firstName: 'Anna', lastName: 'Weiß' },
];

export const organisationName = 'Tillside Practice';
export const storeCode = 'practice.store';

/** All tills of the organisation: those that can sign in, and values for "registered" and "associated". */
export const tillCodes = [
  'practice.till1',
  'practice.till2',
  'practice.till3',
  'mumbai.till1',
  'delhi.till4',
  'london.till2',
  'madrid.till1',
  'dubai.till3',
  'tokyo.till1',
] as const;
