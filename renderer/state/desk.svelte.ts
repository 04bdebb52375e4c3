import type { FillableIdentifier, Identifier } from '../../electron/model/customer.ts';
import type { CustomerView, LookupResult } from '../../electron/model/customer-view.ts';
import type { UpdateView } from '../../electron/model/update-view.ts';
import type { Services } from '../bridge.ts';
import { CustomerForm, isFillable, type Saved } from './customer-form.svelte.ts';
import { Drafts } from './drafts.svelte.ts';
import type { Machine } from './machine.ts';

/** Which page fills the screen beside the search. */
export type Page = 'customer' | 'updates' | 'till';

export type RefreshState = { readonly kind: 'idle' } | { readonly kind: 'looking' } | LookupResult;

/** An identifier of the open customer that head office is to be asked to change. */
export type IdentityRequest = { readonly key: FillableIdentifier; readonly replaces: UpdateView | null };

/** Tells the desk's owner that an update of the open customer moved on, for announcements. */
export type UpdateMoved = (update: UpdateView, before: UpdateView | null) => void;

/**
 * The customer at the counter. Opening another one puts the typed text aside, and coming back finds it again; a form
 * whose text was saved or taken back is forgotten.
 */
export class Desk {
  readonly #services: Services;
  readonly #machine: Machine;
  readonly #onMoved: UpdateMoved;
  #form = $state.raw<CustomerForm | null>(null);
  #page = $state<Page>('customer');
  #refresh = $state.raw<RefreshState>({ kind: 'idle' });
  /** Forms with unsaved text, by customer and by the update that they correct. */
  readonly #aside = new Map<string, CustomerForm>();
  #identityRequest = $state.raw<IdentityRequest | null>(null);
  #opening = 0;
  /** Customers who changed while another was being opened: what is being read may already be older. */
  readonly #changedMeanwhile = new Set<number>();
  #rereading: Promise<void> | null = null;
  #rereadAgain = false;
  /** Ids that are gone, and who those customers are now. */
  readonly #into = new Map<number, number>();
  /** Text that was not saved yet, over a restart. */
  readonly drafts: Drafts;

