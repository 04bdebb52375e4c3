import { createContext, untrack } from 'svelte';
import type { ScreenPart } from '../../electron/ipc/schema.ts';
import type { UpdateView } from '../../electron/model/update-view.ts';
import type { Services } from '../bridge.ts';
import { type Formats, makeFormats } from '../format/formats.ts';
import { fetchLaterTexts, m } from '../i18n/messages.ts';
import { statusSentence } from '../words/status-words.ts';
import { Announcer } from './announcer.svelte.ts';
import type { Place } from './commands.ts';
import { Desk, type Opened } from './desk.svelte.ts';
import { faultOf } from './fault.ts';
import { ItPage } from './it-page.svelte.ts';
import type { Machine } from './machine.ts';
import { Search, type SearchOption } from './search.svelte.ts';
import { TillState } from './till.svelte.ts';
import { UpdateList } from './update-list.svelte.ts';

/** Loaded with the customer's page: no save is announced before that. */
const savedWords = async () => {
  await fetchLaterTexts();
  return await import('../words/saved-words.ts');
};

/** A part that keeps breaking must not fill the log. */
const mostFaults = 50;

/** Everything behind the screen, made once and passed down. */
export class Screen {
  readonly till: Readonly<TillState>;
  readonly search: Readonly<Search>;
  readonly desk: Readonly<Desk>;
  readonly updates: Readonly<UpdateList>;
  readonly itPage: Readonly<ItPage>;
  readonly announcer = new Announcer();
  readonly #services: Services;
  /** In the language and with the store's conventions of the moment, wherever it is kept. */
  readonly formats: Formats;
  #faults = 0;
  /** Keys and presses so far, so that a waiting answer can tell that staff have moved on. */
  #acts = 0;
  /** Whether another program asked for a customer. `maybe`: it may have done so before this page loaded. */
  #asked = $state<'no' | 'maybe' | 'yes'>('maybe');
  /** The till's password can be typed later. */
  #isSetUpLater = $state(false);
  /** What is open over every page. */
  sheet = $state<'keys' | 'report' | null>(null);
  #pageDialogs = $state(0);
  #ready = $state(false);
  /** Something in the screen's own program failed; the log has the details. */
  isBroken = $state(false);

  /** @param language the one on the screen, which may differ from the store's */
  constructor(services: Services, machine: Machine, language: { readonly locale: string }) {
    this.#services = services;
    this.till = new TillState(services, machine);
    this.search = new Search(services, machine, (customerId) => this.desk.isOpen(customerId));
    services.on('customers.merged', ({ customerId }) => {
      if (this.desk.isOpen(customerId)) this.announcer.say(m.announce_merged());
    });
    this.desk = new Desk(services, machine, {
      moved: (update) => void this.#moved(update),
      viewed: (view) => this.search.follow(view),
    });
    this.updates = new UpdateList(services, machine);
    this.itPage = new ItPage(services);
    const formats = $derived.by(() => {
      const { locale = 'en', countryCode = 'GB', timeZone = 'UTC' } = this.till.info ?? {};
      return makeFormats(inLanguage(language.locale, locale), countryCode, timeZone);
    });
    this.formats = new Proxy(formats, { get: (_, name) => Reflect.get(formats, name) });
    services.on('app.findAsked', () => {
      this.#asked = 'yes';
    });
    let before = this.till.sync;
    services.on('sync.changed', (status) => {
      if (status.paused !== before.paused && status.paused !== null) {
        this.announcer.say(statusSentence(status) ?? m.announce_paused());
      } else if (status.connection.kind !== before.connection.kind && before.connection.kind !== 'untried') {
        if (status.connection.kind === 'offline') this.announcer.say(m.announce_offline());
        if (status.connection.kind === 'online') this.announcer.say(m.announce_online());
      }
      before = status;
    });
  }

