/**
 * Every call and event between the screen and the services, named once. Main, preload, the preview and the tests are
 * derived from this object; the renderer imports only its types.
 *
 * A call has a zod parser for its argument (what comes from the renderer is `unknown` until it was parsed) and a type
 * for its result. Everything that crosses is plain JSON.
 */
import { z } from 'zod';
import type { AdminView, UnlockResult } from '../care/admin-view.ts';
import type { AuditAction } from '../care/audit-log.ts';
import type {
  BackUpResult,
  BundleResult,
  RescueExportResult,
  RescueImportResult,
  TillFacts,
} from '../care/till-facts.ts';
import type { TroubleResult, TroubleView } from '../care/trouble-view.ts';
import { longestPin } from '../config/pin-hash.ts';
import type { AppInfo, SecretResult } from '../model/app-info.ts';
import type { AppUpdate } from '../model/app-update.ts';
import { type FieldChanges, fillableIdentifiers, type Identifier, isFieldKey } from '../model/customer.ts';
import type {
  CustomerView,
  ForgetResult,
  LookupResult,
  OnlineResult,
  PurchasesResult,
  SearchResult,
} from '../model/customer-view.ts';
import type { StaffMember } from '../model/definitions.ts';
import { type FindRequest, findByNames } from '../model/find-request.ts';
import { maxHits, maxQueryLength } from '../model/limits.ts';
import { maskableFields } from '../model/masked.ts';
import type { OrgRefresh, OrgView, StaffList } from '../model/org-view.ts';
import type { ConnectionCheck, SyncStatus } from '../model/sync-status.ts';
import type { ChangeResult, CheckResult, SaveResult, UpdateHistoryEntry, UpdateView } from '../model/update-view.ts';
import { type PracticeState, practiceFaults } from '../practice/practice-state.ts';
import type { FeedFacts } from '../region/feed/region-feed.ts';
import type { ImportState, RegionFacts } from '../region/import-state.ts';
import type { Draft } from '../updates/drafts.ts';

/** A longest value of any field; the rules of each field are stricter (see `updates/rules.ts`). */
const maxValueLength = 10_000;
const maxFields = 200;
/** Thousands of updates; a larger file is brought in by command. */
const maxRescueLength = 3_500_000;

/** The parts of the screen that can break without taking the others along. */
const screenParts = ['bar', 'notices', 'search', 'page', 'dialog', 'elsewhere'] as const;
export type ScreenPart = (typeof screenParts)[number];

const nothing = z.undefined().or(z.null()).optional();
const text = z.string().max(maxValueLength);
const query = z.string().max(maxQueryLength);
const localId = z.number().int().positive();
const uuid = z.uuid();

const identifier: z.ZodType<Identifier> = z.strictObject({
  type: z.enum(['mobile', 'email', 'externalId', 'userId']),
  value: z.string().min(1).max(254),
});

const changes: z.ZodType<FieldChanges> = z
  .record(z.string().max(200), text)
  .refine((map) => Object.keys(map).length <= maxFields && Object.keys(map).every(isFieldKey), 'known fields only');

/** Whose details: a customer of this till's cache, or whoever the server knows by this identifier. */
const target = z.union([z.strictObject({ customerId: localId }), z.strictObject({ identifier })]);

type CallSpec<Argument extends z.ZodType, Result> = {
  readonly argument: Argument;
  /** Never there at run time: carries the type only. */
  readonly result?: Result;
};

function call<Argument extends z.ZodType>(argument: Argument) {
  return { returns: <Result>(): CallSpec<Argument, Result> => ({ argument }) };
}

type EventSpec<Payload> = { readonly payload?: Payload };
const event = <Payload>(): EventSpec<Payload> => ({});

