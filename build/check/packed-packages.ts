/** The packages that Tillside loads everywhere and that have a hundred small files each. */
export const packedPackages: readonly string[] = ['zod', 'libphonenumber-js'];
