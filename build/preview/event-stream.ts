/** A till's events as server-sent events, numbered so that a page that lost its connection gets what it missed. */
import type { ServerResponse } from 'node:http';
import type { EventMessage } from '../../electron/ipc/schema.ts';

const keptEvents = 1000;

export class EventStream {
  readonly #pages = new Set<ServerResponse>();
  readonly #kept: { readonly number: number; readonly text: string }[] = [];
  #last = 0;

  /** Number of the newest event; 0 before the first. */
  get last(): number {
    return this.#last;
  }

  publish(message: EventMessage): void {
    this.#last += 1;
    const event = { number: this.#last, text: `id: ${this.#last}\ndata: ${JSON.stringify(message)}\n\n` };
    this.#kept.push(event);
    if (this.#kept.length > keptEvents) this.#kept.shift();
    for (const page of this.#pages) page.write(event.text);
  }

  /** Sends the events after the given number, then every new one. */
  attach(page: ServerResponse, after: number): void {
    page.write('retry: 500\n\n');
    for (const event of this.#kept) if (event.number > after) page.write(event.text);
    this.#pages.add(page);
    page.once('close', () => this.#pages.delete(page));
  }

  close(): void {
    for (const page of this.#pages) page.end();
    this.#pages.clear();
  }
}
