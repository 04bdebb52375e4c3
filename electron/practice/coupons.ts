/** Coupons for updating one's details. */

/** A customer gets a coupon after every this many applied updates. */
export const updatesPerCoupon = 3;

/** Deterministic for a customer and count. */
export function couponCode(userId: number, count: number): string {
  return `TS${(userId % 1_000_000).toString(36).toUpperCase().padStart(4, '0')}${String(count).padStart(2, '0')}`;
}
