/** What the screen knows of who may do IT's work at this till. */
export type AdminView = {
  readonly byPin: boolean;
  readonly byManager: boolean;
  /** After wrong tries: until then none is looked at. */
  readonly waitSeconds: number;
};

export type UnlockResult =
  | { readonly kind: 'unlocked' }
  | { readonly kind: 'wrong' | 'wait'; readonly waitSeconds: number };
