/** What flags are for, by name. */
export const flagUsage: Readonly<Record<string, string>> = {};
