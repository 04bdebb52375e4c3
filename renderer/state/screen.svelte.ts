import { createContext } from 'svelte';
import type { UpdateView } from '../../electron/model/update-view.ts';
import type { Services } from '../bridge.ts';
import { type Formats, makeFormats } from '../format/formats.ts';
import { m } from '../i18n/messages.ts';
import { broughtWords, reasonSentence } from '../words/outcome-words.ts';
import { statusSentence } from '../words/status-words.ts';
import { Announcer } from './announcer.svelte.ts';
import { Care } from './care.svelte.ts';
import { Desk } from './desk.svelte.ts';
import type { Machine } from './machine.ts';
import { Search } from './search.svelte.ts';
import { TillState } from './till.svelte.ts';
import { UpdateList } from './update-list.svelte.ts';

/** Everything behind the screen, made once and handed down. */
export class Screen {
  readonly till: TillState;
  readonly search: Search;
  readonly desk: Desk;
  readonly updates: UpdateList;
  readonly care: Care;
  readonly announcer = new Announcer();
  readonly #formats: Formats;

  /** @param language the one that is shown, which may be another than the store's */
  constructor(services: Services, machine: Machine, language: { readonly locale: string }) {
    this.till = new TillState(services, machine);
    this.search = new Search(services, machine);
    services.on('customers.merged', ({ customerId }) => {
      if (this.desk.isOpen(customerId)) this.announcer.say(m.announce_merged());
    });
    this.desk = new Desk(services, machine, (update) => this.#moved(update));
    this.updates = new UpdateList(services, machine);
    this.care = new Care(services);
    this.#formats = $derived(
      makeFormats(
        inLanguage(language.locale, this.till.info?.locale ?? 'en'),
        this.till.info?.countryCode ?? 'GB',
        this.till.info?.timeZone ?? 'UTC',
      ),
    );
    services.on('customers.changed', () => void this.search.refresh());
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

  get formats(): Formats {
    return this.#formats;
  }

  /** Saves the open form and says what became of it. False: it was not saved, and the form says why. */
  async save(): Promise<boolean> {
    const saved = await this.desk.save();
    if (saved === null) return false;
    const update = this.desk.form?.view.updates.find(({ updateId }) => updateId === saved.updateId);
    // One that was answered meanwhile has been told of already.
    if (update?.state !== 'applied' && update?.state !== 'attention') this.announcer.say(this.savedSentence(update));
    return true;
  }

  /** What became of a saved change; without its update, what will become of it as things stand. */
  savedSentence(update: UpdateView | undefined): string {
    switch (update?.state) {
      case 'applied': {
        const brought = this.#formats.list(broughtWords(update, this.#formats));
        return brought === '' ? m.announce_sent_plain() : m.announce_sent({ brought });
      }
      case 'attention':
        return update.reason === null ? m.fate_needs_you() : reasonSentence(update.reason, this.till.org);
      case 'unknown':
        return m.save_done_checking();
      case 'cancelled':
        return m.fate_cancelled();
      case 'discarded':
        return m.fate_discarded();
      case 'sending':
        return m.save_done_sending();
      case 'queued':
      case undefined: {
        const { paused, connection } = this.till.sync;
        if (paused !== null) return m.save_done_paused();
        return connection.kind === 'offline' ? m.save_done_offline() : m.save_done_online();
      }
    }
  }

  #moved(update: UpdateView): void {
    if (update.state === 'applied') this.announcer.say(this.savedSentence(update));
    if (update.state === 'attention' && update.reason !== null) {
      const sentence = reasonSentence(update.reason, this.till.org);
      this.announcer.say(m.announce_needs_you({ customer: update.customerName, sentence }));
    }
  }
}

/** The store's own manner where its language is shown; else the language in the store's country. */
function inLanguage(shown: string, store: string): string {
  return shown.split('-')[0] === store.split('-')[0] ? store : shown;
}

export const [useScreen, provideScreen] = createContext<Screen>();
