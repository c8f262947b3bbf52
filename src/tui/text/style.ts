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

/** Puts a look on a text; without colours (NO_COLOR) only weight and underline are left. */
export type Style = (look: Look, text: string) => string;

/** Without colours, marks and words say the same. */
export const newStyle = (colours: boolean): Style => {
  return (look, text) => {
    const pair = looks[look];
    return pair && text !== '' && (colours || !coloured.includes(look)) ? `\x1b[${pair[0]}m${text}\x1b[${pair[1]}m` : text;
  };
};

/** No escape sequences at all. */
export const unstyled: Style = (_look, text) => text;

/** What a text looks like to a reader: without its escape sequences. */
export const plainText = (text: string): string => text.replace(/\x1b\[[0-9;]*m/g, '');