  /** The page that fills the screen beside the search. */
  get place(): Place {
    const { page, form } = this.desk;
    if (!this.#ready) return 'starting';
    if (page !== 'till' && this.till.info?.secretNeeded === true && !this.#isSetUpLater) return 'set-up';
    return page === 'customer' && form === null ? 'home' : page;
  }

  /** When to show the customer that another program asked for. */
  get asked(): 'no' | 'now' | 'after-sign-in' {
    if (this.#asked === 'no' || ['starting', 'set-up'].includes(this.place)) return 'no';
    if (this.till.info?.staffRequired !== true || this.till.staff !== null) return 'now';
    return this.#asked === 'yes' ? 'after-sign-in' : 'no';
  }

  /** Searches for the customer that another program asked for. @returns the text; null if the request is gone */
  async takeAsked(): Promise<string | null> {
    this.#asked = 'no';
    const request = await this.#services.call('app.takeFind').catch(() => null);
    if (request !== null) this.search.find(request);
    return request?.text ?? null;
  }

  /** @throws {CallFailed} if the services do not answer at all */
  async start(): Promise<void> {
    await this.till.start();
    this.#ready = true;
  }

  leaveSetUp(): void {
    this.#isSetUpLater = true;
    this.desk.show('customer');
  }

  /**
   * A key other than Enter, or a press. What staff asked for earlier may still be shown, but opens nothing by itself
   * any more.
   */
  acted(): void {
    this.#acts += 1;
    this.till.active();
  }

  /** What Enter in the search opens: nobody if staff moved on before the answer came, or have to choose. */
  async enter(): Promise<Opened | null> {
    this.acted();
    return await this.openFound();
  }

  /** The same, but it does not count as an action of staff. */
  async openFound(): Promise<Opened | null> {
    const { turn } = this.desk;
    const acts = this.#acts;
    const option = await this.search.enter();
    if (option === null || turn !== this.desk.turn || acts !== this.#acts) return null;
    return await this.openOption(option);
  }

  async openOption(option: SearchOption): Promise<Opened> {
    if (option.kind === 'hit') return await this.desk.open(option.hit.customerId);
    if (option.kind === 'by-identifier') return await this.desk.openByIdentifier(option.identifier);
    const { customerId, identifier } = option.customer;
    return customerId === null ? await this.desk.openByIdentifier(identifier) : await this.desk.open(customerId);
  }

  /** Dialogs over the page, which would disappear with it. */
  get hasPageDialog(): boolean {
    return this.#pageDialogs > 0;
  }

  /** A dialog has opened over the page. @returns a function to call when it closes */
  pageDialog(): () => void {
    // The dialog calls this from an effect, which must not run again for its own write.
    untrack(() => {
      this.#pageDialogs += 1;
    });
    return () => {
      this.#pageDialogs -= 1;
    };
  }

  /** A part of the screen broke. The log learns where, never with what data. */
  broke(part: ScreenPart, error: unknown): void {
    if (part === 'elsewhere') this.isBroken = true;
    this.#faults += 1;
    if (this.#faults > mostFaults) return;
    this.#services.call('app.fault', { part, ...faultOf(error) }).catch(() => undefined);
  }

  /** Saves the open form and announces the result. False: it was not saved, and the form says why. */
  async save(): Promise<boolean> {
    const saved = await this.desk.save();
    if (saved === null) return false;
    const update = this.desk.form?.view.updates.find(({ updateId }) => updateId === saved.updateId);
    // An update that was answered meanwhile has been announced already.
    if (update?.state === 'applied' || update?.state === 'attention') return true;
    const { savedSentence } = await savedWords();
    this.announcer.say(savedSentence(update, this));
    return true;
  }

  async #moved(update: UpdateView): Promise<void> {
    const { movedSentence } = await savedWords();
    const sentence = movedSentence(update, this);
    if (sentence !== null) this.announcer.say(sentence);
  }
}

/** The store's own conventions in its own language; otherwise the language with the store's country. */
function inLanguage(shown: string, store: string): string {
  return shown.split('-')[0] === store.split('-')[0] ? store : shown;
}

/** Context key of `pageDialog`, which each dialog over the page calls. */
export const overPage = Symbol('over the page');

export const [useScreen, provideScreen] = createContext<Screen>();
