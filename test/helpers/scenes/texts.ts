/** What is written on the screen, and whether it can be read. */
import type { Page } from 'playwright';

export type WrittenText = {
  readonly text: string;
  /** A name, a value, a language in its own words: text that no message contains. */
  readonly isData: boolean;
  /** The element that shows it, for the report. */
  readonly where: string;
  /** What cuts it off, if anything does. */
  readonly cutBy: string | null;
};

/** Every visible text and every accessible name, except the words on keys. */
export async function textsOn(page: Page): Promise<WrittenText[]> {
  return await page.evaluate(() => {
    const nameOf = (element: Element) =>
      `${element.tagName.toLowerCase()}${element.id === '' ? '' : `#${element.id}`}.${[...element.classList].join('.')}`;
    const isHidden = (element: Element) => {
      for (let up: Element | null = element; up !== null; up = up.parentElement) {
        // For screen readers only.
        if (getComputedStyle(up).clipPath !== 'none') return true;
      }
      return !element.checkVisibility({ visibilityProperty: true });
    };

    /** The first ancestor whose edge the text crosses and that cannot scroll it into view. */
    const cutterOf = (text: Text, parent: Element): string | null => {
      const range = document.createRange();
      range.selectNodeContents(text);
      const rects = [...range.getClientRects()].filter((rect) => rect.width > 1);
      const left = Math.min(...rects.map((rect) => rect.left));
      const right = Math.max(...rects.map((rect) => rect.right));
      const top = Math.min(...rects.map((rect) => rect.top));
      const bottom = Math.max(...rects.map((rect) => rect.bottom));
      if (rects.length === 0) return null;
      let [cutX, cutY] = [true, true];
      for (let up: Element | null = parent; up !== null; up = up.parentElement) {
        const { overflowX, overflowY, display, position } = getComputedStyle(up);
        const box = up.getBoundingClientRect();
        const scrollsX = ['auto', 'scroll'].includes(overflowX);
        const scrollsY = ['auto', 'scroll'].includes(overflowY);
        const clips = overflowX !== 'visible' || up === parent || up.matches('button');
        // A line box is a little higher than its letters, so a pixel or two are no loss.
        if (cutX && clips && display !== 'inline' && (left < box.left - 1 || right > box.right + 1)) return nameOf(up);
        if (cutY && overflowY !== 'visible' && !scrollsY && (top < box.top - 3 || bottom > box.bottom + 3))
          return nameOf(up);
        if (scrollsX && up.scrollWidth > up.clientWidth) cutX = false;
        if (scrollsY) cutY = false;
        if (position === 'fixed') return null;
      }
      return left < -1 || right > innerWidth + 1 ? 'the window' : null;
    };

    const found: WrittenText[] = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
      const parent = node.parentElement;
      const text = node.textContent?.trim() ?? '';
      if (!(node instanceof Text) || parent === null || text === '' || parent.closest('script, style, kbd') !== null)
        continue;
      const isData = parent.closest('bdi, body [lang]') !== null;
      found.push({ text, isData, where: nameOf(parent), cutBy: isHidden(parent) ? null : cutterOf(node, parent) });
    }
    for (const element of document.querySelectorAll(
      '[aria-label], [title], [placeholder], [alt], [aria-description]',
    )) {
      for (const name of ['aria-label', 'title', 'placeholder', 'alt', 'aria-description']) {
        const text = element.getAttribute(name)?.trim() ?? '';
        if (text !== '') found.push({ text, isData: false, where: `${nameOf(element)} ${name}`, cutBy: null });
      }
    }
    return found;
  });
}

/** Phone numbers and paths whose parts are shown in another order than they are written. */
export async function turnedAround(page: Page): Promise<string[]> {
  return await page.evaluate(() => {
    const found: string[] = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
      const text = node;
      if (!text.parentElement?.checkVisibility({ visibilityProperty: true })) continue;
      const written = (text.textContent ?? '').matchAll(/\+\d[\d ]{5,}\d|\/[\w.-]+(?:\/[\w.-]+)+/g);
      for (const { 0: whole, index } of written) {
        const places = Array.from(whole, (_, at) => {
          const range = document.createRange();
          range.setStart(text, index + at);
          range.setEnd(text, index + at + 1);
          return range.getBoundingClientRect();
        });
        const isTurned = places.some((one, at) => {
          const next = places[at + 1];
          return next !== undefined && next.width > 0 && one.top === next.top && next.left < one.left;
        });
        if (isTurned) found.push(whole);
      }
    }
    for (const field of document.querySelectorAll<HTMLInputElement>('input')) {
      if (/^[+/]/.test(field.value) && getComputedStyle(field).direction === 'rtl') found.push(field.value);
    }
    return found;
  });
}
