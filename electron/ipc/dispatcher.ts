/**
 * The wrapper of every call from the screen: checks the sender, the call and its argument, and always returns an
 * envelope. Both the desktop app and the preview go through it; there is no other way to a handler.
 */
import type { z } from 'zod';
import type { AuditAction, AuditEnd } from '../care/audit-log.ts';
import { faultFacts } from '../machine/fault-facts.ts';
import type { Log } from '../machine/log.ts';
import { adminCalls, type ImportRunning } from './admin-calls.ts';
import {
  type CallError,
  type CallName,
  calls,
  type Envelope,
  type Handlers,
  type Parsed,
  type Result,
} from './schema.ts';

export type Dispatcher<Sender> = {
  /** Never rejects. `name` and `argument` are unchecked. */
  readonly dispatch: (sender: Sender, name: unknown, argument: unknown) => Promise<Envelope<unknown>>;
  /** From now on every call is answered with `closing`, even one whose handler is still running and then fails. */
  readonly close: () => void;
};

export type DispatcherOptions<Sender> = {
  /** Called for each request, because a till that could not be opened has fewer handlers. */
  readonly handlers: () => Partial<Handlers>;
  /** Whether the sender is our own screen. */
  readonly allows: (sender: Sender) => boolean;
  /** Checks and logs a call that only IT may make; null: it is refused. Otherwise call the result with how it ended. */
  readonly begin: (action: AuditAction) => ((end: AuditEnd | ImportRunning) => void) | null;
  readonly log: Log;
};

/** The parser of each call, with its result type. */
const parsers: { readonly [Name in CallName]: { readonly argument: z.ZodType<Parsed<Name>> } } = calls;

function isCallName(name: unknown): name is CallName {
  return typeof name === 'string' && Object.hasOwn(calls, name);
}

function refusal(code: CallError['code'], message: string): { readonly error: CallError } {
  return { error: { code, message } };
}

/** The problems of an argument, by place and kind, without values or typed keys. */
function problems(error: z.ZodError): string {
  return error.issues.map((issue) => `${issue.path.slice(0, 2).map(String).join('.')} ${issue.code}`.trim()).join(', ');
}

export function createDispatcher<Sender>({
  handlers,
  allows,
  begin,
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
    const guarded = adminCalls[name];
    if (guarded === undefined) return { ok: await handler(parsed.data) };
    const end = begin(guarded.action);
    if (end === null) return refusal('admin-required', `${name} is for IT`);
    try {
      const result = await handler(parsed.data);
      end(guarded.ended(result, parsed.data));
      return { ok: result };
    } catch (error) {
      end({ outcome: 'failed', code: closing ? 'closing' : 'internal' });
      throw error;
    }
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
