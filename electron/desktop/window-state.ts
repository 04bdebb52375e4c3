/** Remembers the window's position across restarts. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { writeDurably } from '../machine/durable-file.ts';

export type Bounds = { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
export type WindowState = { readonly bounds: Bounds | null; readonly maximized: boolean };

export const smallestWindow = { width: 800, height: 600 } as const;
export const usualWindow = { width: 1280, height: 800 } as const;

const whole = z.number().int().min(-100_000).max(100_000);
const stateSchema = z.object({
  bounds: z.object({ x: whole, y: whole, width: whole, height: whole }).nullable(),
  maximized: z.boolean(),
});

/**
 * @param screens the work areas of the current displays; a window that was on another display is centred
 */
export function readWindowState(file: string, screens: readonly Bounds[]): WindowState {
  try {
    const { bounds, maximized } = stateSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
    return { bounds: bounds !== null && isVisible(bounds, screens) ? bounds : null, maximized };
  } catch {
    return { bounds: null, maximized: false };
  }
}

/** Whether most of the title bar is visible. */
function isVisible(bounds: Bounds, screens: readonly Bounds[]): boolean {
  const middle = bounds.x + bounds.width / 2;
  return (
    bounds.width >= smallestWindow.width &&
    bounds.height >= smallestWindow.height &&
    screens.some(
      ({ x, y, width, height }) => middle >= x && middle < x + width && bounds.y >= y && bounds.y < y + height - 40,
    )
  );
}

export function writeWindowState(file: string, state: WindowState): void {
  try {
    writeDurably(file, JSON.stringify(state));
  } catch {
    // Then the next start centres the window.
  }
}
