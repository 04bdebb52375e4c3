/** Whether everything on the screen can be hit with a finger. */
import type { Page } from 'playwright';

const leastPx = 44;

/** A line for each target smaller than a finger. */
export async function smallTargets(page: Page): Promise<string[]> {
  return await page.evaluate((least) => {
    const targets = 'button, a, select, textarea, input:not([readonly]), [role="option"]';
    return [...document.querySelectorAll(targets)]
      .filter((target) => target.checkVisibility({ visibilityProperty: true }) && !target.matches('.sr-only'))
      .flatMap((target) => {
        // A control is as large as the label or area around it that also takes the touch.
        const ground = target.matches('[type="radio"], [type="checkbox"]')
          ? (target.closest('label') ?? target)
          : target;
        const { width, height } = ground.getBoundingClientRect();
        const around = getComputedStyle(target, '::after');
        const [wide, high] =
          around.content === 'none'
            ? [width, height]
            : [Number.parseFloat(around.width), Number.parseFloat(around.height)];
        const name = target.id || target.className || target.textContent;
        // Half a pixel is the rounding of a scaled screen.
        return wide < least - 0.5 || high < least - 0.5 ? [`${name}: ${Math.round(wide)} x ${Math.round(high)}`] : [];
      });
  }, leastPx);
}

/** Fields that are hidden, wholly or partly, while focused. */
export async function hiddenFields(page: Page): Promise<string[]> {
  return await page.evaluate(() => {
    const fields = document.querySelectorAll<HTMLElement>(
      'input:not([type="radio"]):not([type="checkbox"]):not([readonly]), textarea, select',
    );
    return [...fields]
      .filter((field) => field.checkVisibility({ visibilityProperty: true }))
      .flatMap((field) => {
        field.focus();
        const { top, bottom, left, width, height } = field.getBoundingClientRect();
        const whole = top >= 0 && bottom <= innerHeight;
        const seen = [top + 4, bottom - 4].every((y) => {
          const there = document.elementFromPoint(left + width / 2, y);
          return there === field || (there !== null && field.contains(there));
        });
        return whole && seen
          ? []
          : [`${field.id}: ${Math.round(top)} to ${Math.round(top + height)} of ${innerHeight}`];
      });
  });
}
