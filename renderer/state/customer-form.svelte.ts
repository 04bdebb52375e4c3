import type { FieldKey, FillableIdentifier } from '../../electron/model/customer.ts';
import type { CustomerView, LookupResult } from '../../electron/model/customer-view.ts';
import type {
  CheckResult,
  FieldHint,
  FieldProblem,
  LockReason,
  NotSavedReason,
  SaveResult,
  UpdateView,
} from '../../electron/model/update-view.ts';
import type { Draft } from '../../electron/updates/drafts.ts';
import { answerOf, type Services } from '../bridge.ts';
import type { Machine } from './machine.ts';

/** Why the last press of Save made no update. The text always stays in the form. */
export type SaveTrouble =
  | { readonly kind: 'invalid' }
  | { readonly kind: 'nothing-changed' }
  | { readonly kind: 'staff-required' }
  | { readonly kind: 'moved-on' }
  | { readonly kind: 'not-saved'; readonly why: NotSavedReason | 'no-answer' };

export type Saved = { readonly updateId: string; readonly customerId: number };

/** Saved texts that no view of the customer contains yet. */
export type UnviewedSave = { readonly updateId: string; readonly texts: ReadonlyMap<FieldKey, string> };

/** The server's value of a field changed while staff had typed text in it (F32). */
export type ServerChange = { readonly from: string | null; readonly to: string | null };

/** What staff typed into one field. */
type Typed = {
  readonly text: string;
  /** The server's value when typing began; undefined: it began in an earlier update, which this form corrects. */
  readonly began?: string | null;
  /** Staff saw that somebody else has it, and say that both are this person (F23). */
  readonly isConfirmed?: boolean;
};

/** Draft storage. */
export type DraftStorage = {
  /** @returns once no earlier text can be stored any more after the save that now begins */
  readonly beforeSave: (form: CustomerForm) => Promise<void>;
  /** The text changed, or a save ended. */
  readonly note: (form: CustomerForm) => void;
};

const noStorage: DraftStorage = { beforeSave: async () => undefined, note: () => undefined };

const checkAfterTypingMs = 250;

function same(typed: string, value: string | null | undefined): boolean {
  return typed.normalize('NFC').trim() === (value ?? '');
}

/**
 * One customer's form: the newest view of the customer, with what staff typed on top. A refresh replaces the view and
 * never the typed text.
 *
 * The first press of Save makes the save token. It is kept until that save is known to be durable or staff type again,
 * so a press repeated after a lost answer is the same save (F05).
 */
export class CustomerForm {
  readonly #services: Services;
  readonly #machine: Machine;
  /** The update that this form corrects, if any. */
  readonly replaces: UpdateView | null;
  view: CustomerView;
  #typed = $state.raw<ReadonlyMap<FieldKey, Typed>>(new Map());
  #problems = $state.raw<readonly FieldProblem[]>([]);
  #hints = $state.raw<readonly FieldHint[]>([]);
  /** Fields that staff have left: only those show problems while others are being typed. */
  #left = $state.raw<ReadonlySet<FieldKey>>(new Set());
  trouble = $state.raw<SaveTrouble | null>(null);
  saving = $state(false);
  /** The last update that this form made. */
  saved = $state.raw<Saved | null>(null);
  /** Otherwise a field would show its old value for a moment, and typing that again would not count as an edit. */
  unviewed = $state.raw<UnviewedSave | null>(null);
  #token: string | null = null;
  #checkNumber = 0;
  #stopCheckTimer: () => void = () => undefined;
  readonly #drafts: DraftStorage;

  constructor(
    services: Services,
    machine: Machine,
    view: CustomerView,
    replaces: UpdateView | null,
    saved: Saved | null = null,
    drafts: DraftStorage = noStorage,
    unviewed: UnviewedSave | null = null,
  ) {
    this.#services = services;
    this.#machine = machine;
    this.view = $state.raw(view);
    this.replaces = replaces;
    this.saved = saved;
    this.unviewed = unviewed;
    this.#drafts = drafts;
    if (replaces !== null) {
      this.#typed = new Map(replaces.changes.map(({ key, to }) => [key, { text: asTyped(key, to) }]));
      this.#left = new Set(this.#typed.keys());
    }
  }

