/** What the screen shows about who can do IT tasks at this till. */
export type AdminView = {
  readonly byPin: boolean;
  readonly byManager: boolean;
  /** The wait after wrong PINs. Until it is over, no PIN is checked. */
  readonly waitSeconds: number;
};

export type UnlockResult =
  | { readonly kind: 'unlocked' }
  | { readonly kind: 'wrong' | 'wait'; readonly waitSeconds: number };
