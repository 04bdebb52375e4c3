import type { FillableIdentifier, Identifier } from '../../electron/model/customer.ts';
import type { CustomerView, LookupResult, PurchasesResult } from '../../electron/model/customer-view.ts';
import { type MaskableField, maskableFields } from '../../electron/model/masked.ts';
import type { UpdateView } from '../../electron/model/update-view.ts';
import { answerOf, type Services } from '../bridge.ts';
import { Action } from './action.svelte.ts';
import { CustomerForm, isFillable, type Saved, type UnviewedSave } from './customer-form.svelte.ts';
import { Drafts } from './drafts.svelte.ts';
import type { Machine } from './machine.ts';
import { Resource } from './resource.svelte.ts';

/** Changes of one customer come within this long of one another, so one read covers them all. */
const rereadAfterMs = 60;
/** A failed read is repeated: the page must not show old data. */
const rereadAgainAfterMs = 2000;

/** The page asked for; `customer` is the start page while nobody is open. */
export type Page = 'customer' | 'updates' | 'till' | 'set-up';

export type RefreshState = { readonly kind: 'idle' } | { readonly kind: 'looking' } | LookupResult;

/** An identifier of the open customer that head office is to be asked to change. */
export type IdentityRequest = { readonly key: FillableIdentifier; readonly replaces: UpdateView | null };

/** The result of opening somebody. `overtaken`: somebody else was chosen meanwhile, and that choice wins. */
export type Opened = 'open' | 'gone' | 'no-answer' | 'overtaken';

/** What the desk's owner is told about the open customer. */
export type DeskEvents = {
  /** An update changed state. */
  readonly moved: (update: UpdateView) => void;
  readonly viewed: (view: CustomerView) => void;
};

/**
 * The customer at the counter. Opening another one sets the typed text aside, and coming back restores it. A form whose
 * text was saved or undone is dropped.
 */
export class Desk {
  readonly #services: Services;
  readonly #machine: Machine;
  readonly #events: DeskEvents;
  form = $state.raw<CustomerForm | null>(null);
  page = $state<Page>('customer');
  /** The last answer to "Refresh" for the open customer. */
  refreshed = $state.raw<RefreshState>({ kind: 'idle' });
  /** Forms with unsaved text, by customer and by the update they correct. */
  readonly #aside = new Map<string, CustomerForm>();
  identityRequest = $state.raw<IdentityRequest | null>(null);
  /** Grows with each choice of staff, so that a waiting answer can tell that they have moved on. */
  turn = $state(0);
  /** The choice that is still being read. */
  #opening = $state<number | null>(null);
  /** Why the last customer chosen is not on the screen. */
  notOpened = $state<'gone' | 'no-answer' | null>(null);
  /** Customers who changed while another was being opened: a read in progress may already be outdated. */
  readonly #changedMeanwhile = new Set<number>();
  /** The open customer as known now, beside the form it was read for. */
  readonly #view;
  /** Ids that are gone, and who those customers are now. */
  readonly #into = new Map<number, number>();
  /** Unsaved text that survives a restart. */
  readonly drafts: Drafts;

