/** Rows that are made already: one text, so that they are measured once. */
import { Text } from 'ink';

export const Rows = ({ rows }: { readonly rows: readonly string[] }) => (rows.length === 0 ? null : <Text>{rows.map((row) => row || ' ').join('\n')}</Text>);
