/**
 * The log interface. Facts must be safe to send to support: ids of updates and requests, codes, counts, durations.
 * Never names, numbers, addresses or free text from the server.
 */
export type LogLevel = 'error' | 'warn' | 'info' | 'debug';
export type LogFacts = { readonly [key: string]: string | number | boolean | null };

export type Log = {
  /** `event` is a fixed phrase, such as `update sent`. */
  readonly write: (level: LogLevel, event: string, facts?: LogFacts) => void;
  /** Applies from the next line on. */
  readonly setLevel?: (level: LogLevel) => void;
};

export const silentLog: Log = { write: () => undefined };