  constructor(services: Services, machine: Machine, events: DeskEvents) {
    this.#services = services;
    this.#machine = machine;
    this.#events = events;
    this.drafts = new Drafts(services, machine);
    this.#view = new Resource({
      machine,
      first: null,
      read: async () => {
        const { form } = this;
        const customerId = this.#openId;
        return { form, view: customerId === null ? null : await services.call('customers.view', { customerId }) };
      },
      soonMs: rereadAfterMs,
      againMs: rereadAgainAfterMs,
      onRead: ({ form, view }) => {
        if (form !== null && view !== null && form === this.form) this.#renew(form, view);
      },
    });
    services.on('customers.changed', ({ customerId }) => this.#changed(customerId));
    services.on('updates.changed', ({ customerId }) => this.#changed(customerId));
    // The organisation's rules and fields decide what can be edited.
    services.on('org.changed', () => this.#view.stale());
    services.on('customers.merged', ({ customerId, into }) => this.#merged(customerId, into));
  }

  /** The customer with this id is the open one. */
  isOpen(customerId: number): boolean {
    return this.#openId === customerId;
  }
  /** Somebody was chosen and is not on the screen yet. The previous customer's form takes no more keys. */
  get opening(): boolean {
    return this.#opening !== null;
  }

  askForChange(request: IdentityRequest | null): void {
    this.identityRequest = request;
  }

  /** Shows the whole value of a masked field of the open customer. */
  readonly reveal = new Action(async (field: MaskableField): Promise<CustomerView | null> => {
    const form = this.form;
    const customerId = this.#openId;
    if (form === null || customerId === null) return null;
    const view = await this.#services.call('customers.reveal', { customerId, field });
    if (view !== null && form === this.form) this.#renew(form, view);
    return view;
  });

  show(page: Page): void {
    this.#choose();
    this.page = page;
  }

  async open(customerId: number): Promise<Opened> {
    return await this.#openById(customerId, null);
  }

  async openByIdentifier({ type, value }: Identifier): Promise<Opened> {
    const identifier = { type, value };
    return await this.#open(() => this.#services.call('customers.openByIdentifier', { identifier }), null);
  }

  /** Opens the form with the text of a waiting or refused update; saving replaces that update. */
  async correct(update: UpdateView): Promise<Opened> {
    const key = update.changes.map((change) => change.key).find(isFillable);
    if (update.kind === 'identity' && key !== undefined) {
      const opened = await this.open(update.customerId);
      if (opened === 'open') this.identityRequest = { key, replaces: update };
      return opened;
    }
    return await this.#openById(update.customerId, update);
  }

  close(): void {
    this.#putAside();
    this.#choose();
    this.form = null;
    this.page = 'customer';
  }

  /** The open customer was removed from this till, and so are their drafts. */
  forgotten(): void {
    const customerId = customerOf(this.form);
    if (customerId !== null) this.drafts.erase(customerId);
    for (const [key, form] of this.#aside) if (customerOf(form) === customerId) this.#aside.delete(key);
    this.form = null;
    this.close();
  }

  /** Saves the open form. A customer opened by identifier is on this till from then on. */
  async save(): Promise<Saved | null> {
    const form = this.form;
    if (form === null) return null;
    const saved = await form.save();
    if (saved === null || form !== this.form) return saved;
    if (form.replaces !== null) {
      this.#aside.delete(form.place);
      this.form = this.#newForm(form.view, null, saved, form.unviewed);
    }
    this.#view.stale();
    return saved;
  }

  /** Purchases with their amounts: a separate request to head office. */
  async purchases(customerId: number): Promise<PurchasesResult> {
    return await this.#services.call('customers.purchases', { customerId });
  }

  async lookAgain(): Promise<void> {
    const customerId = this.#openId;
    if (customerId === null) return;
    this.refreshed = { kind: 'looking' };
    const result = await this.#services
      .call('customers.refresh', { customerId })
      .catch((): LookupResult => ({ kind: 'failed', why: 'server' }));
    const form = this.form;
    if (form === null || this.#openId !== this.#now(customerId)) return;
    this.refreshed = result;
    if (result.kind === 'found') this.#view.stale();
    if (result.kind === 'erased') this.close();
  }

  /** Staff chose something: earlier requests are no longer awaited. */
  #choose(): number {
    this.turn += 1;
    this.#opening = null;
    this.notOpened = null;
    this.identityRequest = null;
    return this.turn;
  }

  async #openById(customerId: number, replaces: UpdateView | null): Promise<Opened> {
    return await this.#open(
      () => this.#services.call('customers.open', { customerId: this.#now(customerId) }),
      replaces,
    );
  }

  async #open(read: () => Promise<CustomerView | null>, replaces: UpdateView | null): Promise<Opened> {
    const turn = this.#choose();
    this.#opening = turn;
    this.#changedMeanwhile.clear();
    const answer = await answerOf(read());
    if (turn !== this.turn) return 'overtaken';
    const view = answer?.value ?? null;
    if (view === null) {
      this.#opening = null;
      this.notOpened = answer === null ? 'no-answer' : 'gone';
      return this.notOpened;
    }
    this.#opening = null;
    this.#putAside();
    const fresh = this.#newForm(view, replaces, null);
    const kept = this.#aside.get(fresh.place);
    this.#aside.delete(fresh.place);
    kept?.refresh(view);
    if (kept === undefined) fresh.restore(this.drafts.of(fresh));
    this.form = kept ?? fresh;
    this.refreshed = { kind: 'idle' };
    this.page = 'customer';
    if (view.customerId !== null && this.#changedMeanwhile.has(view.customerId)) this.#view.stale();
    return 'open';
  }

  #newForm(
    view: CustomerView,
    replaces: UpdateView | null,
    saved: Saved | null,
    unviewed: UnviewedSave | null = null,
  ): CustomerForm {
    return new CustomerForm(this.#services, this.#machine, view, replaces, saved, this.drafts, unviewed);
  }

  #putAside(): void {
    if (this.form !== null && this.form.changes.size > 0) this.#aside.set(this.form.place, this.form);
  }

  #renew(form: CustomerForm, view: CustomerView): void {
    if (form.replaces !== null && view.masked.length !== form.view.masked.length) this.#correctAgain(form, view);
    const before = new Map(form.view.updates.map((update) => [update.updateId, update]));
    form.refresh(view);
    for (const update of view.updates) {
      const known = before.get(update.updateId) ?? null;
      if (known?.state !== update.state) this.#events.moved(update);
    }
    this.#events.viewed(view);
  }

  /** The role may now see more or less of the update being corrected. */
  #correctAgain(form: CustomerForm, view: CustomerView): void {
    const update = view.updates.find(({ updateId }) => updateId === form.replaces?.updateId);
    if (update === undefined) return;
    const again = this.#newForm(view, update, null);
    const typed = [...form.changes].filter(([key]) => !maskableFields.some((field) => field === key));
    for (const [key, text] of typed) again.type(key, text);
    this.form = again;
  }

  #changed(customerId: number): void {
    this.#changedMeanwhile.add(customerId);
    if (this.#openId === customerId) this.#view.stale();
  }

  /** Who the form is about now. */
  get #openId(): number | null {
    const customerId = customerOf(this.form);
    return customerId === null ? null : this.#now(customerId);
  }

  #now(customerId: number): number {
    const into = this.#into.get(customerId);
    return into === undefined ? customerId : this.#now(into);
  }

  /** A customer turned out to be another one on this till: the form and its text continue with that one. */
  #merged(customerId: number, into: number): void {
    const isOpen = this.#openId === customerId;
    this.#into.set(customerId, into);
    this.drafts.merged(customerId, into);
    for (const [key, form] of this.#aside) {
      // Its text is among the drafts.
      if (form.view.customerId === customerId) this.#aside.delete(key);
    }
    if (isOpen) this.#view.stale();
  }
}

/** Who the form is about; a customer opened by identifier is on this till from the first save on. */
function customerOf(form: CustomerForm | null): number | null {
  return form?.view.customerId ?? form?.saved?.customerId ?? null;
}
