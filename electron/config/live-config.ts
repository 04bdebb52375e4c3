/** The config that holds now: IT may change the file while the till is open. */
import { type ConfigChange, takeLive } from './config-watch.ts';
import type { MachineConfig } from './machine-config.ts';

export class LiveConfig {
  #live: ConfigChange;
  #unusable: string | null = null;

  constructor(config: MachineConfig) {
    this.#live = { config, restartDue: false };
  }

  get config(): MachineConfig {
    return this.#live.config;
  }

  /** The file holds something that only the next start takes. */
  get restartDue(): boolean {
    return this.#live.restartDue;
  }

  /** The path of the first mistake of a changed file that cannot be used; null: the file can be used. */
  get unusable(): string | null {
    return this.#unusable;
  }

  take(changed: MachineConfig): void {
    this.#live = takeLive(this.#live.config, changed);
    this.#unusable = null;
  }

  refuse(where: string): void {
    this.#unusable = where;
  }
}