export const calls = {
  'app.info': call(nothing).returns<AppInfo>(),
  /** The language that the screen shows, for whatever the shell says itself. */
  'app.languageShown': call(
    z.strictObject({ tag: z.string().regex(/^[a-zA-Z]{2}(?:-[a-zA-Z]{2})?$/) }),
  ).returns<null>(),
  /** The path of a file that a person picks in the desktop's own dialog; null if none was picked. */
  'app.chooseFile': call(nothing).returns<string | null>(),
  /** Whether IT's feed has a newer Tillside. */
  'app.update': call(nothing).returns<AppUpdate>(),
  /** The till's password or the OAuth secret, typed once; kept in the platform's secret storage. */
  'app.provideSecret': call(z.strictObject({ secret: z.string().min(1).max(1000) })).returns<SecretResult>(),

  /** The customer whom another program asked for, told once; null if there is none. */
  'app.takeFind': call(nothing).returns<FindRequest | null>(),

  /** A part of the screen broke: its place in the code, for the log. The message stays behind, for it may name a customer. */
  'app.fault': call(
    z.strictObject({
      part: z.enum(screenParts),
      fault: z.string().regex(/^[\w ]{1,60}$/),
      where: z.string().regex(/^[\w.:< -]{0,400}$/),
    }),
  ).returns<null>(),

  'customers.search': call(
    z.strictObject({ query, limit: z.number().int().min(1).max(maxHits).default(50) }),
  ).returns<SearchResult>(),
  /** Marks the customer as served at this till and refreshes the record in the background when its age asks for it. */
  'customers.open': call(z.strictObject({ customerId: localId })).returns<CustomerView | null>(),
  /** The same customer as they stand now, for a page that is open already: marks nothing and asks nobody. */
  'customers.view': call(z.strictObject({ customerId: localId })).returns<CustomerView | null>(),
  /** Tells the whole value of a masked field of the customer at the counter, and records that it was asked for. */
  'customers.reveal': call(
    z.strictObject({ customerId: localId, field: z.enum(maskableFields) }),
  ).returns<CustomerView | null>(),
  /** The form for somebody who is not on this till; or the cached customer, where the identifier is known here. */
  'customers.openByIdentifier': call(z.strictObject({ identifier })).returns<CustomerView>(),
  /** Asks head office for everything that the text can be an identifier as; with `by` only as that. */
  'customers.lookUpOnline': call(
    z.strictObject({ query: query.min(1), by: z.enum(findByNames).optional() }),
  ).returns<OnlineResult>(),
  'customers.refresh': call(z.strictObject({ customerId: localId })).returns<LookupResult>(),
  /** Purchases with their amounts: one more question to head office, asked when staff open the list. */
  'customers.purchases': call(z.strictObject({ customerId: localId })).returns<PurchasesResult>(),
  /** Somebody else who has this identifier, to be shown beside the customer whom it would be filled in for (F23). */
  'customers.whoElseHas': call(z.strictObject({ identifier, exceptId: localId.nullable() })).returns<LookupResult>(),

  /** Reads a file of the region's customers from this machine's disk; goes on with one that was cut off. */
  'customers.import': call(
    z.strictObject({
      file: z.string().trim().min(1).max(4096),
      encoding: z.enum(['utf-8', 'windows-1252']).default('utf-8'),
      dateOrder: z.enum(['day-first', 'month-first']).nullable().default(null),
      /** Read and check only. */
      check: z.boolean().default(false),
    }),
  ).returns<ImportState>(),
  /** Whether what was read and asked about (`question`) is taken. */
  'customers.importAnswer': call(z.strictObject({ take: z.boolean() })).returns<ImportState>(),
  /** One step back: the customers of the import before take the place of these. */
  'customers.importUndo': call(nothing).returns<ImportState>(),
  'customers.importCancel': call(nothing).returns<ImportState>(),
  'customers.importState': call(nothing).returns<ImportState>(),
  'customers.region': call(nothing).returns<RegionFacts>(),
  /** null: the config names no feed of the region. */
  'customers.feed': call(nothing).returns<FeedFacts | null>(),
  /** Looks at the feed now. */
  'customers.feedLook': call(nothing).returns<FeedFacts | null>(),

  /** What `updates.save` would object to, and what looks like a slip, without saving. */
  'updates.check': call(z.strictObject({ target, changes })).returns<CheckResult>(),
  /**
   * Saves changed fields durably. The same token never makes two updates (F05). With `replaces` it edits an update that
   * was never sent, or takes the place of one that needs attention.
   */
  'updates.save': call(
    z.strictObject({
      token: uuid,
      target,
      changes,
      replaces: uuid.nullable().default(null),
      /** Identifiers to fill although they may be somebody else's: staff saw both people and said yes, online (F23). */
      confirmedFills: z.array(z.enum(fillableIdentifiers)).max(3).default([]),
    }),
  ).returns<SaveResult>(),
  /**
   * Asks the vendor's back office to change an existing identifier (`customer/update_identity`). `replaces` as in a save.
   */
  'updates.requestIdentityChange': call(
    z.strictObject({
      token: uuid,
      customerId: localId,
      type: z.enum(fillableIdentifiers),
      newValue: z.string().min(1).max(254),
      replaces: uuid.nullable().default(null),
    }),
  ).returns<SaveResult>(),
  'updates.cancel': call(z.strictObject({ updateId: uuid })).returns<ChangeResult>(),
  'updates.discard': call(
    z.strictObject({ updateId: uuid, reason: z.string().trim().min(1).max(500) }),
  ).returns<ChangeResult>(),
  /** For each field in conflict: send ours after all, or keep theirs; with head office's value that staff had before them. */
  'updates.settleConflict': call(
    z.strictObject({
      updateId: uuid,
      token: uuid,
      choices: z.record(
        z.string(),
        z.strictObject({ keep: z.enum(['ours', 'theirs']), theirs: z.string().nullable() }),
      ),
    }),
  ).returns<SaveResult>(),
  /** Asks which value holds when the customer is here again. */
  'updates.putOff': call(z.strictObject({ updateId: uuid })).returns<ChangeResult>(),
  /** A manager or IT looked at a possible double award: it leaves the list. */
  'updates.awardSeen': call(z.strictObject({ updateId: uuid })).returns<ChangeResult>(),
  'updates.list': call(
    z.strictObject({
      which: z.enum(['open', 'closed', 'doubled']),
      offset: z.number().int().min(0).default(0),
      limit: z.number().int().min(1).max(500).default(100),
    }),
  ).returns<{ readonly updates: readonly UpdateView[]; readonly total: number }>(),
  'updates.history': call(z.strictObject({ updateId: uuid })).returns<readonly UpdateHistoryEntry[]>(),

  /** Text that was typed and not saved yet, over a restart. Without changes it is forgotten. */
  'drafts.keep': call(z.strictObject({ target, changes, replaces: uuid.nullable().default(null) })).returns<null>(),
  'drafts.list': call(nothing).returns<readonly Draft[]>(),

  'sync.status': call(nothing).returns<SyncStatus>(),
  /** Tries now instead of at the next due time; the pace still holds (F34). */
  'sync.sendNow': call(nothing).returns<SyncStatus>(),
  'sync.checkConnection': call(nothing).returns<ConnectionCheck>(),

  'org.view': call(nothing).returns<OrgView>(),
  /** Asks the server anew; what it tells comes by `org.changed` and `staff.listed`. */
  'org.refresh': call(nothing).returns<OrgRefresh>(),

  'staff.list': call(nothing).returns<StaffList>(),
  'staff.current': call(nothing).returns<StaffMember | null>(),
  'staff.signIn': call(z.strictObject({ code: z.string().min(1).max(100) })).returns<StaffMember | null>(),
  'staff.signOut': call(nothing).returns<null>(),
  /** Somebody is at the till: puts the automatic sign-out off. */
  'staff.active': call(nothing).returns<null>(),

  /** Of the till itself, for IT. */
  'till.facts': call(nothing).returns<TillFacts>(),
  /** The recovery key, until somebody has said that it is kept; `null` from then on. */
  'till.recoveryKey': call(nothing).returns<string | null>(),
  'till.recoveryKeyKept': call(nothing).returns<null>(),
  'till.backUp': call(nothing).returns<BackUpResult>(),
  /** One zip for support: ids, states, codes and counts, never a customer's data. */
  'till.supportBundle': call(nothing).returns<BundleResult>(),
  /** Moves everything unsent into one sealed file: this till never sends it again. */
  'rescue.export': call(
    z.strictObject({ passphrase: z.string().min(1).max(1000).nullable() }),
  ).returns<RescueExportResult>(),
  /** Brings the updates of another till's file in; without a passphrase only a file that this till made. */
  'rescue.import': call(
    z.strictObject({ file: z.string().max(maxRescueLength), passphrase: z.string().min(1).max(1000).nullable() }),
  ).returns<RescueImportResult>(),
  /** Takes everything of a customer off this till, for an erasure request. */
  'customers.forget': call(z.strictObject({ customerId: localId })).returns<ForgetResult>(),

  /** Who may do IT's work here, and how they say so. */
  'admin.view': call(nothing).returns<AdminView>(),
  'admin.unlock': call(z.strictObject({ pin: z.string().min(1).max(longestPin) })).returns<UnlockResult>(),

  /** Why the till could not be opened, and what a person may do about it; `null`: it is open. */
  'trouble.view': call(nothing).returns<TroubleView | null>(),
  'trouble.tryAgain': call(nothing).returns<TroubleResult>(),
  'trouble.useRecoveryKey': call(z.strictObject({ typed: z.string().max(200) })).returns<TroubleResult>(),
  /** Puts a backup in the place of what cannot be used; `null`: an empty database. The old file is set aside. */
  'trouble.restore': call(z.strictObject({ backup: z.string().max(200).nullable() })).returns<TroubleResult>(),

  /** `null` outside practice mode. */
  'practice.state': call(nothing).returns<PracticeState | null>(),
  'practice.set': call(
    z.strictObject({
      connection: z.boolean().optional(),
      fault: z.enum(practiceFaults).optional(),
    }),
  ).returns<PracticeState | null>(),
} as const;

