/** A state class with services that answer as the test says, and a clock that only moves when told. */

import type { Argument, CallName, EventName, Payload, Result } from '../../electron/ipc/schema.ts';
import type { CustomerView } from '../../electron/model/customer-view.ts';
import type { UpdateView } from '../../electron/model/update-view.ts';
import type { Services } from '../../renderer/bridge.ts';
import type { Machine } from '../../renderer/state/machine.ts';

/** A method, so that a test may omit an argument that the call always passes. */
type Answer<Name extends CallName> = {
  of(argument: Argument<Name> | undefined): Result<Name> | Promise<Result<Name>>;
}['of'];
type Answers = { [Name in CallName]?: Answer<Name> };
type Listeners = { [Name in EventName]?: ((payload: Payload<Name>) => void)[] };
type Asked = { readonly name: CallName; readonly argument: unknown };

export function services(answers: Answers) {
  const asked: Asked[] = [];
  const listeners: Listeners = {};
  const made: Services = {
    async call(name, argument) {
      asked.push({ name, argument });
      const answer: Answer<typeof name> | undefined = answers[name];
      if (answer === undefined) throw new Error(`nobody answers ${name}`);
      return await answer(argument);
    },
    on(name, listener) {
      const list: ((payload: Payload<typeof name>) => void)[] = listeners[name] ?? [];
      list.push(listener);
      Object.assign(listeners, { [name]: list });
      return () => undefined;
    },
  };
  return {
    services: made,
    asked,
    argumentsOf: (name: CallName) => asked.filter((call) => call.name === name).map((call) => call.argument),
    tell<Name extends EventName>(name: Name, payload: Payload<Name>): void {
      for (const listener of listeners[name] ?? []) listener(payload);
    },
  };
}

export function machine() {
  let nowMs = 1_700_000_000_000;
  let tokens = 0;
  let timers: { readonly atMs: number; readonly run: () => void }[] = [];
  const made: Machine = {
    nowMs: () => nowMs,
    after(delayMs, run) {
      const timer = { atMs: nowMs + delayMs, run };
      timers.push(timer);
      return () => {
        timers = timers.filter((other) => other !== timer);
      };
    },
    newToken() {
      tokens += 1;
      return `token-${tokens}`;
    },
  };
  return {
    machine: made,
    pass(ms: number): void {
      nowMs += ms;
      const due = timers.filter((timer) => timer.atMs <= nowMs);
      timers = timers.filter((timer) => timer.atMs > nowMs);
      for (const timer of due) timer.run();
    },
  };
}

/** A desk whose owner ignores its events. */
export const noNews = { moved: () => undefined, viewed: () => undefined };

/** Lets every answer that is ready arrive. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}

export function deferred<Value>() {
  const parts = Promise.withResolvers<Value>();
  return parts;
}

export function customer(over: Partial<CustomerView> = {}): CustomerView {
  const fields = { firstName: 'Rita', lastName: 'James', mobile: '447009000111', email: null, type: 'LOYALTY' };
  return {
    customerId: 7,
    identifier: { type: 'mobile', value: '447009000111' },
    fields,
    server: over.fields ?? fields,
    pending: [],
    masked: [],
    locks: { mobile: 'existing-identifier', type: 'already-loyalty' },
    loyalty: null,
    updatedOn: null,
    source: null,
    otherSubscriptions: [],
    userId: '343445382',
    asOfMs: 1_700_000_000_000,
    listedAsOfMs: null,
    updates: [],
    ...over,
  };
}

export function update(over: Partial<UpdateView> = {}): UpdateView {
  return {
    updateId: '00000000-0000-4000-8000-000000000001',
    customerId: 7,
    customerName: 'Rita James',
    kind: 'fields',
    state: 'queued',
    identifier: { type: 'mobile', value: '447009000111' },
    changes: [{ key: 'lastName', was: 'James', to: 'Jones' }],
    staff: null,
    savedAtMs: 1_700_000_000_000,
    settledAtMs: null,
    attempts: 0,
    reason: null,
    result: null,
    lastAnswer: null,
    putOffAtMs: null,
    doubleAward: null,
    discardReason: null,
    replacedBy: null,
    replaces: null,
    behindAnother: false,
    may: { edit: true, cancel: true, fix: false, discard: false, putOff: false },
    ...over,
  };
}
