/**
 * What the organisation allows and defines: fetched, cached with its age, and refreshed daily or on request. Offline,
 * the last known values apply, or the machine config if there are none.
 */
import { z } from 'zod';
import type { MachineConfig } from '../config/machine-config.ts';
import type { Db } from '../db/open.ts';
import { type Remembered, type RememberedName, recallAs, remember } from '../db/remembered.ts';
import { schemaOf } from '../db/schema-of.ts';
import type { LoyaltyApi } from '../loyalty-api/loyalty-api.ts';
import type { Clock } from '../machine/clock.ts';
import { type CustomKey, fillableIdentifiers } from '../model/customer.ts';
import {
  definitionLimits,
  type FieldDefinition,
  fieldDataTypes,
  fieldWidgets,
  type ServerPolicy,
  type StoreLogin,
} from '../model/definitions.ts';
import type { OrgPart, OrgView } from '../model/org-view.ts';
import type { ReadOutcome } from '../model/outcome.ts';

/** The reserved field in the config, and whether the organisation has it; null: not known. */
export type ReservedField = { readonly key: CustomKey; readonly isDefined: boolean | null };

const refreshAfterMs = 24 * 60 * 60_000;

/** Whether it is a day old or missing. Uses wall time, because an error by a clock change does no harm here. */
export function isStale(asOfMs: number | null, clock: Clock): boolean {
  return asOfMs === null || Math.abs(clock.wallMs() - asOfMs) > refreshAfterMs;
}

const policySchema = schemaOf<ServerPolicy>()(
  z.object({
    primaryIdentifier: z.enum(fillableIdentifiers).optional(),
    allowFill: z
      .object({ mobile: z.boolean().optional(), email: z.boolean().optional(), externalId: z.boolean().optional() })
      .optional(),
    earliestRegistration: z.string().optional(),
    currency: z.object({ code: z.string().nullable(), symbol: z.string().nullable() }).optional(),
  }),
);

const definitionSchema = schemaOf<FieldDefinition>()(
  z.object({
    kind: z.enum(['custom', 'extended']),
    name: z.string(),
    label: z.string(),
    widget: z.enum(fieldWidgets),
    dataType: z.enum(fieldDataTypes),
    options: z.array(z.string()),
    default: z.string().nullable(),
    position: z.number(),
    pattern: z.object({ regex: z.string(), error: z.string().nullable() }).nullable(),
    mandatory: z.boolean(),
    disabled: z.boolean(),
  }),
);

/** Applies the limits, because an older version stored any number. */
const definitionsSchema = schemaOf<readonly FieldDefinition[]>()(
  z
    .array(z.unknown())
    .transform((all) => all.slice(0, definitionLimits.fields))
    .pipe(z.array(definitionSchema)),
);

const loginSchema = schemaOf<StoreLogin>()(
  z.object({
    till: z.string(),
    organisation: z.string(),
    organisationId: z.string().nullable().default(null),
    serverTimeMs: z.number().nullable(),
  }),
);

type Part = Exclude<OrgPart, 'staff'>;
const parts: readonly Part[] = ['policy', 'custom', 'extended'];

const askFor: {
  readonly [part in Part]: {
    readonly name: RememberedName;
    readonly ask: (api: LoyaltyApi) => Promise<ReadOutcome<unknown>>;
  };
} = {
  policy: { name: 'org-policy', ask: (api) => api.orgPolicy() },
  custom: { name: 'custom-fields', ask: (api) => api.customFields() },
  extended: { name: 'extended-fields', ask: (api) => api.extendedFields() },
};

export type OrganisationOptions = {
  readonly db: Db;
  readonly clock: Clock;
  /** What counts until the server has said otherwise. */
  readonly fallback: MachineConfig['org'];
  /** The name of the reserved custom field (sync.markField). */
  readonly reserved: () => string | null;
  /** The fields that the current staff may change. */
  readonly mayChange: () => readonly string[] | null;
  readonly changed: (view: OrgView) => void;
};