  constructor(services: Services, machine: Machine, onMoved: UpdateMoved) {
    this.#services = services;
    this.#machine = machine;
    this.#onMoved = onMoved;
    this.drafts = new Drafts(services, machine);
    services.on('customers.changed', ({ customerId }) => this.#changed(customerId));
    services.on('updates.changed', ({ customerId }) => this.#changed(customerId));
    // What may be changed of the open customer follows the organisation's rules and fields.
    services.on('org.changed', () => void this.#reread());
    services.on('customers.merged', ({ customerId, into }) => this.#merged(customerId, into));
  }

  get form(): CustomerForm | null {
    return this.#form;
  }
  /** The customer with this id is the open one. */
  isOpen(customerId: number): boolean {
    return this.#openId === customerId;
  }
  get page(): Page {
    return this.#page;
  }
  /** The last answer of a press on "Refresh" for the open customer. */
  get refreshed(): RefreshState {
    return this.#refresh;
  }

  get identityRequest(): IdentityRequest | null {
    return this.#identityRequest;
  }

  askForChange(request: IdentityRequest | null): void {
    this.#identityRequest = request;
  }

  show(page: Page): void {
    this.#page = page;
  }

  /** @returns false where the customer is not there any more */
  async open(customerId: number): Promise<boolean> {
    return await this.#open(() => this.#services.call('customers.open', { customerId: this.#now(customerId) }), null);
  }

  async openByIdentifier(identifier: Identifier): Promise<boolean> {
    const { type, value } = identifier;
    return await this.#open(
      () => this.#services.call('customers.openByIdentifier', { identifier: { type, value } }),
      null,
    );
  }

  /** The form with the text of an update that waits or was refused; saving puts the new one in its place. */
  async correct(update: UpdateView): Promise<boolean> {
    const key = update.changes.map((change) => change.key).find(isFillable);
    if (update.kind === 'identity' && key !== undefined) {
      const opened = await this.open(update.customerId);
      if (opened) this.#identityRequest = { key, replaces: update };
      return opened;
    }
    const customerId = this.#now(update.customerId);
    return await this.#open(() => this.#services.call('customers.open', { customerId }), update);
  }

  close(): void {
    this.#putAside();
    this.#opening += 1;
    this.#identityRequest = null;
    this.#form = null;
    this.#page = 'customer';
  }

  /** The open customer was taken off this till, and what was typed about them goes along. */
  forgotten(): void {
    const customerId = customerOf(this.#form);
    if (customerId !== null) this.drafts.forget(customerId);
    for (const [key, form] of this.#aside) if (customerOf(form) === customerId) this.#aside.delete(key);
    this.#opening += 1;
    this.#form = null;
    this.#page = 'customer';
  }

  /** Saves the open form. A customer who was opened by identifier is on this till from then on. */
  async save(): Promise<Saved | null> {
    const form = this.#form;
    if (form === null) return null;
    const saved = await form.save();
    if (saved === null || form !== this.#form) return saved;
    if (form.replaces !== null) {
      this.#aside.delete(keyOf(form));
      this.#form = this.#newForm(form.view, null, saved);
    }
    await this.#reread();
    return saved;
  }

  async lookAgain(): Promise<void> {
    const customerId = this.#openId;
    if (customerId === null) return;
    this.#refresh = { kind: 'looking' };
    const result = await this.#services
      .call('customers.refresh', { customerId })
      .catch((): LookupResult => ({ kind: 'failed', why: 'server' }));
    const form = this.#form;
    if (form === null || this.#openId !== this.#now(customerId)) return;
    this.#refresh = result;
    if (result.kind === 'found') await this.#reread();
    if (result.kind === 'erased') this.close();
  }

  async #open(read: () => Promise<CustomerView | null>, replaces: UpdateView | null): Promise<boolean> {
    this.#opening += 1;
    this.#identityRequest = null;
    const opening = this.#opening;
    this.#changedMeanwhile.clear();
    const view = await read();
    // Somebody else was chosen meanwhile: the newer choice wins.
    if (opening !== this.#opening) return true;
    if (view === null) return false;
    this.#putAside();
    const fresh = this.#newForm(view, replaces, null);
    const kept = this.#aside.get(keyOf(fresh));
    this.#aside.delete(keyOf(fresh));
    kept?.refresh(view);
    if (kept === undefined) fresh.restore(this.drafts.of(fresh));
    this.#form = kept ?? fresh;
    this.#refresh = { kind: 'idle' };
    this.#page = 'customer';
    if (view.customerId !== null && this.#changedMeanwhile.has(view.customerId)) void this.#reread();
    return true;
  }

  #newForm(view: CustomerView, replaces: UpdateView | null, saved: Saved | null): CustomerForm {
    return new CustomerForm(this.#services, this.#machine, view, replaces, saved, this.drafts);
  }

  #putAside(): void {
    if (this.#form !== null && this.#form.changes.size > 0) this.#aside.set(keyOf(this.#form), this.#form);
  }

  #renew(form: CustomerForm, view: CustomerView): void {
    const before = new Map(form.view.updates.map((update) => [update.updateId, update]));
    form.refresh(view);
    for (const update of view.updates) {
      const known = before.get(update.updateId) ?? null;
      if (known?.state !== update.state) this.#onMoved(update, known);
    }
  }

  #changed(customerId: number): void {
    this.#changedMeanwhile.add(customerId);
    if (this.#openId === customerId) void this.#reread();
  }

  /** Who the form is about by now. */
  get #openId(): number | null {
    const customerId = customerOf(this.#form);
    return customerId === null ? null : this.#now(customerId);
  }

  #now(customerId: number): number {
    const into = this.#into.get(customerId);
    return into === undefined ? customerId : this.#now(into);
  }

  /** A customer turned out to be another of this till: the form and what was typed go on with that one. */
  #merged(customerId: number, into: number): void {
    const isOpen = this.#openId === customerId;
    this.#into.set(customerId, into);
    this.drafts.merged(customerId, into);
    for (const [key, form] of this.#aside) {
      // Its text is with the drafts.
      if (form.view.customerId === customerId) this.#aside.delete(key);
    }
    if (isOpen) void this.#reread();
  }

  /**
   * Reads the open customer again. One reading at a time, so that an older answer never takes a newer one's place; a
   * change that comes meanwhile makes one more.
   */
  #reread(): Promise<void> {
    this.#rereadAgain = true;
    this.#rereading ??= this.#rereadUntilNewest().finally(() => {
      this.#rereading = null;
    });
    return this.#rereading;
  }

  async #rereadUntilNewest(): Promise<void> {
    while (this.#rereadAgain) {
      this.#rereadAgain = false;
      const form = this.#form;
      const customerId = this.#openId;
      if (form === null || customerId === null) return;
      const view = await this.#services.call('customers.open', { customerId });
      if (view !== null && form === this.#form) this.#renew(form, view);
    }
  }
}

/** Who the form is about; whoever was opened by identifier is on this till from the first save on. */
function customerOf(form: CustomerForm | null): number | null {
  return form?.view.customerId ?? form?.saved?.customerId ?? null;
}

function keyOf(form: CustomerForm): string {
  const { customerId, identifier } = form.view;
  const who = customerId === null ? `${identifier.type}:${identifier.value}` : String(customerId);
  return `${who}/${form.replaces?.updateId ?? ''}`;
}
