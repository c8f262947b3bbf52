/** The source of re2js with its tables of categories and scripts worked out by V8. Throws where the library is not as it was. */
export function withoutTables(source: string): string;
