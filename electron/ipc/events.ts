/** Events from the services to the screen. */
export type Events<Message> = {
  readonly emit: (message: Message) => void;
  /** Returns a function that stops listening. */
  readonly subscribe: (listener: (message: Message) => void) => () => void;
  /** Removes all listeners. */
  readonly silence: () => void;
};

export function createEvents<Message>(): Events<Message> {
  const listeners = new Set<(message: Message) => void>();
  return {
    emit: (message) => {
      for (const listener of [...listeners]) listener(message);
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    silence: () => listeners.clear(),
  };
}
