const part = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
const reference = new RegExp(`^(?:[a-zA-Z0-9][a-zA-Z0-9.-]*(?::\\d+)?/)?${part}(?:/${part})*(?::\\w[\\w.-]{0,127})?(?:@[a-z][a-z0-9]*:[0-9a-fA-F]{32,})?$`);

/** Whether a text is an image's name: distribution/reference. */
export const isReference = (text: string): boolean => text.length <= 512 && reference.test(text);
