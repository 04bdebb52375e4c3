/** The coupons that completing one's details brings. */

/** A coupon comes with every so many applied updates of the same customer. */
export const updatesPerCoupon = 3;

/** Always the same for the same customer and count. */
export function couponCode(userId: number, count: number): string {
  return `TS${(userId % 1_000_000).toString(36).toUpperCase().padStart(4, '0')}${String(count).padStart(2, '0')}`;
}