export const events = {
  /** Another program asks for a customer: `app.takeFind` says which. */
  'app.findAsked': event<null>(),
  'app.updateChanged': event<AppUpdate>(),
  'sync.changed': event<SyncStatus>(),
  /** The record, the effective view or an update of this customer changed. */
  'customers.changed': event<{ readonly customerId: number }>(),
  /** Two customers of this till turned out to be one: the first id is gone, and all of it is with the other. */
  'customers.merged': event<{ readonly customerId: number; readonly into: number }>(),
  'customers.importChanged': event<ImportState>(),
  'customers.feedChanged': event<FeedFacts | null>(),
  /** An update moved to another state. */
  'updates.changed': event<{ readonly updateId: string; readonly customerId: number }>(),
  'org.changed': event<OrgView>(),
  'staff.changed': event<StaffMember | null>(),
  /** The list of who works here came anew. */
  'staff.listed': event<StaffList>(),
  'practice.changed': event<PracticeState>(),
  'till.changed': event<TillFacts>(),
} as const;

/** What moves, destroys or reveals something of the till: only IT does it (config `admin`), and each time is noted. */
export const adminCalls: { readonly [Name in CallName]?: AuditAction } = {
  'till.recoveryKey': 'recovery-key',
  'till.recoveryKeyKept': 'recovery-key',
  'rescue.export': 'outbox-export',
  'rescue.import': 'outbox-import',
  'customers.import': 'customers-import',
  'customers.forget': 'customer-forgotten',
  'trouble.restore': 'restore',
};

