/** How things look: the 16 colours of the terminal, never a background, and nothing that only a colour tells. */

/** What a text is, not which colour it has. */
export type Look = 'plain' | 'strong' | 'faint' | 'emphasis' | 'code' | 'good' | 'bad' | 'note' | 'title' | 'mark';

/** SGR parameters: on, off. */
const looks: Readonly<Record<Look, readonly [string, string] | undefined>> = {
  plain: undefined,
  strong: ['1', '22'],
  faint: ['2', '22'],
  emphasis: ['4', '24'],
  code: ['36', '39'],
  good: ['32', '39'],
  bad: ['31', '39'],
  note: ['35', '39'],
  title: ['1', '22'],
  mark: ['7', '27'],
};
const coloured: readonly Look[] = ['code', 'good', 'bad', 'note'];

/** None (NO_COLOR); those of a dark background, or of one that says to be light, on which cyan can hardly be read. */
export type Colours = boolean | 'light';

/** COLORFGBG ends with the background's number, of 16: 7 and 15 are the whites. */
export const coloursOf = (environment: Readonly<Record<string, string | undefined>>): Colours =>
  environment['NO_COLOR'] ? false : /;(7|15)$/.test(environment['COLORFGBG'] ?? '') ? 'light' : true;

const onLight: Partial<typeof looks> = { code: ['34', '39'] };

/** Puts a look on a text; without colours (NO_COLOR) only weight and underline are left. */
export type Style = (look: Look, text: string) => string;

/** Without colours, marks and words say the same. */
export const newStyle = (colours: Colours): Style => {
  return (look, text) => {
    const pair = (colours === 'light' && onLight[look]) || looks[look];
    return pair && text !== '' && (colours || !coloured.includes(look)) ? `\x1b[${pair[0]}m${text}\x1b[${pair[1]}m` : text;
  };
};

/** No escape sequences at all. */
export const unstyled: Style = (_look, text) => text;

/** What a text looks like to a reader: without its escape sequences. */
export const plainText = (text: string): string => text.replace(/\x1b\[[0-9;]*m/g, '');