  /** A newer view of the same customer. Typed text stays. */
  refresh(view: CustomerView): void {
    this.view = view;
    // It may have been requested before the save.
    if (view.updates.some(({ updateId }) => updateId === this.unviewed?.updateId)) this.unviewed = null;
    if (this.#typed.size > 0) this.#checkSoon();
  }

  /** The value without this form's text; for a correction, also without the update it replaces. */
  current(key: FieldKey): string | null | undefined {
    const unviewed = this.unviewed?.texts.get(key);
    if (unviewed !== undefined) return unviewed;
    const replaced = this.replaces?.changes.find((change) => change.key === key);
    if (replaced !== undefined) return replaced.was === undefined ? this.view.server[key] : replaced.was;
    const known = this.view.fields[key];
    // Nothing is known about somebody not on this till, except what they were looked up by.
    const { customerId, identifier } = this.view;
    return known === undefined && customerId === null && identifier.type === key ? identifier.value : known;
  }

  value(key: FieldKey): string {
    return this.#typed.get(key)?.text ?? this.current(key) ?? '';
  }

  changed(key: FieldKey): boolean {
    const typed = this.#typed.get(key);
    return typed !== undefined && !same(typed.text, this.current(key));
  }

  /** A lock applies only to a field without typed text: text typed before the lock can still be undone. */
  lock(key: FieldKey): LockReason | null {
    return this.#typed.has(key) ? null : (this.view.locks[key] ?? null);
  }

  serverChange(key: FieldKey): ServerChange | null {
    const from = this.#typed.get(key)?.began;
    if (!this.changed(key) || from === undefined) return null;
    const to = this.view.server[key] ?? null;
    return from === to || same(this.value(key), to) ? null : { from, to };
  }

  /** What Save would send. */
  readonly changes: ReadonlyMap<FieldKey, string> = $derived(
    new Map([...this.#typed].flatMap(([key, { text }]) => (same(text, this.current(key)) ? [] : [[key, text]]))),
  );

  type(key: FieldKey, text: string): void {
    const before = this.#typed.get(key);
    const began = before === undefined ? (this.view.server[key] ?? null) : before.began;
    this.#typed = new Map(this.#typed).set(key, { text, ...(began === undefined ? {} : { began }) });
    this.saved = null;
    this.#checkSoon();
    this.#edited();
  }

  /** From now on Save is another save. */
  #edited(): void {
    this.#token = null;
    this.trouble = null;
    this.#drafts.note(this);
  }

  /** Restores drafts typed before the app was closed. */
  restore(changes: Draft['changes']): void {
    for (const { key, to } of changes) this.type(key, to);
  }

  /** The field was left: its problem may be shown now. Text equal to the present value is no edit. */
  leave(key: FieldKey): void {
    if (!this.#typed.has(key)) return;
    if (!this.changed(key)) {
      this.undo(key);
      return;
    }
    this.#left = new Set(this.#left).add(key);
    void this.check();
  }

  undo(key: FieldKey): void {
    this.#typed = new Map([...this.#typed].filter(([typed]) => typed !== key));
    this.#problems = this.#problems.filter((problem) => problem.key !== key);
    this.#edited();
  }

  undoAll(): void {
    this.#typed = new Map();
    this.#problems = [];
    this.#left = new Set();
    this.#edited();
  }

  problem(key: FieldKey): FieldProblem | null {
    if (!this.#left.has(key) && this.trouble?.kind !== 'invalid') return null;
    return this.problems.find((problem) => problem.key === key) ?? null;
  }

  /** Everything that keeps the form from being saved, once Save was pressed. */
  get problems(): readonly FieldProblem[] {
    const reason = this.replaces?.reason;
    // The server said whose it is while sending: the same text needs the same confirmation.
    const known: FieldProblem[] =
      reason?.kind === 'belongs-to-other' && this.#typed.get(reason.key)?.text === this.#replacedText(reason.key)
        ? [{ key: reason.key, code: 'belongs-to-other', detail: null, limit: null }]
        : [];
    const found = this.#problems.filter((problem) => !known.some(({ key }) => key === problem.key));
    return [...known, ...found].filter(({ key, code }) => code !== 'belongs-to-other' || !this.confirmed(key));
  }

  /** What the text of a field that was left most likely meant; null if nothing looks mistyped. */
  suggestion(key: FieldKey): string | null {
    if (!this.#left.has(key) || !this.changed(key)) return null;
    return this.#hints.find((hint) => hint.key === key)?.suggestion ?? null;
  }

  accept(key: FieldKey, suggestion: string): void {
    this.type(key, suggestion);
    this.leave(key);
  }

  confirmed(key: FieldKey): boolean {
    return this.#typed.get(key)?.isConfirmed === true;
  }

  /** Staff saw both customers and say they are one person. Holds until the text changes. */
  confirm(key: FieldKey): void {
    this.#typed = new Map(this.#typed).set(key, { text: this.value(key), ...this.#typed.get(key), isConfirmed: true });
    this.#edited();
  }

  /** The other customer who has what was typed into this field. */
  whoElseHas(key: FillableIdentifier): Promise<LookupResult> {
    const identifier = { type: key, value: this.value(key) };
    return this.#services
      .call('customers.whoElseHas', { identifier, exceptId: this.view.customerId })
      .catch((): LookupResult => ({ kind: 'failed', why: 'server' }));
  }

  /**
   * Asks head office to change an identifier that the customer has.
   * @param token the same for every press of one request (F05)
   */
  async requestChange(
    key: FillableIdentifier,
    newValue: string,
    replaces: UpdateView | null,
    token: string,
  ): Promise<SaveResult> {
    const { customerId } = this.view;
    if (customerId === null) return { kind: 'moved-on' };
    const replacedId = replaces?.updateId ?? null;
    const request = { token, customerId, type: key, newValue, replaces: replacedId };
    return await this.#services.call('updates.requestIdentityChange', request);
  }

  newToken(): string {
    return this.#machine.newToken();
  }

  /** Asks the services for problems. An answer to older text is dropped. */
  async check(): Promise<void> {
    this.#stopCheckTimer();
    this.#checkNumber += 1;
    const number = this.#checkNumber;
    const changes = this.changes;
    if (changes.size === 0) {
      this.#problems = [];
      return;
    }
    const { problems, hints } = await this.#services
      .call('updates.check', { target: this.target, changes: Object.fromEntries(changes) })
      // No warning before Save then; Save asks again.
      .catch((): CheckResult => ({ problems: [], hints: [] }));
    if (number !== this.#checkNumber) return;
    this.#problems = problems;
    this.#hints = hints;
  }

  /** @returns what was saved, or null: `trouble` says why not. A second press during a save does nothing. */
  async save(): Promise<Saved | null> {
    if (this.saving) return null;
    const changes = this.changes;
    if (changes.size === 0) {
      this.trouble = { kind: 'nothing-changed' };
      return null;
    }
    if (this.problems.some(({ code }) => code === 'belongs-to-other')) {
      this.trouble = { kind: 'invalid' };
      return null;
    }
    this.#stopCheckTimer();
    this.#checkNumber += 1;
    this.#token ??= this.#machine.newToken();
    const token = this.#token;
    this.saving = true;
    try {
      await this.#drafts.beforeSave(this);
      const replaces = this.replaces?.updateId ?? null;
      const saving = this.#services.call('updates.save', {
        token,
        target: this.target,
        changes: Object.fromEntries(changes),
        replaces,
        confirmedFills: [...changes.keys()].filter(isFillable).filter((key) => this.confirmed(key)),
      });
      // Without an answer it may have been saved. The same token makes the next press harmless.
      const { value: result } = (await answerOf(saving)) ?? { value: { kind: 'not-saved', why: 'no-answer' } as const };
      if (result.kind === 'saved') {
        this.#settle(changes);
        this.unviewed = { updateId: result.updateId, texts: new Map([...(this.unviewed?.texts ?? []), ...changes]) };
        this.saved = { updateId: result.updateId, customerId: result.customerId };
        return this.saved;
      }
      if (result.kind === 'invalid') {
        this.#problems = result.problems;
        this.#left = new Set([...this.#left, ...result.problems.map((problem) => problem.key)]);
      }
      this.trouble = result;
      return null;
    } finally {
      this.saving = false;
      this.#drafts.note(this);
    }
  }

  /** What was saved is no draft any more; what was typed during the save still is. */
  #settle(saved: ReadonlyMap<FieldKey, string>): void {
    this.#typed = new Map([...this.#typed].filter(([key, { text }]) => saved.get(key) !== text));
    this.#problems = [];
    this.#left = new Set();
    this.trouble = null;
    this.#token = null;
  }

  #replacedText(key: FieldKey): string | undefined {
    const to = this.replaces?.changes.find((change) => change.key === key)?.to;
    return to === undefined ? undefined : asTyped(key, to);
  }

  #checkSoon(): void {
    this.#stopCheckTimer();
    this.#stopCheckTimer = this.#machine.after(checkAfterTypingMs, () => void this.check());
  }

  /** Who it is about, as the services are told. */
  get target(): Draft['target'] {
    const { customerId, identifier } = this.view;
    const { type, value } = identifier;
    return customerId === null ? { identifier: { type, value } } : { customerId };
  }

  /** Where its text is kept. */
  get place(): string {
    return placeOf({ target: this.target, replaces: this.replaces?.updateId ?? null });
  }
}

/** A mobile in the API's form has the country code: typed without "+", it would be read with the store's country. */
function asTyped(key: FieldKey, value: string): string {
  return key === 'mobile' && /^\d/.test(value) ? `+${value}` : value;
}

export function isFillable(key: FieldKey): key is FillableIdentifier {
  return key === 'mobile' || key === 'email' || key === 'externalId';
}

/** Each customer has one, and so has each update that is corrected. */
export function placeOf({ target, replaces }: Pick<Draft, 'target' | 'replaces'>): string {
  const who =
    'customerId' in target ? String(target.customerId) : `${target.identifier.type}:${target.identifier.value}`;
  return `${who}/${replaces ?? ''}`;
}
