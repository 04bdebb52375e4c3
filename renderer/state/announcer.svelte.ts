/** Sentences in the live region at once: enough that each is spoken before it goes. */
const kept = 8;

/** What a screen reader announces: one sentence after another, none over the one before. */
export class Announcer {
  said = $state.raw<readonly { readonly number: number; readonly sentence: string }[]>([]);
  #count = 0;

  say(sentence: string): void {
    this.#count += 1;
    this.said = [...this.said, { number: this.#count, sentence }].slice(-kept);
  }
}
