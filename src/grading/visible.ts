/** Text of a stranger for a terminal: without the control characters that would move its cursor. */
export const visible = (text: string): string => text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, ' ');

/** The same for Markdown: a line of nothing but text, whatever it looks like. */
export const markdownText = (text: string): string =>
  visible(text)
    .replace(/[\\`*_<>[\]|#~$]/g, '\\$&')
    .replaceAll('&', '&amp;')
    .replace(/\s+/g, ' ');

/** JSON that loses nothing and moves no cursor: what a terminal would obey is written by its number. */
export const visibleJson = (value: unknown, indent?: number): string =>
  JSON.stringify(value, null, indent).replace(/[\x7f-\x9f\p{Cf}\u2028\u2029]/gu, (each) =>
    each
      .split('')
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
      .join(''),
  );
