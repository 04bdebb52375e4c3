/** What the screen says of a newer Tillside in IT's feed. */
export type AppUpdate =
  | { readonly kind: 'current' }
  /** The program lies where only an administrator may write: IT installs it. */
  | { readonly kind: 'available'; readonly version: string }
  /** Fetched and checked: it is installed when Tillside is closed, or when nobody is at the till. */
  | { readonly kind: 'ready'; readonly version: string };
