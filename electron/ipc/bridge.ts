/**
 * The API on `window.till`: one function to call and one to listen, with one channel each. The screen never gets access
 * to `ipcRenderer`. Only types are imported from the schema, so that the preload's bundle contains no parsers.
 */
import { callChannel, eventChannel } from './channels.ts';
import { createEvents } from './events.ts';
import type { Bridge } from './schema.ts';

/** The part of `ipcRenderer` that the bridge needs. */
export type Wire = {
  // biome-ignore lint/suspicious/noExplicitAny: what Electron's own types say; main answers with the schema's envelope
  readonly invoke: (channel: string, ...args: unknown[]) => Promise<any>;
  // biome-ignore lint/suspicious/noExplicitAny: as above
  readonly on: (channel: string, listener: (event: unknown, ...args: any[]) => void) => unknown;
};

export function createBridge(wire: Wire): Bridge {
  // biome-ignore lint/suspicious/noExplicitAny: what came over the wire is one of the schema's messages
  const { emit, subscribe } = createEvents<any>();
  // A single permanent listener on the channel; the screen's listeners come and go here.
  wire.on(eventChannel, (_event, message) => emit(message));
  return {
    call: (name, argument) => wire.invoke(callChannel, name, argument),
    on(name, listener) {
      return subscribe((message) => {
        if (message.name === name) listener(message.payload);
      });
    },
  };
}
