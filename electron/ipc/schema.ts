/**
 * Every call and event between the screen and the services, defined once. Main, preload, the preview and the tests are
 * derived from this object; the renderer imports only its types.
 *
 * A call has a zod parser for its argument (anything from the renderer is `unknown` until it is parsed) and a type for
 * its result. Everything is plain JSON.
 */
import { z } from 'zod';
import type { AdminView, UnlockResult } from '../care/admin-view.ts';
import type {
  BackUpResult,
  BundleResult,
  RescueConfirmResult,
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

/** Longest value of any field. The rules of each field are stricter (see `updates/rules.ts`). */
const maxValueLength = 10_000;
const maxFields = 200;
/** Enough for thousands of updates; larger files need the command. */
const maxRescueLength = 3_500_000;

/** The parts of the screen that can fail separately. */
const screenParts = ['bar', 'notices', 'search', 'page', 'dialog', 'elsewhere'] as const;
export type ScreenPart = (typeof screenParts)[number];

const nothing = z.undefined().or(z.null()).optional();
const text = z.string().max(maxValueLength);
const query = z.string().max(maxQueryLength);
const localId = z.number().int().positive();
const uuid = z.uuid();

const identifier: z.ZodType<Identifier> = z.strictObject({
  type: z.enum([...fillableIdentifiers, 'userId']),
  value: z.string().min(1).max(254),
});

const changes: z.ZodType<FieldChanges> = z
  .record(z.string().max(200), text)
  .refine((map) => Object.keys(map).length <= maxFields && Object.keys(map).every(isFieldKey), 'known fields only');

/** The customer: one in this till's cache, or one that only the server knows, by identifier. */
const target = z.union([z.strictObject({ customerId: localId }), z.strictObject({ identifier })]);

type CallSpec<Argument extends z.ZodType, Result> = {
  readonly argument: Argument;
  /** Only carries the type; absent at run time. */
  readonly result?: Result;
};

function call<Argument extends z.ZodType>(argument: Argument) {
  return { returns: <Result>(): CallSpec<Argument, Result> => ({ argument }) };
}

type EventSpec<Payload> = { readonly payload?: Payload };
const event = <Payload>(): EventSpec<Payload> => ({});

export const calls = {
  'app.info': call(nothing).returns<AppInfo>(),
  /** The language of the screen, for the desktop app's own dialogs. */
  'app.languageShown': call(
    z.strictObject({ tag: z.string().regex(/^[a-zA-Z]{2}(?:-[a-zA-Z]{2})?$/) }),
  ).returns<null>(),
  /** The path of a file that a person picks in the desktop's own dialog; null if none was picked. */
  'app.chooseFile': call(nothing).returns<string | null>(),
  /** Whether there is a new version in IT's feed. */
  'app.update': call(nothing).returns<AppUpdate>(),
  /** Stores the till's password or OAuth secret in the platform's secret storage. */
  'app.provideSecret': call(z.strictObject({ secret: z.string().min(1).max(1000) })).returns<SecretResult>(),

  /** The customer whom another program asked for, returned once; null if there is none. */
  'app.takeFind': call(nothing).returns<FindRequest | null>(),

  /** A part of the screen failed. Logs where in the code, without the message, which may name a customer. */
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
  /** Opens a customer: marks them as served at this till, and refreshes an old record in the background. */
  'customers.open': call(z.strictObject({ customerId: localId })).returns<CustomerView | null>(),
  /** The current view of a customer whose page is already open. Does not mark or refresh anything. */
  'customers.view': call(z.strictObject({ customerId: localId })).returns<CustomerView | null>(),
  /** Returns the full value of a masked field of the open customer, and records that it was revealed. */
  'customers.reveal': call(
    z.strictObject({ customerId: localId, field: z.enum(maskableFields) }),
  ).returns<CustomerView | null>(),
  /** The view of a customer who is not on this till; or the cached customer if the identifier is known here. */
  'customers.openByIdentifier': call(z.strictObject({ identifier })).returns<CustomerView>(),
  /** Asks head office for every identifier that the text can be; with `by`, only for that one. */
  'customers.lookUpOnline': call(
    z.strictObject({ query: query.min(1), by: z.enum(findByNames).optional() }),
  ).returns<OnlineResult>(),
  'customers.refresh': call(z.strictObject({ customerId: localId })).returns<LookupResult>(),
  /** Purchases with amounts, fetched from head office when staff open the list. */
  'customers.purchases': call(z.strictObject({ customerId: localId })).returns<PurchasesResult>(),
  /** Another customer with this identifier, to show beside the one it would be filled in for (F23). */
  'customers.whoElseHas': call(z.strictObject({ identifier, exceptId: localId.nullable() })).returns<LookupResult>(),

  /** Imports the region's customers from a file on this machine's disk; continues an interrupted import. */
  'customers.import': call(
    z.strictObject({
      file: z.string().trim().min(1).max(4096),
      encoding: z.enum(['utf-8', 'windows-1252']).default('utf-8'),
      dateOrder: z.enum(['day-first', 'month-first']).nullable().default(null),
      /** Only check the file. */
      check: z.boolean().default(false),
    }),
  ).returns<ImportState>(),
  /** Answers a `question`: whether to import the file. */
  'customers.importAnswer': call(z.strictObject({ take: z.boolean() })).returns<ImportState>(),
  /** Goes back to the customers of the previous import. */
  'customers.importUndo': call(nothing).returns<ImportState>(),
  'customers.importCancel': call(nothing).returns<ImportState>(),
  'customers.importState': call(nothing).returns<ImportState>(),
  'customers.region': call(nothing).returns<RegionFacts>(),
  /** null: no region feed in the config. */
  'customers.feed': call(nothing).returns<FeedFacts | null>(),
  /** Checks the feed now. */
  'customers.feedLook': call(nothing).returns<FeedFacts | null>(),

  /** The problems that `updates.save` would report and likely typing mistakes, without saving. */
  'updates.check': call(z.strictObject({ target, changes })).returns<CheckResult>(),
  /**
   * Saves changed fields durably. The same token never creates two updates (F05). With `replaces`, it edits an update
   * that was never sent, or replaces one that needs attention.
   */
  'updates.save': call(
    z.strictObject({
      token: uuid,
      target,
      changes,
      replaces: uuid.nullable().default(null),
      /**
       * Identifiers to fill in even if somebody else has them: staff saw both customers and confirmed it online (F23).
       */
      confirmedFills: z.array(z.enum(fillableIdentifiers)).max(3).default([]),
    }),
  ).returns<SaveResult>(),
  /**
   * Requests a change of an existing identifier from the vendor's back office (`customer/update_identity`). `replaces`
   * as in a save.
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
  /** For each field in conflict: send ours or keep theirs, with head office's value that staff saw. */
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
  /** Puts a conflict off until the customer's next visit. */
  'updates.putOff': call(z.strictObject({ updateId: uuid })).returns<ChangeResult>(),
  /** Marks a possible double award as checked, by a manager or IT. */
  'updates.awardSeen': call(z.strictObject({ updateId: uuid })).returns<ChangeResult>(),
  'updates.list': call(
    z.strictObject({
      which: z.enum(['open', 'closed', 'doubled']),
      offset: z.number().int().min(0).default(0),
      limit: z.number().int().min(1).max(500).default(100),
    }),
  ).returns<{ readonly updates: readonly UpdateView[]; readonly total: number }>(),
  'updates.history': call(z.strictObject({ updateId: uuid })).returns<readonly UpdateHistoryEntry[]>(),

  /** Stores a draft, so that it survives a restart. Without changes, it is deleted. */
  'drafts.keep': call(z.strictObject({ target, changes, replaces: uuid.nullable().default(null) })).returns<null>(),
  'drafts.list': call(nothing).returns<readonly Draft[]>(),

  'sync.status': call(nothing).returns<SyncStatus>(),
  /** Tries now instead of at the next due time; the pace still applies (F34). */
  'sync.sendNow': call(nothing).returns<SyncStatus>(),
  'sync.checkConnection': call(nothing).returns<ConnectionCheck>(),

  'org.view': call(nothing).returns<OrgView>(),
  /** Refreshes from the server; new values arrive with `org.changed` and `staff.listed`. */
  'org.refresh': call(nothing).returns<OrgRefresh>(),

  'staff.list': call(nothing).returns<StaffList>(),
  'staff.current': call(nothing).returns<StaffMember | null>(),
  'staff.signIn': call(z.strictObject({ code: z.string().min(1).max(100) })).returns<StaffMember | null>(),
  'staff.signOut': call(nothing).returns<null>(),
  /** There was activity at the till: restarts the timer of the automatic sign-out. */
  'staff.active': call(nothing).returns<null>(),

  /** Facts about the till itself, for IT. */
  'till.facts': call(nothing).returns<TillFacts>(),
  /** The recovery key, until somebody confirms that it is stored; then `null`. */
  'till.recoveryKey': call(nothing).returns<string | null>(),
  'till.recoveryKeyKept': call(nothing).returns<null>(),
  'till.backUp': call(nothing).returns<BackUpResult>(),
  /** A zip for support: ids, states, codes and counts, never customer data. */
  'till.supportBundle': call(nothing).returns<BundleResult>(),
  /** Moves everything unsent into an encrypted file; this till never sends it. */
  'rescue.export': call(
    z.strictObject({ passphrase: z.string().min(1).max(1000).nullable() }),
  ).returns<RescueExportResult>(),
  /** Imports the updates from a rescue file; without a passphrase, only one that this till made. */
  'rescue.import': call(
    z.strictObject({ file: z.string().max(maxRescueLength), passphrase: z.string().min(1).max(1000).nullable() }),
  ).returns<RescueImportResult>(),
  /** Confirms that another till has imported everything in this till's rescue files. @returns the number of changes */
  'rescue.confirm': call(nothing).returns<RescueConfirmResult>(),
  /** Erases a customer from this till on request. */
  'customers.forget': call(z.strictObject({ customerId: localId })).returns<ForgetResult>(),

  /** Who can do IT tasks at this till, and how to unlock them. */
  'admin.view': call(nothing).returns<AdminView>(),
  'admin.unlock': call(z.strictObject({ pin: z.string().min(1).max(longestPin) })).returns<UnlockResult>(),

  /** Why the till could not be opened, and what to do about it; `null`: it is open. */
  'trouble.view': call(nothing).returns<TroubleView | null>(),
  'trouble.tryAgain': call(nothing).returns<TroubleResult>(),
  'trouble.useRecoveryKey': call(z.strictObject({ typed: z.string().max(200) })).returns<TroubleResult>(),
  /** Replaces the unusable database with a backup; `null`: with an empty one. The old file is set aside. */
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
  /** The customer's record, effective view or updates changed. */
  'customers.changed': event<{ readonly customerId: number }>(),
  /** Two customers of this till were merged: `customerId` is gone, and everything belongs to `into`. */
  'customers.merged': event<{ readonly customerId: number; readonly into: number }>(),
  'customers.importChanged': event<ImportState>(),
  'customers.feedChanged': event<FeedFacts | null>(),
  /** An update changed its state. */
  'updates.changed': event<{ readonly updateId: string; readonly customerId: number }>(),
  'org.changed': event<OrgView>(),
  'staff.changed': event<StaffMember | null>(),
  /** A new staff list arrived. */
  'staff.listed': event<StaffList>(),
  'practice.changed': event<PracticeState>(),
  'till.changed': event<TillFacts>(),
} as const;

export type CallName = keyof typeof calls;
export type EventName = keyof typeof events;

/** The argument as the renderer passes it. */
export type Argument<Name extends CallName> = z.input<(typeof calls)[Name]['argument']>;
/** The argument as the service gets it. */
export type Parsed<Name extends CallName> = z.output<(typeof calls)[Name]['argument']>;
export type Result<Name extends CallName> = (typeof calls)[Name] extends CallSpec<z.ZodType, infer R> ? R : never;
export type Payload<Name extends EventName> = (typeof events)[Name] extends EventSpec<infer P> ? P : never;

/** One handler per call, enforced by the compiler. */
export type Handlers = {
  readonly [Name in CallName]: (argument: Parsed<Name>) => Result<Name> | Promise<Result<Name>>;
};

/** Only for a till that could not be opened. */
type TroubleCall = Extract<CallName, `trouble.${string}`>;
/** Available whether the till is open or not. */
type AdminCall = Extract<CallName, `admin.${string}`>;
export type AdminHandlers = Pick<Handlers, AdminCall>;
export type FindHandlers = Pick<Handlers, 'app.takeFind'>;
export type TillHandlers = Omit<Handlers, TroubleCall | AdminCall | keyof FindHandlers>;
export type TroubleHandlers = Pick<Handlers, TroubleCall>;

/** Any event with its payload. */
export type EventMessage = {
  readonly [Name in EventName]: { readonly name: Name; readonly payload: Payload<Name> };
}[EventName];

/** The answer to every call. */
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
  /** For logs and developers; never customer data. */
  readonly message: string;
};

/** The API on `window.till`. */
export type Bridge = {
  readonly call: <Name extends CallName>(name: Name, argument?: Argument<Name>) => Promise<Envelope<Result<Name>>>;
  /** Returns a function that stops listening. */
  readonly on: <Name extends EventName>(name: Name, listener: (payload: Payload<Name>) => void) => () => void;
};