export type CallName = keyof typeof calls;
export type EventName = keyof typeof events;

/** What the renderer passes. */
export type Argument<Name extends CallName> = z.input<(typeof calls)[Name]['argument']>;
/** What the service gets. */
export type Parsed<Name extends CallName> = z.output<(typeof calls)[Name]['argument']>;
export type Result<Name extends CallName> = (typeof calls)[Name] extends CallSpec<z.ZodType, infer R> ? R : never;
export type Payload<Name extends EventName> = (typeof events)[Name] extends EventSpec<infer P> ? P : never;

/** One handler a call: the compiler asks for each. */
export type Handlers = {
  readonly [Name in CallName]: (argument: Parsed<Name>) => Result<Name> | Promise<Result<Name>>;
};

/** What only a till that is not open needs. */
type TroubleCall = Extract<CallName, `trouble.${string}`>;
/** Answered whether the till is open or not. */
type AdminCall = Extract<CallName, `admin.${string}`>;
export type AdminHandlers = Pick<Handlers, AdminCall>;
export type FindHandlers = Pick<Handlers, 'app.takeFind'>;
export type TillHandlers = Omit<Handlers, TroubleCall | AdminCall | keyof FindHandlers>;
export type TroubleHandlers = Pick<Handlers, TroubleCall>;

/** Any event with its payload. */
export type EventMessage = {
  readonly [Name in EventName]: { readonly name: Name; readonly payload: Payload<Name> };
}[EventName];

/** What crosses back for every call. */
export type Envelope<R> = { readonly ok: R } | { readonly error: CallError };
export type CallError = {
  readonly code:
    | 'unknown-call'
    | 'bad-argument'
    | 'not-allowed'
    | 'not-open'
    | 'admin-required'
    | 'closing'
    | 'internal';
  /** For a log or a developer; never a customer's data. */
  readonly message: string;
};

/** What the preload puts on `window.till`. */
export type Bridge = {
  readonly call: <Name extends CallName>(name: Name, argument?: Argument<Name>) => Promise<Envelope<Result<Name>>>;
  /** Returns a function that stops listening. */
  readonly on: <Name extends EventName>(name: Name, listener: (payload: Payload<Name>) => void) => () => void;
};
