/** What the screen shows about a new version in IT's feed. */
export type AppUpdate =
  | { readonly kind: 'current' }
  /** Only an administrator can replace the program, so IT installs it. */
  | { readonly kind: 'available'; readonly version: string }
  /** Downloaded and verified. It is installed when Tillside closes, or when nobody uses the till. */
  | { readonly kind: 'ready'; readonly version: string };