export class Organisation {
  readonly #options: OrganisationOptions;
  #view: Omit<OrgView, 'mayChange'> | null = null;

  constructor(options: OrganisationOptions) {
    this.#options = options;
  }

  view(): OrgView {
    this.#view ??= this.#readView();
    return { ...this.#view, mayChange: this.#options.mayChange() };
  }

  /** Other staff are signed in, who may change other fields. */
  staffChanged(): void {
    this.#options.changed(this.view());
  }

  /** IT changed the reserved field, so the form hides another one. */
  reservedChanged(): void {
    this.#view = null;
    this.#options.changed(this.view());
  }

  reserved(): ReservedField | null {
    const name = this.#options.reserved();
    if (name === null) return null;
    const custom = recallAs(this.#options.db, 'custom-fields', definitionsSchema);
    return {
      key: `custom.${name}`,
      isDefined: custom === null ? null : custom.value.some((field) => field.name === name && !field.disabled),
    };
  }

  #readView(): Omit<OrgView, 'mayChange'> {
    const policy = recallAs(this.#options.db, 'org-policy', policySchema);
    const custom = recallAs(this.#options.db, 'custom-fields', definitionsSchema);
    const extended = recallAs(this.#options.db, 'extended-fields', definitionsSchema);
    const fallback = this.#options.fallback;
    const reserved = this.#options.reserved();
    const shown = (custom?.value ?? []).filter(({ name }) => name !== reserved);
    const byPosition = (a: FieldDefinition, b: FieldDefinition) =>
      a.position - b.position || a.label.localeCompare(b.label);
    return {
      policy: {
        primaryIdentifier: policy?.value.primaryIdentifier ?? fallback.primaryIdentifier,
        allowFill: {
          mobile: policy?.value.allowFill?.mobile ?? fallback.allowMobileFill,
          email: policy?.value.allowFill?.email ?? fallback.allowEmailFill,
          externalId: policy?.value.allowFill?.externalId ?? fallback.allowExternalIdFill,
        },
        earliestRegistration: policy?.value.earliestRegistration,
        currency: policy?.value.currency,
      },
      policyAsOfMs: policy?.asOfMs ?? null,
      fields: [...shown.sort(byPosition), ...[...(extended?.value ?? [])].sort(byPosition)],
      fieldsAsOfMs: { custom: custom?.asOfMs ?? null, extended: extended?.asOfMs ?? null },
      reserved: reserved === null ? [] : [`custom.${reserved}`],
    };
  }

  /** The last login, with the organisation's name; null: none yet. */
  login(): Remembered<StoreLogin> | null {
    return recallAs(this.#options.db, 'store-login', loginSchema);
  }

  keepLogin(login: StoreLogin): void {
    remember(this.#options.db, 'store-login', login, this.#options.clock.wallMs());
  }

  /** The parts that are missing or a day old. */
  due(): readonly Part[] {
    const { policyAsOfMs, fieldsAsOfMs } = this.view();
    const ages: { readonly [part in Part]: number | null } = { policy: policyAsOfMs, ...fieldsAsOfMs };
    return parts.filter((part) => isStale(ages[part], this.#options.clock));
  }

  /**
   * Fetches parts from the server and stores each that succeeds.
   * @returns the parts that failed
   */
  async refresh(api: LoyaltyApi, wanted: readonly Part[] = parts): Promise<readonly Part[]> {
    const kept = await Promise.all(
      wanted.map(async (part) => {
        const { name, ask } = askFor[part];
        return this.#keep(name, await ask(api));
      }),
    );
    if (kept.includes(true)) this.#options.changed(this.view());
    return wanted.filter((_, index) => kept[index] !== true);
  }

  #keep(name: RememberedName, outcome: ReadOutcome<unknown>): boolean {
    if (outcome.kind !== 'found') return false;
    this.#view = null;
    remember(this.#options.db, name, outcome.value, this.#options.clock.wallMs());
    return true;
  }
}
