type Rows = {
  readonly total: () => number;
  /** The height of each row. */
  readonly rowPx: number;
  /** One row may be higher than the others: which one, and by how much. */
  readonly higher?: () => { readonly index: number; readonly byPx: number };
};

/** Rows made before they come into view, so that scrolling shows no gap. */
const spare = 6;

/**
 * The rows of a long list that are in view: only those are made, each at its place. The list has the height of all its
 * rows, and its scroll container needs a height of its own.
 */
export class RowsInView {
  readonly #rows: Rows;
  #scroller: HTMLElement | null = null;
  #seen = $state.raw({ fromPx: 0, px: 700 });

  constructor(rows: Rows) {
    this.#rows = rows;
  }

  /** Attached to what scrolls. */
  readonly scroller = (element: HTMLElement): (() => void) => {
    this.#scroller = element;
    const look = () => {
      this.#seen = { fromPx: element.scrollTop, px: element.clientHeight };
    };
    const sizes = new ResizeObserver(look);
    sizes.observe(element);
    element.addEventListener('scroll', look);
    return () => sizes.disconnect();
  };

  /** The places of the rows to make. */
  readonly places: readonly number[] = $derived.by(() => {
    const { total, rowPx, higher } = this.#rows;
    const { fromPx, px } = this.#seen;
    const first = Math.max(0, Math.floor((fromPx - (higher?.().byPx ?? 0)) / rowPx) - spare);
    const end = Math.min(total(), Math.ceil((fromPx + px) / rowPx) + spare);
    return Array.from({ length: Math.max(0, end - first) }, (_, index) => first + index);
  });

  /** The top of a row; that of the row after the last one is the height of the whole list. */
  topPx(index: number): number {
    const { rowPx, higher } = this.#rows;
    const row = higher?.();
    return index * rowPx + (row !== undefined && index > row.index ? row.byPx : 0);
  }

  /** What tells a row's place, to the eye and to a screen reader. */
  at(index: number) {
    const style = `inset-block-start: ${this.topPx(index)}px; min-block-size: ${this.#rows.rowPx}px`;
    return { style, 'aria-setsize': this.#rows.total(), 'aria-posinset': index + 1 };
  }

  /** Scrolls no further than a row needs to be seen whole. */
  reveal(index: number): void {
    const list = this.#scroller;
    if (list === null || index < 0) return;
    const top = this.topPx(index);
    list.scrollTop = Math.min(top, Math.max(list.scrollTop, top + this.#rows.rowPx - list.clientHeight));
  }
}
