/**
 * Matches the organisation's patterns in linear time (RE2). Head office writes them and the till's only thread runs
 * them while staff wait; a backtracking engine can take practically for ever on 39 characters (F59).
 */
import { RE2JS } from 're2js';

export const longestPattern = 1000;

/** About 50 ms on a slow till. A step is one instruction of the compiled pattern for one character of the value. */
const stepsOfACheck = 500_000;
/** Compiling costs more than matching. */
const stepsToCompile = 30;
const keptPatterns = 50;

/** Why a pattern is not used: the value then counts as if there were none, and the server has the last word. */
export type PatternTrouble = 'too-long' | 'too-large' | 'not-understood';

type Compiled = RE2JS | PatternTrouble;

const compiled = new Map<string, Compiled>();

/**
 * Upper bound of the instructions that a pattern compiles to: its characters times its counts. RE2 itself rejects
 * nested counts with a product over 1000.
 */
function mostInstructions(regex: string): number {
  const plain = regex.replace(/\\./gsu, 'x').replace(/\[[^\]]*\]/gu, 'x');
  let times = 1;
  const atoms = plain.replace(/\{(\d+)(?:,(\d*))?\}/g, (_all, from: string, to: string | undefined) => {
    times *= Math.max(1, Number(to || from) + 1);
    return '';
  });
  return atoms.length * Math.min(1000, times);
}

function compile(regex: string): Compiled {
  if (regex.length > longestPattern) return 'too-long';
  if (mostInstructions(regex) * stepsToCompile > stepsOfACheck) return 'too-large';
  try {
    return RE2JS.compile(RE2JS.translateRegExp(regex));
  } catch {
    return 'not-understood';
  }
}

function compiledOf(regex: string): Compiled {
  const known = compiled.get(regex);
  if (known !== undefined) return known;
  if (compiled.size >= keptPatterns) compiled.clear();
  const made = compile(regex);
  compiled.set(regex, made);
  return made;
}

/** @returns null if the pattern can be used */
export function patternTrouble(regex: string): PatternTrouble | null {
  const made = compiledOf(regex);
  return typeof made === 'string' ? made : null;
}

/** Matches the patterns of one check within a shared budget of steps. When it is used up, values pass unchecked. */
export class PatternMatcher {
  #stepsLeft = stepsOfACheck;

  isUsed(regex: string): boolean {
    return this.#patternOf(regex) !== null;
  }

  /** True if the whole value matches, or the pattern cannot be used. */
  allows(regex: string, value: string): boolean {
    const pattern = this.#patternOf(regex);
    if (pattern === null || !this.#spend(pattern.programSize() * (value.length + 1))) return true;
    return pattern.matches(value);
  }

  #patternOf(regex: string): RE2JS | null {
    const isNew = !compiled.has(regex) && regex.length <= longestPattern;
    if (isNew && !this.#spend(mostInstructions(regex) * stepsToCompile)) return null;
    const made = compiledOf(regex);
    return typeof made === 'string' ? null : made;
  }

  #spend(steps: number): boolean {
    if (steps > this.#stepsLeft) return false;
    this.#stepsLeft -= steps;
    return true;
  }
}
