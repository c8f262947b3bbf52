/** Text of a stranger for a terminal: without the control characters that would move its cursor. */
export const visible = (text: string): string => text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, ' ');
