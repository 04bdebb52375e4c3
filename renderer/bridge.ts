/**
 * The screen's only way to the services. Everything else gets `Services`; only this file knows `window.till` and the
 * envelope around answers.
 */
import type { Argument, Bridge, CallError, CallName, EventName, Payload, Result } from '../electron/ipc/schema.ts';

declare global {
  interface Window {
    readonly till?: Bridge;
  }
}

/** The services did not answer a call: a bug, or the program is closing. Says nothing about the customer. */
export class CallFailed extends Error {
  readonly code: CallError['code'] | 'no-answer';
  constructor(code: CallFailed['code'], message: string) {
    super(message);
    this.code = code;
  }
}

/** @returns null if the services did not answer; any other failure is a bug */
export async function answerOf<Value>(call: Promise<Value>): Promise<{ readonly value: Value } | null> {
  try {
    return { value: await call };
  } catch (error) {
    if (!(error instanceof CallFailed)) throw error;
    return null;
  }
}

export type Services = {
  /** @throws {CallFailed} */
  readonly call: <Name extends CallName>(name: Name, argument?: Argument<Name>) => Promise<Result<Name>>;
  /** Returns a function that stops listening. */
  readonly on: <Name extends EventName>(name: Name, listener: (payload: Payload<Name>) => void) => () => void;
};

/** Asks for somebody who may do IT's work; false: nobody came. */
export type AskForAdmin = (services: Services) => Promise<boolean>;

function servicesOf(bridge: Bridge, askForAdmin: AskForAdmin = async () => false): Services {
  const services: Services = {
    async call(name, argument) {
      const envelope = await bridge.call(name, argument).catch((reason: unknown) => {
        throw new CallFailed('no-answer', String(reason));
      });
      const isForAdmin = 'error' in envelope && envelope.error.code === 'admin-required';
      if (isForAdmin && (await askForAdmin(services))) return services.call(name, argument);
      if ('error' in envelope) throw new CallFailed(envelope.error.code, envelope.error.message);
      return envelope.ok;
    },
    on: (name, listener) => bridge.on(name, listener),
  };
  return services;
}

/** @returns null if the page was opened without its program, such as in a bare browser */
export function servicesOfWindow(askForAdmin: AskForAdmin): Services | null {
  return window.till === undefined ? null : servicesOf(window.till, askForAdmin);
}
