/**
 * The one wrapper round every call from the screen: who asks, what is asked, whether the argument is what the call
 * takes, and an answer in an envelope whatever happens. The desktop app and the preview both put their wire in front of
 * this; no handler is reached any other way.
 */
import type { z } from 'zod';
import type { AuditAction } from '../care/audit-log.ts';
import { faultFacts } from '../machine/fault-facts.ts';
import type { Log } from '../machine/log.ts';
import {
  adminCalls,
  type CallError,
  type CallName,
  calls,
  type Envelope,
  type Handlers,
  type Parsed,
  type Result,
} from './schema.ts';

export type Dispatcher<Sender> = {
  /** Never rejects. `name` and `argument` are whatever came in. */
  readonly dispatch: (sender: Sender, name: unknown, argument: unknown) => Promise<Envelope<unknown>>;
  /** From now on every call, also one whose handler still runs and then fails, is answered with `closing`. */
  readonly close: () => void;
};

export type DispatcherOptions<Sender> = {
  /** Asked for each call: a till that could not be opened answers fewer of them. */
  readonly handlers: () => Partial<Handlers>;
  /** Whether the asker is our own screen. */
  readonly allows: (sender: Sender) => boolean;
  /** Asked before a call that is IT's alone, and notes it; false: nothing happens. */
  readonly admits: (action: AuditAction) => boolean;
  readonly log: Log;
};

/** The calls' parsers with the type of what they parse to, call by call. */
const parsers: { readonly [Name in CallName]: { readonly argument: z.ZodType<Parsed<Name>> } } = calls;

function isCallName(name: unknown): name is CallName {
  return typeof name === 'string' && Object.hasOwn(calls, name);
}

function refusal(code: CallError['code'], message: string): { readonly error: CallError } {
  return { error: { code, message } };
}

/** What is wrong with an argument, by place and kind. Values, and keys that somebody typed, stay out of it. */
function problems(error: z.ZodError): string {
  return error.issues.map((issue) => `${issue.path.slice(0, 2).map(String).join('.')} ${issue.code}`.trim()).join(', ');
}

export function createDispatcher<Sender>({
  handlers,
  allows,
  admits,
  log,
}: DispatcherOptions<Sender>): Dispatcher<Sender> {
  let closing = false;

  async function answer<Name extends CallName>(name: Name, raw: unknown): Promise<Envelope<Result<Name>>> {
    const parsed = parsers[name].argument.safeParse(raw);
    if (!parsed.success) {
      log.write('warn', 'call refused', { call: name, why: 'bad-argument' });
      return refusal('bad-argument', `${name}: ${problems(parsed.error)}`);
    }
    const handler: ((argument: Parsed<Name>) => Result<Name> | Promise<Result<Name>>) | undefined = handlers()[name];
    if (handler === undefined) return refusal('not-open', 'the till could not be opened');
    const action = adminCalls[name];
    if (action !== undefined && !admits(action)) return refusal('admin-required', `${name} is for IT`);
    return { ok: await handler(parsed.data) };
  }

  return {
    async dispatch(sender, name, argument) {
      if (!allows(sender)) {
        log.write('warn', 'call refused', { why: 'not-allowed' });
        return refusal('not-allowed', 'this page may not call the till');
      }
      if (closing) return refusal('closing', 'Tillside is closing');
      if (!isCallName(name)) {
        log.write('warn', 'call refused', { why: 'unknown-call' });
        return refusal('unknown-call', 'there is no such call');
      }
      try {
        return await answer(name, argument);
      } catch (error) {
        if (closing) return refusal('closing', 'Tillside is closing');
        log.write('error', 'call failed', { call: name, ...faultFacts(error) });
        return refusal('internal', `${name} failed`);
      }
    },
    close() {
      closing = true;
    },
  };
}
