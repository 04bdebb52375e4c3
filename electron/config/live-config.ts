/** The config currently in use. IT can change the file while the till is open. */
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

  /** The file has changes that apply at the next start. */
  get restartDue(): boolean {
    return this.#live.restartDue;
  }

  /** The path of the first mistake in an invalid changed file; null: the file is valid. */
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
