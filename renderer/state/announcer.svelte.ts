/** What a screen reader hears without being asked. The same sentence twice is heard twice. */
export class Announcer {
  #text = $state('');
  #count = 0;

  get text(): string {
    return this.#text;
  }

  say(sentence: string): void {
    this.#count += 1;
    // A no-break space that comes and goes makes the region change, and is not spoken.
    this.#text = this.#count % 2 === 0 ? sentence : `${sentence}\u00a0`;
  }
}
