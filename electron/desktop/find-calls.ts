/** Receives `tillside://find?…` from the platform and keeps it until the till is open. */
import path from 'node:path';
import type { App } from 'electron';
import { desktopArguments } from '../command-line/desktop-arguments.ts';
import { findScheme } from '../model/find-address.ts';

/** What a second start passes to the first. Longer addresses are refused anyway. */
export type FromSecond = { readonly address: string | null };
const longestHandedOver = 4000;

export function messageToFirst(address: string | null): FromSecond {
  return { address: address?.slice(0, longestHandedOver) ?? null };
}

function addressFrom(handedOver: unknown): string | null {
  const address: unknown =
    typeof handedOver === 'object' && handedOver !== null ? Reflect.get(handedOver, 'address') : null;
  return typeof address === 'string' ? address : null;
}

/** If several addresses come before the till is open, the last one counts. */
export class FindCalls {
  #take: ((address: string) => void) | null = null;
  #waiting: string | null;

  /** @param first the address in this start's arguments */
  constructor(app: Pick<App, 'on'>, first: string | null) {
    this.#waiting = first;
    // macOS only, possibly before the app is ready.
    app.on('open-url', (event, url) => {
      event.preventDefault();
      this.#ask(url);
    });
    app.on('second-instance', (_event, _argv, _folder, handedOver) => {
      const address = addressFrom(handedOver);
      if (address !== null) this.#ask(address);
    });
  }

  #ask(address: string): void {
    if (this.#take === null) this.#waiting = address;
    else this.#take(address);
  }

  deliverTo(take: (address: string) => void): void {
    this.#take = take;
    if (this.#waiting !== null) take(this.#waiting);
    this.#waiting = null;
  }
}

/**
 * Registers the address scheme for this till, with its config and data. On Linux the package's desktop entry does.
 */
export function claimAddresses(
  app: Pick<App, 'isPackaged' | 'setAsDefaultProtocolClient'>,
  platform: NodeJS.Platform,
  argv: readonly string[],
): void {
  if (!app.isPackaged || platform === 'linux') return;
  const { config, data } = desktopArguments(argv);
  const own = [
    ...(config === undefined ? [] : ['--config', path.resolve(config)]),
    ...(data === undefined ? [] : ['--data', path.resolve(data)]),
  ];
  // Nothing after "--" is read as a switch, whatever a page puts into the address.
  app.setAsDefaultProtocolClient(findScheme, process.execPath, [...own, '--']);
}
