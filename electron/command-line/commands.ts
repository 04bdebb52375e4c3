/** Every command of `tillside`, in the order of the help. A new one is a file of its own and a line here. */
import type { Command } from './command.ts';
import { configCheck } from './config-check.ts';
import { outboxList } from './outbox-list.ts';

export const commands: readonly Command[] = [outboxList, configCheck];
