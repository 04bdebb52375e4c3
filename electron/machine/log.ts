/**
 * What the services say about themselves. Facts are plain values that are safe to send to support: ids of updates and
 * requests, codes, counts, durations. Never a name, a number, an address or a server's free text.
 */
export type LogLevel = 'error' | 'warn' | 'info' | 'debug';
export type LogFacts = { readonly [key: string]: string | number | boolean | null };

export type Log = {
  /** `event` is a fixed phrase in words, such as `update sent`. */
  readonly write: (level: LogLevel, event: string, facts?: LogFacts) => void;
  /** From the next line on; IT may ask for more while a till is open. */
  readonly setLevel?: (level: LogLevel) => void;
};

export const silentLog: Log = { write: () => undefined };
