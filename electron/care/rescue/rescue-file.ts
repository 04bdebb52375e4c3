/** What is inside a rescue file, once it is open. */
import { z } from 'zod';
import { movingUpdates } from '../../updates/transfer.ts';

const rescueContent = z.strictObject({
  /** Of the database that the rows come from. */
  schemaVersion: z.number().int().min(1),
  /** Whose customers they are: somewhere else a number or an email names another person (F45). Older files do not say. */
  organisation: z.string().nullable().default(null),
  updates: movingUpdates,
});
export type RescueContent = z.output<typeof rescueContent>;

/** @returns null where it is not what a rescue file holds */
export function readRescueContent(text: string): RescueContent | null {
  try {
    const parsed = rescueContent.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}
