/** Simulated faults between a till and the practice server. */
import { z } from 'zod';
import { practiceFaults } from './practice-state.ts';

/**
 * | kind | the request | what the till sees |
 * | --- | --- | --- |
 * | slow | applied | the answer after `delayMs` |
 * | drop-reply | applied | the connection ends without an answer, which risks a double award |
 * | drop-before | not applied | the same |
 * | truncated | applied | a complete HTTP answer with half the JSON |
 * | hang | not applied | nothing, ever |
 * | busy | not applied | 429 with `Retry-After` (or HTTP 200 and `code` in the body, with `inBody`) |
 * | server-error | not applied | 500 with an HTML page |
 * | captive-portal | not applied | 200 with an HTML page, or 302 with `redirect`; no `X-Cap-Requestid` |
 * | refuse | not applied | HTTP 200, the item fails with `code` |
 * | credentials | not applied | 401 (HTTP 200 and 401 in the body with `inBody`) |
 * | permission | not applied | 403 (likewise) |
 */
export const faultKinds = [...practiceFaults, 'drop-before', 'truncated', 'hang', 'permission'] as const;
export type FaultKind = (typeof faultKinds)[number];

export const endpoints = [
  'customer/update',
  'customer/update_identity',
  'customer/get',
  'customer/transactions',
  'store/login',
  'store/staff',
  'organization/configs',
  'organization/customfields',
  'extendedFields',
  'oauth/token',
] as const;
export type Endpoint = (typeof endpoints)[number];

export const faultOptionsSchema = z
  .strictObject({
    /** How many requests it affects; without it, until it is removed. */
    times: z.number().int().positive(),
    customerId: z.number().int(),
    /** Default: only `customer/update` for `drop-reply` and `refuse` (so that the till can read back), else all. */
    endpoint: z.enum(endpoints),
    delayMs: z.number().nonnegative(),
    retryAfterSeconds: z.number().int().nonnegative(),
    code: z.number().int(),
    message: z.string(),
    inBody: z.boolean(),
    redirect: z.boolean(),
  })
  .partial()
  .readonly();
export type FaultOptions = z.infer<typeof faultOptionsSchema>;

export type Fault = FaultOptions & { readonly kind: FaultKind };

/** The properties of a request that faults and holds can match. */
export type RequestTarget = { readonly endpoint: Endpoint; readonly customerId: number | null };

export function matches(
  filter: { readonly customerId?: number; readonly endpoint?: Endpoint },
  request: RequestTarget,
): boolean {
  return (
    (filter.customerId === undefined || filter.customerId === request.customerId) &&
    (filter.endpoint === undefined || filter.endpoint === request.endpoint)
  );
}

const updatesOnly: ReadonlySet<FaultKind> = new Set(['drop-reply', 'refuse']);

/** The active faults, in the order they were set; the first that matches a request applies. */
export class Faults {
  #inForce: { readonly fault: Fault; left: number }[] = [];

  /** The first active fault, for the practice bar. */
  get current(): FaultKind {
    return this.#inForce[0]?.fault.kind ?? 'none';
  }

  clear(): void {
    this.#inForce = [];
  }

  add(kind: FaultKind, options: FaultOptions): void {
    if (kind === 'none') return;
    const endpoint = options.endpoint ?? (updatesOnly.has(kind) ? 'customer/update' : undefined);
    const fault: Fault = { ...options, kind, ...(endpoint === undefined ? {} : { endpoint }) };
    this.#inForce.push({ fault, left: options.times ?? Number.POSITIVE_INFINITY });
  }

  /** @returns the fault for this request, and counts it */
  take(request: RequestTarget): Fault | null {
    const found = this.#inForce.find(({ fault }) => matches(fault, request));
    if (found === undefined) return null;
    found.left -= 1;
    if (found.left <= 0) this.#inForce = this.#inForce.filter((one) => one !== found);
    return found.fault;
  }
}
