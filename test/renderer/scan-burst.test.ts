import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { noFraming, type ReaderFraming } from '../../electron/model/scan-framing.ts';
import { ScanBurst } from '../../renderer/state/scan-burst.ts';

/** Types characters with these gaps before each, then ends after the last gap. */
function typed(
  burst: ScanBurst,
  characters: string,
  gaps: readonly number[],
  endMs: number,
  fromMs = 1000,
): string | null {
  let atMs = fromMs;
  [...characters].forEach((character, index) => {
    atMs += gaps[index % gaps.length] ?? 0;
    burst.add(character, atMs);
  });
  return burst.end(atMs + endMs)?.read ?? null;
}
const reader = (framing: ReaderFraming = noFraming) => new ScanBurst(() => framing);

describe('a card reader is told apart from a person', () => {
  it('by keys a few milliseconds apart, ended by a key just as close', () => {
    assert.equal(typed(reader(), 'RJ-1001', [4], 4), 'RJ-1001');
    assert.equal(typed(reader(), '919845012345', [1, 9, 3], 12), '919845012345');
    assert.equal(typed(reader(), 'rita@example.com', [6], 6), 'rita@example.com');
  });

  it('also a short code, if every key comes that close, whatever was typed before', () => {
    for (const code of ['1001', '12345', 'A123', 'rj-9', 'x 42']) {
      assert.equal(typed(reader(), code, [4], 4), code);
      const burst = reader();
      [...'James'].forEach((character, index) => {
        burst.add(character, index * 140);
      });
      assert.equal(typed(burst, code, [200, 4, 4, 4, 4], 4, 4 * 140), code);
      assert.equal(typed(reader(), code, [4, 4, 60], 4), null, 'a key of a person');
      assert.equal(typed(reader(), code, [4], 80), null, "a person's Enter");
    }
  });

  it('even if the machine is busy for a moment in the middle', () => {
    assert.equal(typed(reader(), 'DN-1004', [5, 5, 5, 90, 5, 5, 5], 5), 'DN-1004');
    for (let at = 1; at < 16; at += 1) {
      const gaps = Array.from({ length: 16 }, (_, index) => (index === at ? 400 : 5));
      assert.equal(typed(reader(), '6035001234567890', gaps, 5), '6035001234567890', `a break before character ${at}`);
    }
    assert.equal(typed(reader(), 'DN-1004', [5, 5, 5, 400, 5, 5, 5], 5), 'DN-1004');
    assert.equal(
      typed(reader(), '6035001234567890', [5, 5, 5, 5, 5, 5, 5, 5, 400, 5, 5, 5, 5, 5, 5, 5], 5),
      '6035001234567890',
    );
  });

  it('never when somebody types, however fast', () => {
    const humanGaps = fc.array(fc.integer({ min: 65, max: 400 }), { minLength: 4, maxLength: 30 });
    fc.assert(
      fc.property(
        humanGaps,
        fc.string({ minLength: 4, maxLength: 30 }),
        fc.integer({ min: 1, max: 400 }),
        (gaps, text, end) => {
          assert.equal(typed(reader(), text, gaps, end), null);
        },
      ),
    );
  });

  it('always when a reader types, whatever came before', () => {
    const gaps = fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 6, maxLength: 30 });
    const humanGap = fc.integer({ min: 65, max: 600 });
    const code = fc.stringMatching(/^[A-Z0-9-]{6,20}$/);
    fc.assert(
      fc.property(
        fc.string({ minLength: 2, maxLength: 20 }),
        humanGap,
        code,
        gaps,
        (before, gapMs, scanned, between) => {
          const burst = reader();
          [...before].forEach((character, index) => {
            burst.add(character, index * gapMs);
          });
          // A person picks the reader up first, and that takes a moment.
          assert.equal(typed(burst, scanned, [200, ...between], 5, [...before].length * gapMs), scanned);
        },
      ),
    );
  });

  it('two cards in a row are two scans', () => {
    const burst = reader();
    assert.equal(typed(burst, 'RJ-1001', [4], 4), 'RJ-1001');
    assert.equal(typed(burst, 'DN-1004', [4], 4), 'DN-1004');
  });

  it('a few quick letters, a word in small letters and a late end are typing', () => {
    assert.equal(typed(reader(), 'Anita', [2], 2), null);
    assert.equal(typed(reader(), 'jameson', [2], 2), null);
    assert.equal(typed(reader(), 'RJ-1001', [4], 600), null);
  });

  it('by the prefix and suffix that IT configured, even for a slower reader', () => {
    const framing = { prefix: '~', suffix: '#' };
    assert.equal(typed(reader(framing), '~RJ-1001', [60], 60), '~RJ-1001');
    assert.equal(typed(reader(framing), '~1001', [60], 60), '~1001');
    assert.equal(typed(reader(framing), '~10', [60], 60), null);
    const burst = reader(framing);
    const ends = [...'~RJ-1001#'].map((character, index) => {
      burst.add(character, 1000 + index * 4);
      return burst.ended()?.read ?? null;
    });
    assert.equal(ends.at(-1), '~RJ-1001#');
    assert.deepEqual(
      ends.slice(0, -1).filter((end) => end !== null),
      [],
    );
  });

  it('a slow reader is recognised by its even pace once it has typed into the search; a person is not', () => {
    const slow = reader();
    assert.equal(typed(slow, '6035001234567890', [58, 62, 60], 60), null);
    [...'6035001234567890'].forEach((character, index) => {
      slow.add(character, 10_000 + index * 60);
    });
    assert.equal(slow.learn(), true);
    slow.end(20_000);
    assert.equal(typed(slow, '6035001234567890', [58, 62, 60], 60), '6035001234567890');
    assert.equal(
      typed(new ScanBurst(() => noFraming, slow.learnedMs), 'RJ-1001', [60], 60),
      'RJ-1001',
      'over a restart',
    );

    assert.equal(typed(slow, '1234', [70], 70, 30_000), null, "a person's short number");
    assert.equal(typed(slow, '1234', [4], 4, 40_000), '1234');

    const person = reader();
    [...'6035001234567890'].forEach((character, index) => {
      person.add(character, 10_000 + index * 90 + (index % 3) * 25);
    });
    assert.equal(person.learn(), false);
  });
});
